import { insertSql, type Query, type SqlValue } from './connection.ts'
import { notFound, type StoreContext } from './context.ts'
import type { Verdict } from './history.ts'

/** A person's word on an inspection. */
export interface Review {
  readonly inspectionId: string
  /** Null withdraws the review before. */
  readonly verdict: Verdict | null
  /** What kind of defect it is; null where nobody said, and always without a verdict. */
  readonly defectType: string | null
  /** May be empty. */
  readonly reason: string
  /** Name of who said it. */
  readonly reviewer: string
  /** ISO 8601 in UTC. */
  readonly reviewedAt: string
}

export type NewReview = Omit<Review, 'reviewedAt'>

const columns = `inspection_id AS inspectionId, verdict, defect_type AS defectType, reason, reviewer,
  reviewed_at AS reviewedAt`

const inserted = ['inspection_id', 'verdict', 'defect_type', 'reason', 'reviewer', 'reviewed_at'] as const

/** Reviews: added, never changed. The newest one's word stands on its inspection from the same transaction on. */
export class ReviewRepository {
  readonly #context: StoreContext
  readonly #insert: Query<[Record<(typeof inserted)[number], SqlValue>], never>
  readonly #list: Query<[string], Review>
  readonly #newest: Query<[string], Review>
  readonly #inspection: Query<[string], { id: string }>
  readonly #types: Query<[{ projectId: string }], { type: string }>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    this.#insert = connection.prepare(insertSql('review', inserted))
    const newestFirst = `SELECT ${columns} FROM review WHERE inspection_id = ? ORDER BY id DESC`
    this.#list = connection.prepare(newestFirst)
    this.#newest = connection.prepare(`${newestFirst} LIMIT 1`)
    this.#inspection = connection.prepare('SELECT id FROM inspection WHERE id = ?')
    this.#types = connection.prepare(
      `SELECT DISTINCT defect_type AS type FROM sample
         WHERE project_id = @projectId AND defect_type IS NOT NULL
       UNION
       SELECT DISTINCT review_defect_type FROM inspection
         WHERE project_id = @projectId AND review_defect_type IS NOT NULL
       ORDER BY 1`,
    )
  }

  /** @throws StorageError `not-found` if there is no such inspection */
  create(review: NewReview): Review {
    const { connection, now } = this.#context
    return connection.transaction(() => {
      if (this.#inspection.get(review.inspectionId) === undefined)
        throw notFound('inspection', review.inspectionId)
      const reviewedAt = now()
      this.#insert.run({
        inspection_id: review.inspectionId,
        verdict: review.verdict,
        defect_type: review.defectType,
        reason: review.reason,
        reviewer: review.reviewer,
        reviewed_at: reviewedAt,
      })
      return { ...review, reviewedAt }
    })
  }

  /** All that was said of an inspection, newest first. */
  list(inspectionId: string): Review[] {
    return this.#list.all(inspectionId)
  }

  /** The last that was said of an inspection, be it a withdrawal. */
  newest(inspectionId: string): Review | undefined {
    return this.#newest.get(inspectionId)
  }

  /** Defect types that a project's samples and reviews name, sorted. */
  defectTypes(projectId: string): string[] {
    return this.#types.all({ projectId }).map(({ type }) => type)
  }
}
