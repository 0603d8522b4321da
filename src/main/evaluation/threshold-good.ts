/** A threshold from good parts alone, at a false-alarm rate that the user chooses. */
import { at } from './ranking.ts'
import { describeTail, predictedQuantile, quantileInterval } from './tail.ts'

/** `score >= value` is anomalous. */
export interface GoodThreshold {
  readonly value: number
  /** 95 % interval of the score that good parts really exceed at the chosen rate. */
  readonly low: number
  readonly high: number
  /** `empirical`: read off the sorted scores. `tail-fit`: there are too few of them, so their tail is modelled. */
  readonly method: 'empirical' | 'tail-fit'
}

/** Fewest good scores that a threshold can be made of. Twenty or more make a useful one. */
export const fewestGoodScores = 3

/** From this many scores expected above the threshold on, the sorted scores themselves serve. */
const enoughAbove = 10

/** How many of the largest scores are called the tail: half of a few, about twice the root of many. */
function peaksOf(count: number, rate: number): number {
  return Math.ceil(Math.max(3 * rate * count, Math.min(count / 2, 2 * Math.sqrt(count) + 3)))
}

/** The next number above `value`: a score equal to a threshold is anomalous, one on it must not be. */
function justAbove(value: number): number {
  return value + Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE)
}

/**
 * Threshold that a good part exceeds with probability `falseAlarmRate`.
 *
 * With at least ten scores expected above it: the order statistic at rank (n + 1)(1 − rate), interpolated, which
 * the next good part exceeds at just that rate whatever the distribution (split conformal prediction, Vovk 2005),
 * and the binomial order-statistic interval (David & Nagaraja, "Order Statistics", 2003, § 7.1).
 * With fewer: the posterior predictive quantile of a generalised Pareto tail, see tail.ts. Deterministic.
 * Realised rates and coverage by simulation: docs/results/threshold-coverage.md.
 *
 * @param scores scores of held-out good parts (never of those that the model was trained on), in any order.
 * @param falseAlarmRate between 0 and 0.5, both excluded.
 * @throws {RangeError} with fewer than three scores, a score that is no finite number, or a rate out of range.
 */
export function thresholdFromGood(scores: ArrayLike<number>, falseAlarmRate: number): GoodThreshold {
  if (!(falseAlarmRate > 0 && falseAlarmRate < 0.5))
    throw new RangeError(`the false-alarm rate must lie between 0 and 0.5, not ${falseAlarmRate}`)
  if (scores.length < fewestGoodScores)
    throw new RangeError(
      `a threshold needs the scores of at least ${fewestGoodScores} held-out good images, got ${scores.length}`,
    )
  const sorted = Float64Array.from(scores).sort()
  if (!sorted.every(Number.isFinite)) throw new RangeError('scores must be finite numbers')

  const count = sorted.length
  const largest = at(sorted, count - 1)
  if (at(sorted, 0) === largest) {
    const value = justAbove(largest)
    return { value, low: value, high: value, method: 'empirical' }
  }
  if (count * falseAlarmRate >= enoughAbove) return empirical(sorted, falseAlarmRate)

  const tail = describeTail(sorted, peaksOf(count, falseAlarmRate))
  const value = justAbove(predictedQuantile(tail, falseAlarmRate))
  const { low, high } = quantileInterval(tail, falseAlarmRate)
  return { value, low: Math.min(low, value), high: Math.max(high, value), method: 'tail-fit' }
}

function empirical(sorted: Float64Array, rate: number): GoodThreshold {
  const count = sorted.length
  const rank = (count + 1) * (1 - rate) - 1
  const below = Math.floor(rank)
  const value = justAbove(
    at(sorted, below) + (rank - below) * (at(sorted, Math.min(below + 1, count - 1)) - at(sorted, below)),
  )
  const [first, last] = orderInterval(count, 1 - rate)
  return {
    value,
    low: Math.min(at(sorted, first), value),
    high: Math.max(at(sorted, last), value),
    method: 'empirical',
  }
}

/**
 * Indices of the order statistics between which the quantile of probability `below` lies with at least 95 %:
 * the number of scores under it is binomial.
 */
function orderInterval(count: number, below: number): readonly [number, number] {
  let logProbability = count * Math.log(1 - below)
  let cumulated = Math.exp(logProbability)
  let first = 0
  let last = count - 1
  let lastFound = false
  for (let under = 1; under <= count; under++) {
    // Here `cumulated` is P(fewer than `under` scores lie below the quantile).
    if (cumulated <= 0.025) first = under - 1
    if (!lastFound && cumulated >= 0.975) {
      last = under - 1
      lastFound = true
    }
    logProbability += Math.log((count - under + 1) / under) + Math.log(below / (1 - below))
    cumulated += Math.exp(logProbability)
  }
  return [first, last]
}
