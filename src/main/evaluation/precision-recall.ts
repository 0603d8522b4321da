import { at, rank } from './ranking.ts'
import type { Labels } from './ranking.ts'

/**
 * Precision against recall. As in scikit-learn thresholds ascend, and precision and recall have one more entry
 * than thresholds: the end point (precision 1, recall 0), where nothing is called anomalous.
 */
export interface PrecisionRecallCurve {
  readonly precision: Float64Array
  readonly recall: Float64Array
  /** Distinct scores, ascending; `score >= threshold` is anomalous. */
  readonly thresholds: Float64Array
}

/**
 * Precision-recall curve, one point for each distinct score (scikit-learn's `precision_recall_curve`).
 * Recall is NaN when there are no defects.
 * @throws {RangeError} when the lengths differ, or when a score is not a finite number.
 */
export function precisionRecallCurve(scores: ArrayLike<number>, labels: Labels): PrecisionRecallCurve {
  const ranking = rank(scores, labels)
  const steps = ranking.thresholds.length
  const precision = new Float64Array(steps + 1)
  const recall = new Float64Array(steps + 1)
  const thresholds = new Float64Array(steps)
  for (let i = 0; i < steps; i++) {
    const from = steps - 1 - i
    const truePositives = at(ranking.truePositives, from)
    precision[i] = truePositives / (truePositives + at(ranking.falsePositives, from))
    recall[i] = truePositives / ranking.positives
    thresholds[i] = at(ranking.thresholds, from)
  }
  precision[steps] = 1
  return { precision, recall, thresholds }
}

/**
 * Average precision, the AUPRC that `evaluate` reports: Σ (Rₙ − Rₙ₋₁) Pₙ over descending thresholds, without
 * interpolation (scikit-learn's `average_precision_score`). NaN when there are no defects.
 * @throws {RangeError} when the lengths differ, or when a score is not a finite number.
 */
export function averagePrecision(scores: ArrayLike<number>, labels: Labels): number {
  const ranking = rank(scores, labels)
  if (ranking.positives === 0) return Number.NaN
  let sum = 0
  let last = 0
  for (let i = 0; i < ranking.thresholds.length; i++) {
    const truePositives = at(ranking.truePositives, i)
    sum += ((truePositives - last) * truePositives) / (truePositives + at(ranking.falsePositives, i))
    last = truePositives
  }
  return sum / ranking.positives
}

/** Counts of verdicts against labels at one threshold, and the rates made of them (NaN where 0 / 0). */
export interface Confusion {
  readonly threshold: number
  readonly truePositives: number
  readonly falsePositives: number
  readonly trueNegatives: number
  readonly falseNegatives: number
  readonly precision: number
  readonly recall: number
  /** Share of the good parts called anomalous. */
  readonly falseAlarmRate: number
  /** Share of the defects called good: recall's complement. */
  readonly missRate: number
  readonly accuracy: number
  /** 2·TP / (2·TP + FP + FN). */
  readonly f1: number
}

/**
 * Confusion matrix of "anomalous if `score >= threshold`".
 * @throws {RangeError} when the lengths differ.
 */
export function confusionAt(scores: ArrayLike<number>, labels: Labels, threshold: number): Confusion {
  if (scores.length !== labels.length)
    throw new RangeError(`${scores.length} scores but ${labels.length} labels: give one label a score`)
  let truePositives = 0
  let falsePositives = 0
  let trueNegatives = 0
  let falseNegatives = 0
  for (let i = 0; i < scores.length; i++) {
    const anomalous = at(scores, i) >= threshold
    if (labels[i] && anomalous) truePositives++
    else if (labels[i]) falseNegatives++
    else if (anomalous) falsePositives++
    else trueNegatives++
  }
  const positives = truePositives + falseNegatives
  const negatives = falsePositives + trueNegatives
  return {
    threshold,
    truePositives,
    falsePositives,
    trueNegatives,
    falseNegatives,
    precision: truePositives / (truePositives + falsePositives),
    recall: truePositives / positives,
    falseAlarmRate: falsePositives / negatives,
    missRate: falseNegatives / positives,
    accuracy: (truePositives + trueNegatives) / (positives + negatives),
    f1: (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives),
  }
}

/** The threshold with the largest F1, and what it gives. */
export interface BestF1 {
  readonly threshold: number
  readonly f1: number
  readonly precision: number
  readonly recall: number
}

/**
 * Best F1 over all thresholds. The threshold is one of the scores, as in anomalib; of equally good ones the
 * highest, which raises the fewest alarms. All values are NaN when there are no defects.
 * @throws {RangeError} when the lengths differ, or when a score is not a finite number.
 */
export function bestF1(scores: ArrayLike<number>, labels: Labels): BestF1 {
  const ranking = rank(scores, labels)
  let best: BestF1 = { threshold: Number.NaN, f1: Number.NaN, precision: Number.NaN, recall: Number.NaN }
  if (ranking.positives === 0) return best
  for (let i = 0; i < ranking.thresholds.length; i++) {
    const truePositives = at(ranking.truePositives, i)
    const called = truePositives + at(ranking.falsePositives, i)
    const f1 = (2 * truePositives) / (called + ranking.positives)
    if (f1 <= best.f1) continue
    best = {
      threshold: at(ranking.thresholds, i),
      f1,
      precision: truePositives / called,
      recall: truePositives / ranking.positives,
    }
  }
  return best
}
