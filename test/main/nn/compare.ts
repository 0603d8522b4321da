import assert from 'node:assert/strict'

/** Largest difference of two arrays, relative to the largest magnitude of `expected` (at least 1). */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity
  let scale = 1
  let largest = 0
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]))
    const difference = Math.abs(actual[i] - expected[i])
    // NaN compares false with everything: it must not pass for a small difference.
    largest = difference <= largest ? largest : difference
    if (Number.isNaN(difference)) return NaN
  }
  return largest / scale
}

export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  const error = relativeError(actual, expected)
  assert.ok(error <= tolerance, `${what}: off by ${error.toExponential(2)}, ${tolerance} allowed`)
}
