/** Thresholds from labelled defects: the best F1, and the two-threshold form ok / review / ng. */
import { bestF1 } from './precision-recall.ts'
import { at } from './ranking.ts'
import type { Labels } from './ranking.ts'
import { thresholdFromGood } from './threshold-good.ts'

/** `score >= value` is anomalous. */
export interface LabelledThreshold {
  /** Midway between the lowest score called anomalous and the highest called good: the same F1, more margin. */
  readonly value: number
  /** 95 % percentile bootstrap interval, resampled within each class; deterministic. */
  readonly low: number
  readonly high: number
  readonly f1: number
  readonly precision: number
  readonly recall: number
}

/** Scores of one class, ascending. */
function classOf(scores: ArrayLike<number>, labels: Labels, anomalous: boolean): Float64Array {
  return Float64Array.from(
    Array.from(scores).filter((_, index) => Boolean(labels[index]) === anomalous),
  ).sort()
}

/** Midway from `threshold`, which is one of the scores, down to the next lower score. */
function withMargin(scores: ArrayLike<number>, threshold: number): number {
  let next = Number.NEGATIVE_INFINITY
  for (let i = 0; i < scores.length; i++) if (at(scores, i) < threshold) next = Math.max(next, at(scores, i))
  const middle = threshold / 2 + next / 2
  // With neighbouring floats the middle rounds to one of them; the lower one would change the verdicts.
  return Number.isFinite(next) && middle > next ? middle : threshold
}

/** Seeded uniform numbers in [0, 1): a 32-bit xorshift (Marsaglia 2003), plenty for resampling. */
function resampler(): () => number {
  let state = 0x9e3779b9
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

const resamples = 400

/**
 * Threshold of the best F1 on labelled images.
 * @throws {RangeError} unless there are good parts and defects, or when a score is not a finite number.
 */
export function thresholdFromLabels(scores: ArrayLike<number>, labels: Labels): LabelledThreshold {
  const best = bestF1(scores, labels)
  const good = classOf(scores, labels, false)
  const defects = classOf(scores, labels, true)
  if (good.length === 0 || defects.length === 0)
    throw new RangeError('an F1 threshold needs scores of good parts and of defects')

  const random = resampler()
  const draw = (from: Float64Array): number => at(from, Math.floor(random() * from.length))
  const drawnLabels = [...good.map(() => 0), ...defects.map(() => 1)]
  const thresholds = Float64Array.from({ length: resamples }, () => {
    const drawn = [...good.map(() => draw(good)), ...defects.map(() => draw(defects))]
    return withMargin(drawn, bestF1(drawn, drawnLabels).threshold)
  }).sort()
  const value = withMargin(scores, best.threshold)
  return {
    value,
    low: Math.min(value, at(thresholds, Math.floor(resamples * 0.025))),
    high: Math.max(value, at(thresholds, Math.ceil(resamples * 0.975) - 1)),
    f1: best.f1,
    precision: best.precision,
    recall: best.recall,
  }
}

/** Shares of one class by verdict; they add up to 1. */
export interface Shares {
  readonly ok: number
  readonly review: number
  readonly ng: number
}

/** Two thresholds: `score < review` is ok, `review <= score < ng` goes to an operator, `score >= ng` is ng. */
export interface ReviewThresholds {
  readonly review: number
  readonly ng: number
  /** What the labelled good parts and defects get. */
  readonly good: Shares
  readonly defects: Shares
}

/**
 * The two-threshold form. `ng` is where good parts are rejected outright at `falseAlarmRate`; `review` is the
 * highest threshold that lets at most the share `missRate` of the labelled defects pass as ok. If the defects lie
 * clear of the good parts no band is needed: both are the same, midway in the gap.
 * @param options falseAlarmRate in (0, 0.5), default 0.01; missRate in [0, 1), default 0.
 * @throws {RangeError} with fewer than three good parts, without defects, or when a rate is out of range.
 */
export function reviewThresholds(
  scores: ArrayLike<number>,
  labels: Labels,
  options: { readonly falseAlarmRate?: number; readonly missRate?: number } = {},
): ReviewThresholds {
  const { falseAlarmRate = 0.01, missRate = 0 } = options
  if (!(missRate >= 0 && missRate < 1))
    throw new RangeError(`the miss rate must lie in [0, 1), not ${missRate}`)
  const good = classOf(scores, labels, false)
  const defects = classOf(scores, labels, true)
  if (defects.length === 0) throw new RangeError('the two-threshold form needs scores of defects')
  let ng = thresholdFromGood(good, falseAlarmRate).value
  let review = withMargin(scores, at(defects, Math.floor(missRate * defects.length + 1e-9)))
  if (review >= ng) review = ng = ng / 2 + review / 2

  const shares = (classScores: Float64Array): Shares => {
    const reviewed = classScores.filter((score) => score >= review).length
    const rejected = classScores.filter((score) => score >= ng).length
    const count = classScores.length
    return { ok: (count - reviewed) / count, review: (reviewed - rejected) / count, ng: rejected / count }
  }
  return { review, ng, good: shares(good), defects: shares(defects) }
}
