import type { Evaluation } from '../../../contract/evaluation.ts'
import type { Evaluation as StoredEvaluation } from '../../store/index.ts'
import type { EvaluationResults, StoredSample } from '../evaluation.ts'
import { startEvaluation } from '../jobs/evaluation.ts'
import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

export function evaluationRouter(os: Implementation, services: Services) {
  const { store } = services.core
  return {
    run: os.evaluation.run.handler(({ input }) => {
      store.models.get(input.modelId)
      return { jobId: startEvaluation(services, input.modelId, input.split).id }
    }),
    latest: os.evaluation.latest.handler(({ input }) => {
      store.models.get(input.modelId)
      const newest = store.evaluations.newest(input.modelId)
      return newest ? evaluationView(newest) : null
    }),
  }
}

/** Older evaluations were stored without the scores of each image. */
type StoredResults = EvaluationResults & { readonly samples?: readonly StoredSample[] }

function evaluationView({ id, modelId, createdAt, results }: StoredEvaluation): Evaluation {
  // Written by our own evaluation; what it was checked by is the contract's schema on the way out.
  const stored = results as unknown as StoredResults
  return {
    id,
    modelId,
    createdAt,
    split: stored.split,
    score: stored.score,
    images: stored.images,
    good: stored.good,
    defects: stored.defects,
    rejected: stored.rejected,
    imageAuroc: stored.image_auroc,
    averagePrecision: stored.auprc,
    bestF1: stored.f1,
    bestF1Threshold: stored.best_threshold,
    pixelAuroc: stored.pixel_auroc,
    aupro: stored.aupro,
    perType: Object.entries(stored.per_type).map(([type, metrics]) => ({
      type,
      count: metrics.count,
      imageAuroc: metrics.image_auroc,
      pixelAuroc: metrics.pixel_auroc,
      aupro: metrics.aupro,
    })),
    imageAurocByScore: stored.image_auroc_by_score,
    seconds: stored.seconds,
    samples: (stored.samples ?? []).map((sample) => ({ ...sample, scores: { ...sample.scores } })),
  }
}
