/**
 * The one ranking behind every curve: scores sorted from the most to the least anomalous, equal scores together.
 */

/** 1 or `true`: anomalous (a defect). 0 or `false`: good. */
export type Label = 0 | 1 | boolean
/** Any list of labels; numbers other than 0 count as anomalous. */
export type Labels = ArrayLike<number | boolean>

/** Cumulated counts at each distinct score, descending: what is anomalous if `score >= thresholds[i]`. */
export interface Ranking {
  /** Distinct scores, strictly descending. */
  readonly thresholds: Float64Array
  /** Defects at or above the threshold. */
  readonly truePositives: Float64Array
  /** Good parts at or above the threshold. */
  readonly falsePositives: Float64Array
  readonly positives: number
  readonly negatives: number
}

/**
 * Ranks scores. Equal scores become one step, so that their order among each other never matters.
 * @throws {RangeError} when the lengths differ, or when a score is not a finite number.
 */
export function rank(scores: ArrayLike<number>, labels: Labels): Ranking {
  const count = scores.length
  if (labels.length !== count)
    throw new RangeError(`${count} scores but ${labels.length} labels: give one label a score`)
  const values = Float64Array.from(scores)
  for (let i = 0; i < count; i++)
    if (!Number.isFinite(values[i]))
      throw new RangeError(`score ${i} is ${values[i]}: scores must be finite numbers`)
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  order.sort((a, b) => at(values, b) - at(values, a))

  const thresholds = new Float64Array(count)
  const truePositives = new Float64Array(count)
  const falsePositives = new Float64Array(count)
  let steps = 0
  let positives = 0
  let negatives = 0
  for (let i = 0; i < count; i++) {
    const index = at(order, i)
    const value = at(values, index)
    if (labels[index]) positives++
    else negatives++
    const last = i + 1 === count || at(values, at(order, i + 1)) !== value
    if (!last) continue
    thresholds[steps] = value
    truePositives[steps] = positives
    falsePositives[steps] = negatives
    steps++
  }
  return {
    thresholds: thresholds.slice(0, steps),
    truePositives: truePositives.slice(0, steps),
    falsePositives: falsePositives.slice(0, steps),
    positives,
    negatives,
  }
}

/** Element of a typed array; out of range reads as NaN, which no caller relies on. */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? Number.NaN
}
