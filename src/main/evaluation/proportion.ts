/** A share with its 95 % interval. */
export interface Proportion {
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * Share of `successes` among `total` with the 95 % score interval of Wilson (1927), which behaves at few parts and
 * at shares near 0 and 1, where yields lie. NaN of a total of 0.
 * @throws {RangeError} unless 0 <= successes <= total.
 */
export function proportion(successes: number, total: number): Proportion {
  if (!(successes >= 0 && successes <= total)) throw new RangeError(`${successes} of ${total} is no share`)
  if (total === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN }
  const z = 1.959963984540054
  const value = successes / total
  const centre = (value + (z * z) / (2 * total)) / (1 + (z * z) / total)
  const half =
    (z / (1 + (z * z) / total)) * Math.sqrt((value * (1 - value)) / total + (z * z) / (4 * total * total))
  return { value, low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}
