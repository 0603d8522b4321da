import type { Inspection, Project, Store } from '../store/index.ts'
import type { EvaluationResults } from './evaluation.ts'
import { historyFilter } from './history.ts'
import { calibrated } from './models.ts'
import { heatmapOf, imageOf } from './report-pictures.ts'
import type {
  ReportData,
  ReportEvaluation,
  ReportInspection,
  ReportModel,
  ReportReview,
  ReportThreshold,
} from './reports/index.ts'
import { applicationVersion } from './version.ts'

export interface ReportRequest {
  readonly project: Project
  /** Name of a lot. */
  readonly lot?: string
  readonly since?: Date
  readonly until?: Date
}

/** There is nothing to report; the message says what was looked for. */
export class ReportError extends Error {
  override readonly name = 'ReportError'
}

/**
 * What a report says of a project's inspections: one lot, a time span, or all.
 *
 * @throws HistoryError if there is no such lot; ReportError if nothing was inspected
 */
export function collectReport(store: Store, request: ReportRequest): ReportData {
  const { project, lot, since, until } = request
  const filter = historyFilter(store, request)
  const lots = new Map(store.lots.list(project.id).map((one) => [one.id, one.name]))
  const inspections = [...store.inspections.each({ ...filter, order: 'oldest' })]
  if (inspections.length === 0) {
    throw new ReportError(`Nothing of the project "${project.name}" was inspected in that lot or time.`)
  }
  const entries = inspections.map((inspection) => entryOf(store, inspection, lots))
  return {
    project: {
      name: project.name,
      description: project.description,
      millimetresPerPixel: project.millimetresPerPixel,
    },
    scope: {
      ...(lot === undefined ? {} : { lot }),
      ...(since === undefined ? {} : { since: since.toISOString() }),
      ...(until === undefined ? {} : { until: until.toISOString() }),
    },
    generatedAt: new Date().toISOString(),
    application: `Flawline ${applicationVersion()}`,
    models: modelsOf(store, inspections),
    thresholds: thresholdsOf(store, inspections),
    inspections: entries,
    parts: inspections.flatMap((inspection, index) => {
      const entry = entries[index]
      const ng = inspection.verdict === 'ng' || inspection.finalVerdict === 'ng'
      if (entry === undefined || !ng) return []
      return [{ inspection: entry, image: imageOf(store, inspection), heatmap: heatmapOf(store, inspection) }]
    }),
    failures: [],
    evaluation: evaluationOf(store, inspections),
  }
}

function entryOf(store: Store, inspection: Inspection, lots: ReadonlyMap<string, string>): ReportInspection {
  const { id, fileName, inspectedAt, verdict, score, normalisedScore, threshold, scores } = inspection
  const { width, height, milliseconds, modelId, sourcePath, imageSha256 } = inspection
  return {
    id,
    fileName,
    inspectedAt,
    verdict,
    review: inspection.reviewVerdict === null ? null : reviewOf(store, id),
    score,
    normalisedScore,
    threshold,
    scores,
    width,
    height,
    milliseconds,
    modelId,
    lot: inspection.lotId === null ? null : (lots.get(inspection.lotId) ?? null),
    sourcePath,
    imageSha256,
    regions: inspection.regionCount === 0 ? [] : store.inspections.regions(id),
  }
}

function reviewOf(store: Store, id: string): ReportReview | null {
  const newest = store.reviews.newest(id)
  if (newest === undefined || newest.verdict === null) return null
  const { verdict, defectType, reason, reviewer, reviewedAt } = newest
  return { verdict, defectType, reason, reviewer, reviewedAt }
}

/** How many inspections share a value, most first. */
function tally(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])
}

function modelsOf(store: Store, inspections: readonly Inspection[]): ReportModel[] {
  return tally(inspections.map(({ modelId }) => modelId)).map(([id, count]) => {
    const { model, metadata } = calibrated(store, store.models.get(id))
    return {
      id,
      family: metadata.family,
      trainedAt: model.createdAt,
      trainingImages: metadata.training.images,
      epochs: metadata.training.epochs,
      inputSize: metadata.input.size,
      inspections: count,
    }
  })
}

function thresholdsOf(store: Store, inspections: readonly Inspection[]): ReportThreshold[] {
  return tally(inspections.map(({ calibrationId }) => calibrationId)).map(([id, count]) => {
    const { modelId, threshold, low, high, mode, falseAlarmRate } = store.calibrations.get(id)
    return { modelId, value: threshold, low, high, mode, falseAlarmRate, inspections: count }
  })
}

/** The newest evaluation of the model that judged most. */
function evaluationOf(store: Store, inspections: readonly Inspection[]): ReportEvaluation | null {
  const [most] = tally(inspections.map(({ modelId }) => modelId))
  const [newest] = most === undefined ? [] : store.evaluations.list(most[0])
  if (newest === undefined) return null
  // Written by evaluateModel and nobody else.
  const results = newest.results as unknown as EvaluationResults
  return {
    measuredAt: newest.createdAt,
    images: results.images,
    good: results.good,
    defects: results.defects,
    imageAuroc: results.image_auroc,
    auprc: results.auprc,
    f1: results.f1,
    f1AtThreshold: results.f1_at_threshold,
    pixelAuroc: results.pixel_auroc,
    aupro: results.aupro,
    perType: Object.entries(results.per_type).map(([type, metrics]) => ({
      type,
      count: metrics.count,
      imageAuroc: metrics.image_auroc,
      pixelAuroc: metrics.pixel_auroc,
      aupro: metrics.aupro,
    })),
  }
}
