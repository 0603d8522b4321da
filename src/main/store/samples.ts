import { insertSql, type Query, type SqlValue } from './connection.ts'
import { demandFile, notFound, type StoreContext } from './context.ts'
import { StorageError } from './errors.ts'
import type { StoredImage } from './files.ts'
import { newId } from './ids.ts'

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
  readonly #list: Query<[Record<string, SqlValue>], SampleRow>
  readonly #count: Query<[Record<string, SqlValue>], { count: number }>
  readonly #counts: Query<[string], SampleCount>
  readonly #update: Query<[Record<string, SqlValue>], never>
  readonly #delete: Query<[string], never>
  readonly #inSnapshot: Query<[string], { id: string }>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    const where = `project_id = @projectId AND (@split IS NULL OR split = @split)
      AND (@label IS NULL OR label = @label) AND (@defectType IS NULL OR defect_type = @defectType)`
    this.#insert = connection.prepare(
      `${insertSql('sample', inserted)} ON CONFLICT (project_id, sha256) DO NOTHING`,
    )
    this.#get = connection.prepare(`SELECT ${sampleColumns} FROM sample WHERE id = ?`)
    this.#findByHash = connection.prepare(
      `SELECT ${sampleColumns} FROM sample WHERE project_id = ? AND sha256 = ?`,
    )
    this.#list = connection.prepare(
      `SELECT ${sampleColumns} FROM sample WHERE ${where} ORDER BY id LIMIT @limit OFFSET @offset`,
    )
    this.#count = connection.prepare(`SELECT count(*) AS count FROM sample WHERE ${where}`)
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
    return this.#list
      .all({ ...parametersOf(filter), limit: filter.limit ?? -1, offset: filter.offset ?? 0 })
      .map(sampleOfRow)
  }

  count(filter: SampleFilter): number {
    return this.#count.get(parametersOf(filter))?.count ?? 0
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
}

function parametersOf(filter: SampleFilter): Record<string, SqlValue> {
  return {
    projectId: filter.projectId,
    split: filter.split ?? null,
    label: filter.label ?? null,
    defectType: filter.defectType ?? null,
  }
}
