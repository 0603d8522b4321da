/**
 * The upper tail of a distribution from few values: peaks over a high value follow a generalised Pareto
 * distribution (Pickands 1975; Coles, "An Introduction to Statistical Modeling of Extreme Values", 2001, ch. 4),
 * P(Y > y) = (1 + ξ y / σ)^(−1/ξ).
 *
 * A best fit (maximum likelihood, moments) to ten peaks is far too sure of itself: thresholds read off it are
 * crossed several times as often as promised. So nothing is fitted to a point: all shapes ξ and scales σ are
 * weighed by how well they explain the peaks (posterior over a grid), and the tail is their weighted mean, the
 * posterior predictive distribution. Few peaks give a wide posterior, and a prudently high threshold, by itself.
 */
import { at } from './ranking.ts'

/**
 * Prior of the shape: normal around 0 (the exponential tail, to which normal, gamma and lognormal tails all
 * tend) with this deviation, so that about one tail in six is heavier than 1 / x³. Found by simulation, see
 * docs/results/threshold-coverage.md.
 */
const shapeDeviation = 0.3
const shapes = Array.from({ length: 29 }, (_, index) => (index - 10) / 20)
const scaleSteps = 33

/** One explanation of the peaks and how much it is believed. */
interface Explanation {
  readonly shape: number
  /** In units of the mean peak. */
  readonly scale: number
  readonly weight: number
}

/** A tail above `start`, in the scores' own units. */
export interface Tail {
  /** Value above which the tail is described. */
  readonly start: number
  /** Number of values above `start`. */
  readonly peaks: number
  /** Mean excess of the peaks; unit of the scales. */
  readonly unit: number
  readonly explanations: readonly Explanation[]
  /** Number of values that the tail was taken from. */
  readonly count: number
}

/** log of the likelihood of excesses (in units of their mean) under one shape and scale. */
function logLikelihood(excesses: Float64Array, shape: number, scale: number): number {
  let sum = -excesses.length * Math.log(scale)
  if (Math.abs(shape) < 1e-9) return sum - excesses.reduce((total, excess) => total + excess, 0) / scale
  for (const excess of excesses) {
    const argument = 1 + (shape * excess) / scale
    if (argument <= 0) return Number.NEGATIVE_INFINITY
    sum -= (1 / shape + 1) * Math.log(argument)
  }
  return sum
}

/** Share of peaks above `excess` (in units of their mean). */
function survival(excess: number, shape: number, scale: number): number {
  if (Math.abs(shape) < 1e-9) return Math.exp(-excess / scale)
  const argument = 1 + (shape * excess) / scale
  return argument <= 0 ? 0 : argument ** (-1 / shape)
}

/**
 * Describes the tail of `sorted` above its `peaks` largest values.
 * @param sorted ascending, at least three values; not all equal.
 * @param peaks number of values to call the tail; raised while they are all equal to the value below them.
 */
export function describeTail(sorted: Float64Array, peaks: number): Tail {
  const count = sorted.length
  let taken = Math.min(Math.max(2, peaks), count - 1)
  while (taken < count - 1 && at(sorted, count - 1) === at(sorted, count - 1 - taken)) taken++
  const start = at(sorted, count - 1 - taken)
  const excesses = sorted.slice(count - taken).map((value) => value - start)
  const unit = excesses.reduce((total, excess) => total + excess, 0) / taken
  const relative = excesses.map((excess) => excess / unit)

  // The scale's posterior narrows with the root of the peaks; the grid follows it.
  const reach = Math.min(3, 0.4 + 5 / Math.sqrt(taken))
  const explanations: { shape: number; scale: number; weight: number }[] = []
  let best = Number.NEGATIVE_INFINITY
  for (const shape of shapes)
    for (let step = 0; step < scaleSteps; step++) {
      // A distribution of mean 1 has the scale 1 - shape; half of that keeps heavy shapes on the grid.
      const scale = (1 - shape / 2) * Math.exp(reach * ((2 * step) / (scaleSteps - 1) - 1))
      const weight = logLikelihood(relative, shape, scale) - (shape / shapeDeviation) ** 2 / 2
      best = Math.max(best, weight)
      explanations.push({ shape, scale, weight })
    }
  let total = 0
  for (const explanation of explanations) total += explanation.weight = Math.exp(explanation.weight - best)
  return {
    start,
    peaks: taken,
    unit,
    count,
    explanations: explanations
      .map((explanation) => ({ ...explanation, weight: explanation.weight / total }))
      .filter((explanation) => explanation.weight > 1e-9),
  }
}

/** Smallest x ≥ 0 at which the falling function reaches `level`, by doubling and bisection. */
function solve(falling: (x: number) => number, level: number): number {
  let low = 0
  let high = 1
  while (falling(high) > level && high < 1e12) high *= 2
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (falling(middle) > level) low = middle
    else high = middle
  }
  return high
}

/**
 * The value that the next draw from the same distribution exceeds with probability `rate`: quantile of the
 * posterior predictive tail.
 */
export function predictedQuantile(tail: Tail, rate: number): number {
  // Expected share of the distribution above an order statistic with `peaks` values above it.
  const above = (tail.peaks + 1) / (tail.count + 1)
  const excess = solve(
    (x) =>
      above *
      tail.explanations.reduce(
        (sum, { shape, scale, weight }) => sum + weight * survival(x, shape, scale),
        0,
      ),
    rate,
  )
  return tail.start + tail.unit * excess
}

/** Mean of each of `parts` equally probable slices of a Beta(a, b) distribution, by summing its density. */
function betaSlices(a: number, b: number, parts: number): number[] {
  const cells = 2000
  const mode = a / (a + b)
  const density = Float64Array.from({ length: cells }, (_, index) => {
    const x = (index + 0.5) / cells
    return Math.exp((a - 1) * Math.log(x / mode) + (b - 1) * Math.log((1 - x) / (1 - mode)))
  })
  const total = density.reduce((sum, value) => sum + value, 0)
  const slices: number[] = []
  let reached = 0
  for (let cell = 0; cell < cells && slices.length < parts; cell++) {
    reached += at(density, cell)
    while (slices.length < parts && reached >= (total * (slices.length + 0.5)) / parts)
      slices.push((cell + 0.5) / cells)
  }
  return slices
}

/**
 * Range that holds the distribution's true quantile (exceeded with probability `rate`) with 95 % probability:
 * the posterior of the quantile over shapes, scales and the unknown share of the distribution above the tail's
 * start. Simulated coverage is in docs/results/threshold-coverage.md; a bootstrap's is far lower at these sizes.
 */
export function quantileInterval(tail: Tail, rate: number): { readonly low: number; readonly high: number } {
  // The mass above an order statistic with k values above it is Beta(k + 1, n - k), whatever the distribution.
  const masses = betaSlices(tail.peaks + 1, tail.count - tail.peaks, 15)
  const quantiles: { readonly excess: number; readonly weight: number }[] = []
  for (const { shape, scale, weight } of tail.explanations)
    for (const mass of masses) {
      const share = Math.min(1, rate / mass)
      const excess = Math.abs(shape) < 1e-9 ? -Math.log(share) : (share ** -shape - 1) / shape
      quantiles.push({ excess: scale * excess, weight: weight / masses.length })
    }
  quantiles.sort((a, b) => a.excess - b.excess)
  const reach = (probability: number): number => {
    let sum = 0
    const found = quantiles.find((quantile) => (sum += quantile.weight) >= probability)
    return tail.start + tail.unit * (found ?? quantiles.at(-1) ?? { excess: 0 }).excess
  }
  return { low: reach(0.025), high: reach(0.975) }
}
