import { insertSql, type Query, type SqlValue } from './connection.ts'
import { demandFile, notFound, type StoreContext } from './context.ts'
import { historyQuery, type InspectionFilter, type Verdict } from './history.ts'
import { newId } from './ids.ts'
import { RegionRepository, type StoredRegion } from './regions.ts'
import { emptySummary, lotSummariesSql, sums, type InspectionSummary } from './summaries.ts'

/** One image judged by one model. Only images that could be judged have one; errors are reported, not stored. */
export interface Inspection {
  readonly id: string
  readonly projectId: string
  readonly modelId: string
  readonly calibrationId: string
  readonly lotId: string | null
  readonly fileName: string
  /** Absolute path at the time of the inspection. */
  readonly sourcePath: string
  readonly imageSha256: string
  /** Set if the image itself is kept in the file store, under this extension. */
  readonly imageExtension: string | null
  readonly width: number
  readonly height: number
  readonly scores: { readonly latent: number; readonly map: number; readonly combined: number }
  /** The score that judged. */
  readonly score: number
  /** In [0, 1]; the threshold is 0.5. */
  readonly normalisedScore: number
  /** The threshold it was judged by, whatever the model's is today. */
  readonly threshold: number
  /** The model's, for ever. */
  readonly verdict: Verdict
  /** The newest review's; null if nobody said anything, or it was withdrawn. */
  readonly reviewVerdict: Verdict | null
  readonly reviewDefectType: string | null
  /** The newest review's verdict, else the model's. */
  readonly finalVerdict: Verdict
  readonly milliseconds: number
  /** True if `store.files.mapPath(id)` is there. */
  readonly hasMap: boolean
  readonly regionCount: number
  readonly inspectedAt: string
}

/** `id` is made beforehand with newId() when there is a map, because the map's file bears it. */
export type NewInspection = Omit<
  Inspection,
  'id' | 'regionCount' | 'inspectedAt' | 'reviewVerdict' | 'reviewDefectType' | 'finalVerdict'
> & {
  readonly id?: string
  readonly inspectedAt?: string
  readonly regions: readonly StoredRegion[]
}

type InspectionRow = Omit<Inspection, 'scores' | 'hasMap'> & {
  scoreLatent: number
  scoreMap: number
  scoreCombined: number
  hasMap: number
}

const columns = `id, project_id AS projectId, model_id AS modelId, calibration_id AS calibrationId,
  lot_id AS lotId, file_name AS fileName, source_path AS sourcePath, image_sha256 AS imageSha256,
  image_extension AS imageExtension, width, height, score_latent AS scoreLatent, score_map AS scoreMap,
  score_combined AS scoreCombined, score, normalised_score AS normalisedScore, threshold, verdict,
  review_verdict AS reviewVerdict, review_defect_type AS reviewDefectType, final_verdict AS finalVerdict,
  milliseconds, has_map AS hasMap, region_count AS regionCount, inspected_at AS inspectedAt`

const inserted = [
  'id',
  'project_id',
  'model_id',
  'calibration_id',
  'lot_id',
  'file_name',
  'source_path',
  'image_sha256',
  'image_extension',
  'width',
  'height',
  'score_latent',
  'score_map',
  'score_combined',
  'score',
  'normalised_score',
  'threshold',
  'verdict',
  'milliseconds',
  'has_map',
  'region_count',
  'inspected_at',
] as const

/** Inspections with their regions, and the history. */
export class InspectionRepository {
  readonly #context: StoreContext
  readonly #regions: RegionRepository
  readonly #insert: Query<[Record<(typeof inserted)[number], SqlValue>], never>
  readonly #get: Query<[string], InspectionRow>
  readonly #prepared = new Map<string, Query<[Record<string, SqlValue>], unknown>>()

  constructor(context: StoreContext) {
    this.#context = context
    this.#regions = new RegionRepository(context)
    this.#insert = context.connection.prepare(insertSql('inspection', inserted))
    this.#get = context.connection.prepare(`SELECT ${columns} FROM inspection WHERE id = ?`)
  }

  create(inspection: NewInspection): Inspection {
    const [created] = this.createMany([inspection])
    if (created === undefined) throw new Error('createMany lost an inspection')
    return created
  }

  /**
   * Stores inspections with their regions in one transaction: one sync to disk for all. When it returns they
   * survive a power cut.
   *
   * @throws StorageError `missing-file` if a map or kept image is not in the file store yet
   */
  createMany(inspections: readonly NewInspection[]): Inspection[] {
    const { connection, files, now } = this.#context
    return connection.transaction(() =>
      inspections.map((inspection) => {
        const { regions, scores, inspectedAt = now(), id = newId(), ...plain } = inspection
        if (plain.hasMap) demandFile(files.hasMap(id), files.mapPath(id))
        if (plain.imageExtension !== null) {
          const image = { sha256: plain.imageSha256, extension: plain.imageExtension }
          demandFile(files.hasImage(image), files.imagePath(image))
        }
        this.#insert.run({
          id,
          project_id: plain.projectId,
          model_id: plain.modelId,
          calibration_id: plain.calibrationId,
          lot_id: plain.lotId,
          file_name: plain.fileName,
          source_path: plain.sourcePath,
          image_sha256: plain.imageSha256,
          image_extension: plain.imageExtension,
          width: plain.width,
          height: plain.height,
          score_latent: scores.latent,
          score_map: scores.map,
          score_combined: scores.combined,
          score: plain.score,
          normalised_score: plain.normalisedScore,
          threshold: plain.threshold,
          verdict: plain.verdict,
          milliseconds: plain.milliseconds,
          has_map: plain.hasMap ? 1 : 0,
          region_count: regions.length,
          inspected_at: inspectedAt,
        })
        this.#regions.create(id, regions)
        return {
          ...plain,
          id,
          scores,
          regionCount: regions.length,
          inspectedAt,
          reviewVerdict: null,
          reviewDefectType: null,
          finalVerdict: plain.verdict,
        }
      }),
    )
  }

  /** @throws StorageError `not-found` */
  get(id: string): Inspection {
    const inspection = this.find(id)
    if (inspection === undefined) throw notFound('inspection', id)
    return inspection
  }

  find(id: string): Inspection | undefined {
    const row = this.#get.get(id)
    return row === undefined ? undefined : inspectionOfRow(row)
  }

  /** The regions of an inspection, largest peak first. */
  regions(id: string): StoredRegion[] {
    return this.#regions.list(id)
  }

  /** Newest first unless `filter.order` says `oldest`; at most `filter.limit` (default: all). */
  list(filter: InspectionFilter): Inspection[] {
    const { where, order, parameters } = historyQuery(filter, 'list')
    const sql = `SELECT ${columns} FROM inspection WHERE ${where} ORDER BY ${order} LIMIT @limit`
    return this.#query<InspectionRow>(sql)
      .all({ ...parameters, limit: filter.limit ?? -1 })
      .map(inspectionOfRow)
  }

  /** Like list, page by page, so that a report over a year does not sit in memory at once. */
  *each(filter: InspectionFilter, pageSize = 500): Generator<Inspection> {
    let after = filter.after
    for (let left = filter.limit ?? Infinity; left > 0;) {
      const limit = Math.min(left, pageSize)
      const page = this.list({ ...filter, limit, ...(after === undefined ? {} : { after }) })
      yield* page
      const last = page.at(-1)
      if (last === undefined || page.length < limit) return
      after = { id: last.id, inspectedAt: last.inspectedAt }
      left -= page.length
    }
  }

  /** Counts, mean time and time span of what the filter selects. */
  summary(filter: InspectionFilter): InspectionSummary {
    const { where, parameters } = historyQuery(filter, 'count')
    const row = this.#query<InspectionSummary>(`SELECT ${sums} FROM inspection WHERE ${where}`).get(
      parameters,
    )
    return row ?? emptySummary
  }

  /** The summaries of all lots of a project that anything was inspected in, by the lots' ids. */
  lotSummaries(projectId: string): Map<string, InspectionSummary> {
    const rows = this.#query<InspectionSummary & { lotId: string }>(lotSummariesSql).all({ projectId })
    return new Map(rows.map(({ lotId, ...summary }) => [lotId, summary]))
  }

  count(filter: InspectionFilter): number {
    const { where, parameters } = historyQuery(filter, 'count')
    return (
      this.#query<{ count: number }>(`SELECT count(*) AS count FROM inspection WHERE ${where}`).get(
        parameters,
      )?.count ?? 0
    )
  }

  /**
   * SQLite's plan for a list, a summary or the summaries of lots, one line a step: tests see by it that an index is
   * used.
   */
  explain(filter: InspectionFilter, what: 'list' | 'summary' | 'lots' = 'list'): string[] {
    const { where, order, parameters } = historyQuery(filter, what === 'list' ? 'list' : 'count')
    const sql = {
      list: `SELECT ${columns} FROM inspection WHERE ${where} ORDER BY ${order} LIMIT @limit`,
      summary: `SELECT ${sums} FROM inspection WHERE ${where}`,
      lots: lotSummariesSql,
    }[what]
    return this.#query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all({ ...parameters, ...(what === 'list' ? { limit: filter.limit ?? -1 } : {}) })
      .map((step) => step.detail)
  }

  /** Statements differ with the filter, and few of the combinations are ever used: prepared once each. */
  #query<Row>(sql: string): Query<[Record<string, SqlValue>], Row> {
    const known =
      this.#prepared.get(sql) ?? this.#context.connection.prepare<[Record<string, SqlValue>], unknown>(sql)
    this.#prepared.set(sql, known)
    return known as Query<[Record<string, SqlValue>], Row>
  }
}

function inspectionOfRow(row: InspectionRow): Inspection {
  const { scoreLatent, scoreMap, scoreCombined, hasMap, ...plain } = row
  return {
    ...plain,
    scores: { latent: scoreLatent, map: scoreMap, combined: scoreCombined },
    hasMap: hasMap === 1,
  }
}
