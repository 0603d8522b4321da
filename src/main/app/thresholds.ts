import { thresholdFromGood, thresholdFromLabels } from '../evaluation/index.ts'
import type { Calibration } from '../models/types.ts'
import type { Project, SampleSplit, StoredCalibration } from '../store/index.ts'
import type { Core } from './core.ts'
import { judgeSamples, type EvaluationHooks } from './evaluation.ts'
import { calibrationRow, type CalibratedModel } from './models.ts'

/** A threshold that cannot be set; the message says why and what to do. */
export class ThresholdError extends Error {
  override readonly name = 'ThresholdError'
}

/** Maps are normalised by dividing by it. */
const SMALLEST_PIXEL_THRESHOLD = 1e-6

/** How the new threshold is found. */
export type ThresholdChoice =
  | { readonly by: 'value'; readonly value: number }
  /** From the scores of the held-out good images that the model keeps. */
  | { readonly by: 'false-alarm-rate'; readonly rate: number }
  /** The best F1 on labelled good and defective images: those of an evaluation, or else judged now. */
  | { readonly by: 'f1'; readonly evaluated?: readonly LabelledScore[] }

/** What the score that judges was for a labelled image. */
export interface LabelledScore {
  readonly score: number
  readonly isDefect: boolean
}

/**
 * Sets a model's threshold: a new calibration row, which judges from now on. Nothing is trained, and what was
 * inspected before keeps the threshold it was judged by.
 *
 * @throws ThresholdError when the samples or the value do not allow it
 */
export async function setThreshold(
  core: Core,
  project: Project,
  model: CalibratedModel,
  choice: ThresholdChoice,
  hooks: EvaluationHooks = {},
): Promise<StoredCalibration> {
  const threshold = await find(core, project, model, choice, hooks)
  const pixelThreshold = pixelThresholdFor(model.calibration, threshold)
  return core.store.calibrations.create(
    calibrationRow(model.model.id, { ...model.calibration, threshold, pixelThreshold }),
  )
}

/**
 * The pixel threshold moves along where it means the same: the map's score is its highest pixel, so a part is NG
 * exactly if a pixel reaches the threshold, and its regions are those pixels. For the other scores only a
 * false-alarm rate says what it should be.
 */
function pixelThresholdFor(calibration: Calibration, threshold: Calibration['threshold']): number {
  if (calibration.defaultScore === 'map') return Math.max(threshold.value, SMALLEST_PIXEL_THRESHOLD)
  if (threshold.mode !== 'false-alarm-rate') return calibration.pixelThreshold
  const { value } = thresholdFromGood(calibration.goodScores.map, threshold.falseAlarmRate)
  return Math.max(value, SMALLEST_PIXEL_THRESHOLD)
}

async function find(
  core: Core,
  project: Project,
  model: CalibratedModel,
  choice: ThresholdChoice,
  hooks: EvaluationHooks,
): Promise<Calibration['threshold']> {
  const { calibration } = model
  switch (choice.by) {
    case 'value': {
      const { value } = choice
      if (!Number.isFinite(value)) throw new ThresholdError('A threshold is a number.')
      return { ...calibration.threshold, value, low: value, high: value, mode: 'manual' }
    }
    case 'false-alarm-rate': {
      try {
        const { value, low, high } = thresholdFromGood(
          calibration.goodScores[calibration.defaultScore],
          choice.rate,
        )
        return { value, low, high, mode: 'false-alarm-rate', falseAlarmRate: choice.rate }
      } catch (error) {
        throw asThresholdError(error)
      }
    }
    case 'f1': {
      const labelled = choice.evaluated ?? (await judgeLabelled(core, project, model, hooks))
      try {
        const { value, low, high } = thresholdFromLabels(
          labelled.map(({ score }) => score),
          labelled.map(({ isDefect }) => isDefect),
        )
        return { ...calibration.threshold, value, low, high, mode: 'f1' }
      } catch (error) {
        throw asThresholdError(error)
      }
    }
  }
}

async function judgeLabelled(
  core: Core,
  project: Project,
  model: CalibratedModel,
  hooks: EvaluationHooks,
): Promise<LabelledScore[]> {
  const split = labelledSplit(core, project)
  const { judged } = await judgeSamples(core, { project, model, split }, hooks)
  return judged.map(({ score, sample }) => ({ score, isDefect: sample.label === 'defect' }))
}

/**
 * Where the labelled images for F1 come from: the validation split if it has defects, so that the test split stays
 * untouched; else the test split.
 */
export function labelledSplit(core: Core, project: Project): SampleSplit {
  const has = (split: SampleSplit, label: 'good' | 'defect') =>
    core.store.samples.count({ projectId: project.id, split, label }) > 0
  for (const split of ['validation', 'test'] as const) {
    if (has(split, 'good') && has(split, 'defect')) return split
  }
  throw new ThresholdError(
    `The project "${project.name}" has no labelled defects beside good images to find the best F1 on. Import some, or set the threshold by --false-alarm-rate.`,
  )
}

function asThresholdError(error: unknown): unknown {
  return error instanceof RangeError
    ? new ThresholdError(`The threshold cannot be set: ${error.message}.`)
    : error
}
