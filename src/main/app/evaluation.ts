import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { ComputeDiedError } from '../compute/errors.ts'
import type { EvaluationItem, EvaluationResult } from '../compute/evaluation-types.ts'
import type { Rejected } from '../compute/messages.ts'
import {
  auroc,
  averagePrecision,
  bestF1,
  confusionAt,
  precisionRecallCurve,
  rocCurve,
  type Confusion,
} from '../evaluation/index.ts'
import type { ScoreName, Scores } from '../models/types.ts'
import type { Project, Sample, SampleSplit } from '../store/index.ts'
import type { Core } from './core.ts'
import type { CalibratedModel } from './models.ts'
import { StoppedError } from './stopped.ts'

/** An evaluation that cannot be made; the message says why and what to do. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError'
}

/** A labelled image with what the model said of it. */
export interface JudgedSample {
  readonly sample: Sample
  readonly scores: Scores
  readonly score: number
  readonly verdict: 'ok' | 'ng'
}

export interface TypeMetrics {
  readonly image_auroc: number | null
  readonly pixel_auroc: number | null
  readonly aupro: number | null
  /** Defective images of this type. */
  readonly count: number
}

/**
 * What an evaluation found, in the names that `evaluate --json` prints and the store keeps. Numbers are null where
 * there is nothing to measure (no defects, no masks).
 */
export interface EvaluationResults {
  readonly model: string
  readonly split: SampleSplit
  readonly score: ScoreName
  readonly images: number
  readonly good: number
  readonly defects: number
  readonly rejected: number
  readonly image_auroc: number | null
  /** Average precision. */
  readonly auprc: number | null
  /** The best F1 over all thresholds, and the threshold that gives it. */
  readonly f1: number | null
  readonly best_threshold: number | null
  readonly f1_at_threshold: number | null
  readonly pixel_auroc: number | null
  /** Up to a false-positive rate of 0.3. */
  readonly aupro: number | null
  readonly per_type: Readonly<Record<string, TypeMetrics>>
  /** The threshold that judges now, and what it does. */
  readonly threshold: number
  readonly confusion: Confusion
  /** Image AUROC of each score that the model gives. */
  readonly image_auroc_by_score: Readonly<Record<ScoreName, number | null>>
  readonly seconds: number
}

export interface EvaluationRequest {
  readonly project: Project
  readonly model: CalibratedModel
  readonly split?: SampleSplit
}

export interface EvaluationHooks {
  onProgress?(done: number, total: number): void
  onProblem?(problem: { readonly file: string; readonly message: string }): void
  onRestart?(death: ComputeDiedError): void
  readonly signal?: AbortSignal
}

export interface EvaluationOutcome {
  readonly results: EvaluationResults
  readonly judged: readonly JudgedSample[]
  readonly curves: EvaluationCurves
}

/** What the pictures are drawn from. */
export interface EvaluationCurves {
  readonly goodScores: readonly number[]
  readonly defectScores: readonly number[]
  readonly roc: { readonly falsePositiveRate: Float64Array; readonly truePositiveRate: Float64Array }
  readonly precisionRecall: { readonly precision: Float64Array; readonly recall: Float64Array }
}

/** Deaths of the compute process that an evaluation survives by beginning again. */
const RETRIES = 2

/**
 * Judges a project's labelled images (by default the test split) and measures how well the model tells good from
 * defect and where it sees the defect. The results are stored.
 *
 * @throws EvaluationError when there are no labelled images of that split; StoppedError
 */
export async function evaluateModel(
  core: Core,
  request: EvaluationRequest,
  hooks: EvaluationHooks = {},
): Promise<EvaluationOutcome> {
  const { project, model, split = 'test' } = request
  const { judged, result } = await judgeSamples(core, { project, model, split }, hooks)
  const labels = judged.map(({ sample }) => sample.label === 'defect')
  const scores = judged.map(({ score }) => score)
  const results = measure(request, split, judged, result)
  core.store.evaluations.create(model.model.id, { ...results, samples: judged.map(storedSample) })
  return {
    results,
    judged,
    curves: {
      goodScores: scores.filter((_, index) => !labels[index]),
      defectScores: scores.filter((_, index) => labels[index]),
      roc: rocCurve(scores, labels),
      precisionRecall: precisionRecallCurve(scores, labels),
    },
  }
}

/** A judged image as the store keeps it beside the results: thresholds are tried out on these without judging anew. */
export interface StoredSample {
  readonly sampleId: string
  readonly name: string
  readonly label: 'good' | 'defect'
  readonly defectType: string | null
  readonly score: number
  readonly scores: Scores
}

function storedSample({ sample, score, scores }: JudgedSample): StoredSample {
  return {
    sampleId: sample.id,
    name: sample.originalName,
    label: sample.label === 'defect' ? 'defect' : 'good',
    defectType: sample.defectType,
    score,
    scores,
  }
}

/** Runs the model over a project's labelled images of one split. */
export async function judgeSamples(
  core: Core,
  request: Required<EvaluationRequest>,
  hooks: EvaluationHooks,
): Promise<{ judged: JudgedSample[]; result: EvaluationResult }> {
  const { store } = core
  const { project, model, split } = request
  const samples = new Map(
    store.samples
      .list({ projectId: project.id, split })
      .filter((sample) => sample.label !== 'unlabelled')
      .map((sample) => [sample.id, sample]),
  )
  if (samples.size === 0) {
    throw new EvaluationError(
      `The project "${project.name}" has no labelled images in its ${split} split. Import some with: flawline samples import`,
    )
  }
  const items = [...samples.values()].map((sample) => itemOf(core, sample))
  for (let deaths = 0; ; deaths++) {
    const judged: JudgedSample[] = []
    const rejected: Rejected[] = []
    try {
      const result = await core.compute.run(
        'evaluate',
        { modelFile: model.file, calibration: model.calibration, items },
        {
          onEvent: (event) => {
            const sample = samples.get(event.id)
            if (!sample) return
            if (event.kind === 'rejected') rejected.push(event)
            else judged.push({ sample, scores: event.scores, score: event.score, verdict: event.verdict })
            hooks.onProgress?.(judged.length + rejected.length, samples.size)
          },
          ...(hooks.signal ? { signal: hooks.signal } : {}),
        },
      )
      if (result.state === 'cancelled')
        throw new StoppedError('The evaluation was stopped; nothing was stored.')
      for (const problem of [...rejected, ...result.maskProblems]) {
        const sample = samples.get(problem.id)
        hooks.onProblem?.({ file: sample?.originalPath ?? problem.id, message: problem.message })
      }
      // Events come in any order; results do not depend on it, but lists look better in the order of import.
      judged.sort((a, b) => (a.sample.id < b.sample.id ? -1 : 1))
      return { judged, result }
    } catch (error) {
      if (!(error instanceof ComputeDiedError) || deaths >= RETRIES || hooks.signal?.aborted) throw error
      hooks.onRestart?.(error)
    }
  }
}

function itemOf({ store }: Core, sample: Sample): EvaluationItem {
  return {
    id: sample.id,
    file: store.files.imagePath(sample),
    label: sample.label === 'defect' ? 'defect' : 'good',
    type: sample.label === 'defect' ? (sample.defectType ?? 'defect') : null,
    maskFile: sample.mask ? store.files.imagePath(sample.mask) : null,
  }
}

function measure(
  { model }: EvaluationRequest,
  split: SampleSplit,
  judged: readonly JudgedSample[],
  result: EvaluationResult,
): EvaluationResults {
  const labels = judged.map(({ sample }) => sample.label === 'defect')
  const scores = judged.map(({ score }) => score)
  const threshold = model.calibration.threshold.value
  const best = bestF1(scores, labels)
  const confusion = confusionAt(scores, labels, threshold)
  const defects = labels.filter(Boolean).length
  const aurocOf = (name: ScoreName) =>
    finite(
      auroc(
        judged.map((one) => one.scores[name]),
        labels,
      ),
    )
  return {
    model: model.model.id,
    split,
    score: model.calibration.defaultScore,
    images: judged.length,
    good: judged.length - defects,
    defects,
    rejected: result.rejected,
    image_auroc: finite(auroc(scores, labels)),
    auprc: finite(averagePrecision(scores, labels)),
    f1: finite(best.f1),
    best_threshold: finite(best.threshold),
    f1_at_threshold: finite(confusion.f1),
    pixel_auroc: result.pixels.auroc,
    aupro: result.pixels.aupro,
    per_type: perType(judged, result),
    threshold,
    confusion,
    image_auroc_by_score: { latent: aurocOf('latent'), map: aurocOf('map'), combined: aurocOf('combined') },
    seconds: result.seconds,
  }
}

/** Each type of defect against all good images. */
function perType(judged: readonly JudgedSample[], result: EvaluationResult): Record<string, TypeMetrics> {
  const good = judged.filter(({ sample }) => sample.label === 'good')
  const byType = new Map<string, JudgedSample[]>()
  for (const one of judged) {
    if (one.sample.label !== 'defect') continue
    const type = one.sample.defectType ?? 'defect'
    byType.set(type, [...(byType.get(type) ?? []), one])
  }
  return Object.fromEntries(
    [...byType].sort().map(([type, defects]) => {
      const both = [...good, ...defects]
      const image = auroc(
        both.map(({ score }) => score),
        both.map(({ sample }) => sample.label === 'defect'),
      )
      const pixels = result.pixelsByType[type]
      return [
        type,
        {
          image_auroc: finite(image),
          pixel_auroc: pixels?.auroc ?? null,
          aupro: pixels?.aupro ?? null,
          count: defects.length,
        },
      ]
    }),
  )
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** The folder that an evaluation's pictures go to unless another is named; it goes when the model goes. */
export async function pictureFolder(core: Core, model: CalibratedModel, wanted?: string): Promise<string> {
  const folder =
    wanted === undefined
      ? path.join(core.store.files.modelFolder(model.model.id), 'evaluation')
      : path.resolve(wanted)
  await mkdir(folder, { recursive: true })
  return folder
}
