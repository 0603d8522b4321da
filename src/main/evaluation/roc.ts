import { at, rank } from './ranking.ts'
import type { Labels } from './ranking.ts'

/** Receiver operating characteristic. All three arrays have the same length; it starts at (0, 0), ends at (1, 1). */
export interface RocCurve {
  /** Share of the good parts called anomalous, ascending. */
  readonly falsePositiveRate: Float64Array
  /** Share of the defects called anomalous, ascending. */
  readonly truePositiveRate: Float64Array
  /** Descending; the first is +Infinity (nothing is anomalous). `score >= threshold` is anomalous. */
  readonly thresholds: Float64Array
}

/**
 * ROC curve with one point for each distinct score, as scikit-learn's `roc_curve(drop_intermediate=False)`:
 * tied scores are crossed in one straight step. A rate is NaN when its class is absent.
 * @throws {RangeError} when the lengths differ, or when a score is not a finite number.
 */
export function rocCurve(scores: ArrayLike<number>, labels: Labels): RocCurve {
  const ranking = rank(scores, labels)
  const length = ranking.thresholds.length + 1
  const falsePositiveRate = new Float64Array(length)
  const truePositiveRate = new Float64Array(length)
  const thresholds = new Float64Array(length)
  thresholds[0] = Number.POSITIVE_INFINITY
  for (let i = 1; i < length; i++) {
    falsePositiveRate[i] = at(ranking.falsePositives, i - 1) / ranking.negatives
    truePositiveRate[i] = at(ranking.truePositives, i - 1) / ranking.positives
    thresholds[i] = at(ranking.thresholds, i - 1)
  }
  return { falsePositiveRate, truePositiveRate, thresholds }
}

/**
 * Area under the ROC curve: the probability that a defect scores higher than a good part, ties counting half
 * (Mann-Whitney U / (positives × negatives); scikit-learn's `roc_auc_score`). NaN unless both classes are there.
 * @throws {RangeError} when the lengths differ, or when a score is not a finite number.
 */
export function auroc(scores: ArrayLike<number>, labels: Labels): number {
  const ranking = rank(scores, labels)
  if (ranking.positives === 0 || ranking.negatives === 0) return Number.NaN
  let doubled = 0
  let lastTrue = 0
  let lastFalse = 0
  for (let i = 0; i < ranking.thresholds.length; i++) {
    const truePositives = at(ranking.truePositives, i)
    const falsePositives = at(ranking.falsePositives, i)
    doubled += (falsePositives - lastFalse) * (truePositives + lastTrue)
    lastTrue = truePositives
    lastFalse = falsePositives
  }
  return doubled / 2 / (ranking.positives * ranking.negatives)
}
