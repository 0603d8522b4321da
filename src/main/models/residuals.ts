/**
 * Statistics of good images' residuals, and residuals in their units. Where parts lie alike in every image each
 * pixel has its own; tiles lie anywhere, so one pair serves all.
 */
import type { Plane } from '../imaging/raster.ts'

/** Mean and deviation by pixel, or one of each. */
export interface ResidualStatistics {
  readonly mean: Float32Array
  readonly deviation: Float32Array
}

/** Few images make wild deviations: each pixel's variance is drawn towards the whole map's as by this many images. */
const PRIOR_IMAGES = 8

/** @param aligned one pair a pixel; planes must then be of one size */
export function residualStatistics(planes: readonly Plane[], aligned: boolean): ResidualStatistics {
  const sums = totals(planes, aligned)
  return fromTotals(sums)
}

/** Statistics by pixel of all planes but one. */
export function withoutOne(planes: readonly Plane[], left: number): ResidualStatistics {
  return residualStatistics(planes.length > 1 ? planes.filter((_, index) => index !== left) : planes, true)
}

export function standardise(plane: Plane, { mean, deviation }: ResidualStatistics): Plane {
  const single = mean.length === 1
  const data = plane.data.map(
    (value, i) => (value - (mean[single ? 0 : i] as number)) / (deviation[single ? 0 : i] as number),
  )
  return { width: plane.width, height: plane.height, data }
}

interface Totals {
  readonly count: number
  readonly sum: Float64Array
  readonly squares: Float64Array
}

function totals(planes: readonly Plane[], aligned: boolean): Totals {
  const length = aligned ? (planes[0]?.data.length ?? 0) : 1
  const sum = new Float64Array(length)
  const squares = new Float64Array(length)
  let count = 0
  for (const { data } of planes) {
    if (aligned && data.length !== length) throw new RangeError('aligned planes must be of one size')
    count += aligned ? 1 : data.length
    for (let i = 0; i < data.length; i++) {
      const value = data[i] as number
      const at = aligned ? i : 0
      sum[at] = (sum[at] as number) + value
      squares[at] = (squares[at] as number) + value * value
    }
  }
  return { count, sum, squares }
}

function fromTotals({ count, sum, squares }: Totals): ResidualStatistics {
  const mean = Float32Array.from(sum, (value) => value / count)
  const variance = Float64Array.from(squares, (value, i) =>
    Math.max(0, value / count - ((sum[i] as number) / count) ** 2),
  )
  const typical = variance.reduce((total, value) => total + value, 0) / Math.max(1, variance.length)
  const single = variance.length === 1
  const deviation = Float32Array.from(variance, (value) =>
    Math.sqrt(
      Math.max(single ? value : (count * value + PRIOR_IMAGES * typical) / (count + PRIOR_IMAGES), 1e-12),
    ),
  )
  return { mean, deviation }
}
