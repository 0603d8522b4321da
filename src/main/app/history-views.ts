import type {
  HistoryFilter,
  Inspection as InspectionView,
  Lot as LotView,
  Region as RegionView,
  Review as ReviewView,
  Summary,
} from '../../contract/history.ts'
import type { Threshold } from '../../contract/models.ts'
import {
  emptySummary,
  type Inspection,
  type InspectionFilter,
  type InspectionSummary,
  type Review,
  type Store,
  type StoredRegion,
} from '../store/index.ts'

/** The store's filter of a page's; what is left out or undefined filters nothing. */
export function storeFilter(
  filter: { readonly [K in keyof HistoryFilter]: HistoryFilter[K] | undefined } & {
    readonly projectId: string
  },
): InspectionFilter {
  const { projectId, ...rest } = filter
  const given = Object.entries(rest).filter(([, value]) => value !== undefined && value !== '')
  return { projectId, ...Object.fromEntries(given) }
}

/** Inspections as the interface shows them: with their lot's name and their newest review. */
export function inspectionViews(store: Store, inspections: readonly Inspection[]): InspectionView[] {
  const lots = new Map<string, string>()
  const lotName = (id: string): string => {
    const name = lots.get(id) ?? store.lots.get(id).name
    lots.set(id, name)
    return name
  }
  return inspections.map((one) => ({
    id: one.id,
    projectId: one.projectId,
    modelId: one.modelId,
    lotId: one.lotId,
    lotName: one.lotId === null ? null : lotName(one.lotId),
    fileName: one.fileName,
    sourcePath: one.sourcePath,
    hasImage: one.imageExtension !== null,
    hasMap: one.hasMap,
    width: one.width,
    height: one.height,
    score: one.score,
    normalisedScore: one.normalisedScore,
    threshold: one.threshold,
    verdict: one.verdict,
    review: one.reviewVerdict === null ? null : standingReview(store, one.id),
    finalVerdict: one.finalVerdict,
    milliseconds: one.milliseconds,
    regionCount: one.regionCount,
    inspectedAt: one.inspectedAt,
  }))
}

/** One inspection as the interface shows it. */
export function inspectionView(store: Store, inspection: Inspection): InspectionView {
  const [view] = inspectionViews(store, [inspection])
  if (view === undefined) throw new Error('inspectionViews lost an inspection')
  return view
}

function standingReview(store: Store, id: string): ReviewView | null {
  const newest = store.reviews.newest(id)
  if (newest === undefined || newest.verdict === null) return null
  return { ...reviewView(newest), verdict: newest.verdict }
}

/** A review, be it a withdrawal. */
export function reviewView({ verdict, defectType, reason, reviewer, reviewedAt }: Review) {
  return { verdict, defectType, reason, reviewer, reviewedAt }
}

/** A region with its area on the part, if the project has a scale. */
export function regionView(region: StoredRegion, millimetresPerPixel: number | null): RegionView {
  const { box, contour, areaPixels, peak, peakAt } = region
  return {
    box: { ...box },
    contour: contour.map(([x, y]) => [x, y]),
    areaPixels,
    areaSquareMillimetres: millimetresPerPixel === null ? null : areaPixels * millimetresPerPixel ** 2,
    peak,
    peakAt: [peakAt[0], peakAt[1]],
  }
}

/** The threshold that an inspection was judged by. */
export function thresholdOf(store: Store, { calibrationId, threshold: value }: Inspection): Threshold {
  const { low, high, mode, falseAlarmRate } = store.calibrations.get(calibrationId)
  return { value, low, high, mode, falseAlarmRate }
}

export function summaryView(summary: InspectionSummary): Summary {
  const { count, ok, ng, overridden, meanMilliseconds, first, last } = summary
  return { count, ok, ng, overridden, meanMilliseconds, first, last }
}

/** The lots of a project, newest first. */
export function lotViews(store: Store, projectId: string): LotView[] {
  const summaries = store.inspections.lotSummaries(projectId)
  return store.lots.list(projectId).map((lot) => ({
    ...lot,
    summary: summaryView(summaries.get(lot.id) ?? emptySummary),
  }))
}

/** The inspections just before and after one, in its lot or, without a lot, in its project. */
export function neighbours(
  store: Store,
  { projectId, lotId, id, inspectedAt }: Inspection,
): { previousId: string | null; nextId: string | null } {
  const scope = { projectId, limit: 1, after: { id, inspectedAt }, ...(lotId === null ? {} : { lotId }) }
  const [previous] = store.inspections.list({ ...scope, order: 'newest' })
  const [next] = store.inspections.list({ ...scope, order: 'oldest' })
  return { previousId: previous?.id ?? null, nextId: next?.id ?? null }
}
