import { insertSql, type Query, type SqlValue } from './connection.ts'
import { demandFile, notFound, type StoreContext } from './context.ts'
import { StorageError } from './errors.ts'
import type { StoredImage } from './files.ts'
import { newId } from './ids.ts'
import { containsSql, folded } from './text.ts'

export type SampleLabel = 'good' | 'defect' | 'unlabelled'
export type SampleSplit = 'train' | 'validation' | 'test'

/** An image of a project. `sha256` and `extension` name its file: `store.files.imagePath(sample)`. */
export interface Sample extends StoredImage {
  readonly id: string
  readonly projectId: string
  readonly originalName: string
  /** Where it was imported from: absolute path at that time. */
  readonly originalPath: string
  /** Pixels, after EXIF orientation. */
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly bits: number
  readonly label: SampleLabel
  /** Kind of defect, e.g. `crack`; null if not given. */
  readonly defectType: string | null
  readonly split: SampleSplit
  /** Images of one physical part share a group, and a group is never split between train and validation. */
  readonly groupKey: string | null
  /** Ground truth: non-zero pixels are defect. Its file: `store.files.imagePath(sample.mask)`. */
  readonly mask: StoredImage | null
  readonly importedAt: string
}

export type NewSample = Omit<Sample, 'id' | 'importedAt'>

export interface SampleFilter {
  readonly projectId: string
  readonly split?: SampleSplit
  readonly label?: SampleLabel
  readonly defectType?: string
  /** Part of the original name, without regard to case. */
  readonly name?: string
  readonly limit?: number
  readonly offset?: number
}

/** Number of samples with one combination of split, label and defect type. */
export interface SampleCount {
  readonly split: SampleSplit
  readonly label: SampleLabel
  readonly defectType: string | null
  readonly count: number
}

type SampleRow = Omit<Sample, 'mask'> & { maskSha256: string | null; maskExtension: string | null }

/** The columns of a sample as its record names them; snapshots join with it. */
export const sampleColumns = `sample.id, sample.project_id AS projectId, sha256, extension,
  original_name AS originalName, original_path AS originalPath, width, height, channels, bits, label,
  defect_type AS defectType, sample.split, group_key AS groupKey, mask_sha256 AS maskSha256,
  mask_extension AS maskExtension, imported_at AS importedAt`

export function sampleOfRow(row: SampleRow): Sample {
  const { maskSha256, maskExtension, ...sample } = row
  const mask =
    maskSha256 === null || maskExtension === null ? null : { sha256: maskSha256, extension: maskExtension }
  return { ...sample, mask }
}

export type { SampleRow }

const inserted = [
  'id',
  'project_id',
  'sha256',
  'extension',
  'original_name',
  'original_path',
  'width',
  'height',
  'channels',
  'bits',
  'label',
  'defect_type',
  'split',
  'group_key',
  'mask_sha256',
  'mask_extension',
  'imported_at',
] as const

/** Samples of projects. An image is in a project once, whatever its file is called. */
export class SampleRepository {
  readonly #context: StoreContext
  readonly #insert: Query<[Record<(typeof inserted)[number], SqlValue>], never>
  readonly #get: Query<[string], SampleRow>
  readonly #findByHash: Query<[string, string], SampleRow>
  readonly #prepared = new Map<string, Query<[Record<string, SqlValue>], unknown>>()
  readonly #newest: Query<[string], SampleRow>
  readonly #counts: Query<[string], SampleCount>
  readonly #update: Query<[Record<string, SqlValue>], never>
  readonly #delete: Query<[string], never>
  readonly #inSnapshot: Query<[string], { id: string }>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    this.#insert = connection.prepare(
      `${insertSql('sample', inserted)} ON CONFLICT (project_id, sha256) DO NOTHING`,
    )
    this.#get = connection.prepare(`SELECT ${sampleColumns} FROM sample WHERE id = ?`)
    this.#findByHash = connection.prepare(
      `SELECT ${sampleColumns} FROM sample WHERE project_id = ? AND sha256 = ?`,
    )
    this.#newest = connection.prepare(
      `SELECT ${sampleColumns} FROM sample WHERE project_id = ? ORDER BY id DESC LIMIT 1`,
    )
    this.#counts = connection.prepare(
      `SELECT split, label, defect_type AS defectType, count(*) AS count FROM sample WHERE project_id = ?
       GROUP BY split, label, defect_type ORDER BY split, label, defect_type`,
    )
    this.#update = connection.prepare(
      `UPDATE sample SET label = @label, defect_type = @defectType, split = @split, group_key = @groupKey
       WHERE id = @id`,
    )
    this.#delete = connection.prepare('DELETE FROM sample WHERE id = ?')
    this.#inSnapshot = connection.prepare(
      'SELECT snapshot_id AS id FROM snapshot_sample WHERE sample_id = ? LIMIT 1',
    )
  }

  /**
   * Stores samples in one transaction. Their image and mask files must be in the file store already. Images that
   * the project has are left as they are and not among those returned.
   *
   * @throws StorageError `missing-file` if an image is not in the file store
   */
  createMany(samples: readonly NewSample[]): Sample[] {
    const { connection, files, now } = this.#context
    return connection.transaction(() => {
      const time = now()
      const created: Sample[] = []
      for (const sample of samples) {
        demandFile(files.hasImage(sample), files.imagePath(sample))
        if (sample.mask !== null) demandFile(files.hasImage(sample.mask), files.imagePath(sample.mask))
        const id = newId()
        const changes = this.#insert.run({
          id,
          project_id: sample.projectId,
          sha256: sample.sha256,
          extension: sample.extension,
          original_name: sample.originalName,
          original_path: sample.originalPath,
          width: sample.width,
          height: sample.height,
          channels: sample.channels,
          bits: sample.bits,
          label: sample.label,
          defect_type: sample.defectType,
          split: sample.split,
          group_key: sample.groupKey,
          mask_sha256: sample.mask?.sha256 ?? null,
          mask_extension: sample.mask?.extension ?? null,
          imported_at: time,
        })
        if (changes > 0) created.push(this.get(id))
      }
      return created
    })
  }

  /** @throws StorageError `not-found` */
  get(id: string): Sample {
    const row = this.#get.get(id)
    if (row === undefined) throw notFound('sample', id)
    return sampleOfRow(row)
  }

  findByHash(projectId: string, sha256: string): Sample | undefined {
    const row = this.#findByHash.get(projectId, sha256)
    return row === undefined ? undefined : sampleOfRow(row)
  }

  /** Samples in the order of their import. */
  list(filter: SampleFilter): Sample[] {
    const { sql, parameters } = sampleQuery('list', filter)
    return this.#query<SampleRow>(sql).all(parameters).map(sampleOfRow)
  }

  /** Ids of samples in the order of their import. */
  ids(filter: SampleFilter): string[] {
    const { sql, parameters } = sampleQuery('ids', filter)
    return this.#query<{ id: string }>(sql)
      .all(parameters)
      .map(({ id }) => id)
  }

  count(filter: SampleFilter): number {
    const { sql, parameters } = sampleQuery('count', filter)
    return this.#query<{ count: number }>(sql).get(parameters)?.count ?? 0
  }

  /** The sample that was imported last. */
  newest(projectId: string): Sample | undefined {
    const row = this.#newest.get(projectId)
    return row === undefined ? undefined : sampleOfRow(row)
  }

  /** SQLite's plan of a query, one line a step: tests see by it that an index is used. */
  explain(what: SampleQueryKind, filter: SampleFilter): string[] {
    const { sql, parameters } = sampleQuery(what, filter)
    return this.#query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(parameters)
      .map((step) => step.detail)
  }

  /** How many samples of each split, label and defect type a project has. */
  counts(projectId: string): SampleCount[] {
    return this.#counts.all(projectId)
  }

  update(id: string, change: Partial<Pick<Sample, 'label' | 'defectType' | 'split' | 'groupKey'>>): Sample {
    return this.#context.connection.transaction(() => {
      const { label, defectType, split, groupKey } = { ...this.get(id), ...change }
      this.#update.run({ id, label, defectType, split, groupKey })
      return this.get(id)
    })
  }

  /**
   * Deletes a sample; its files are noted for `store.collectGarbage()`. False if there was none.
   *
   * @throws StorageError `in-use` if a training run learned from it
   */
  delete(id: string): boolean {
    return this.#context.connection.transaction(() => {
      if (this.#inSnapshot.get(id) !== undefined) {
        throw new StorageError(
          'in-use',
          id,
          `The sample ${id} belongs to a training run and is kept so that the run can be repeated.`,
        )
      }
      return this.#delete.run(id) > 0
    })
  }

  /** Statements differ with the filter, and few of the combinations are ever used: prepared once each. */
  #query<Row>(sql: string): Query<[Record<string, SqlValue>], Row> {
    const known =
      this.#prepared.get(sql) ?? this.#context.connection.prepare<[Record<string, SqlValue>], unknown>(sql)
    this.#prepared.set(sql, known)
    return known as Query<[Record<string, SqlValue>], Row>
  }
}

type SampleQueryKind = 'list' | 'ids' | 'count'

/**
 * Every query walks the index of imports, which holds all that it may ask for: the order is there, and what an offset
 * passes over is not read. (The plus keeps SQLite from the index by split, which would have to be sorted.)
 */
function sampleQuery(
  what: SampleQueryKind,
  filter: SampleFilter,
): { sql: string; parameters: Record<string, SqlValue> } {
  const conditions = ['project_id = @projectId']
  const parameters: Record<string, SqlValue> = { projectId: filter.projectId }
  const add = (condition: string, name: string, value: SqlValue | undefined): void => {
    if (value === undefined || value === '') return
    conditions.push(condition)
    parameters[name] = value
  }
  add('+split = @split', 'split', filter.split)
  add('+label = @label', 'label', filter.label)
  add('+defect_type = @defectType', 'defectType', filter.defectType)
  add(
    containsSql('original_name', 'name'),
    'name',
    filter.name === undefined ? undefined : folded(filter.name),
  )
  const where = `FROM sample WHERE ${conditions.join(' AND ')}`
  if (what === 'count') return { sql: `SELECT count(*) AS count ${where}`, parameters }
  const columns = what === 'ids' ? 'id' : sampleColumns
  return {
    sql: `SELECT ${columns} ${where} ORDER BY id LIMIT @limit OFFSET @offset`,
    parameters: { ...parameters, limit: filter.limit ?? -1, offset: filter.offset ?? 0 },
  }
}
