import type { Inspection, Store, Verdict } from '../store/index.ts'

/** What somebody says of an inspection. */
export interface ReviewRequest {
  readonly id: string
  /** The model's own to confirm it, the other to override it. */
  readonly verdict: Verdict
  /** Of an ng part; what is ok has none. */
  readonly defectType?: string | null
  readonly reason?: string
  readonly reviewer: string
}

/**
 * Confirms or overrides a verdict: a row of its own, the model's verdict stays beside it.
 *
 * @throws StorageError `not-found`
 */
export function reviewInspection(store: Store, request: ReviewRequest): Inspection {
  const defectType = request.defectType?.normalize('NFC').trim() ?? ''
  return store.transaction(() => {
    store.reviews.create({
      inspectionId: request.id,
      verdict: request.verdict,
      defectType: request.verdict === 'ok' || defectType === '' ? null : defectType,
      reason: request.reason?.trim() ?? '',
      reviewer: request.reviewer,
    })
    return store.inspections.get(request.id)
  })
}

/**
 * Takes the newest review back: a row that says so. Where there is none, nothing happens.
 *
 * @throws StorageError `not-found`
 */
export function withdrawReview(store: Store, id: string, reviewer: string): Inspection {
  return store.transaction(() => {
    const inspection = store.inspections.get(id)
    if (inspection.reviewVerdict === null) return inspection
    store.reviews.create({ inspectionId: id, verdict: null, defectType: null, reason: '', reviewer })
    return store.inspections.get(id)
  })
}
