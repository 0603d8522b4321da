/**
 * Statistics of good images' residuals by position, and residuals in their units.
 *
 * Edges, borders and textured areas are rebuilt worse than plain ones in every good part; what counts is a
 * residual that is large *for its place*. Positions are cells of a grid over the image, in fractions of its
 * width and height, so that parts of slightly different sizes share them. Where parts lie anywhere, one cell serves.
 */
import type { Plane } from '../imaging/raster.ts'

/** Mean and deviation of the residual by cell, `side` × `side` row by row; interpolated in between. */
export interface PositionStatistics {
  readonly side: number
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
}

/** Few images make wild deviations: each cell's variance is drawn towards the whole map's as by this many images. */
const PRIOR_IMAGES = 4

/** Cells along each axis. Sixteen beat 24, 32 and 48 on magnetic-tile: finer cells follow single images. */
export const POSITION_CELLS = 16

/** Correlation between the position means of two halves of the images from which on position is taken to matter. */
const POSITION_MATTERS = 0.5

/** Sums by cell of one or more images; images can be taken out again. */
interface Totals {
  readonly count: Float64Array
  readonly sum: Float64Array
  readonly squares: Float64Array
}

/** Collects good images' residuals; gives statistics of all, or of all but one. */
export class ResidualTotals {
  readonly side: number
  private readonly parts: readonly Totals[]
  private readonly whole: Totals

  /** @param side cells along each axis; by default chosen by measuring whether position matters */
  constructor(planes: readonly Plane[], side = cellsFor(planes)) {
    this.side = side
    this.parts = planes.map((plane) => totalsOf(plane, side))
    this.whole = this.parts.reduce((a, b) => join(a, b, 1), empty(side))
  }

  /** @param without index of an image to leave out: one that helped to make statistics looks too good by them */
  statistics(without?: number): PositionStatistics {
    const left = without === undefined || this.parts.length < 2 ? null : this.parts[without]
    const { count, sum, squares } = left ? join(this.whole, left, -1) : this.whole
    const images = this.parts.length - (left ? 1 : 0)
    const mean = Array.from(sum, (value, cell) => value / Math.max(1, count[cell]))
    const variance = mean.map((value, cell) =>
      Math.max(0, squares[cell] / Math.max(1, count[cell]) - value * value),
    )
    const typical = variance.reduce((total, value) => total + value, 0) / variance.length
    const deviation = variance.map((value) =>
      Math.sqrt(Math.max((images * value + PRIOR_IMAGES * typical) / (images + PRIOR_IMAGES), 1e-12)),
    )
    return { side: this.side, mean, deviation }
  }
}

/** The residual in deviations from what good images have at its place. */
export function standardise(plane: Plane, statistics: PositionStatistics): Plane {
  const { width, height } = plane
  const mean = spread(statistics.mean, statistics.side, width, height)
  const deviation = spread(statistics.deviation, statistics.side, width, height)
  return { width, height, data: plane.data.map((value, i) => (value - mean[i]) / deviation[i]) }
}

/** Cell values interpolated bilinearly to pixels. */
export function spread(cells: readonly number[], side: number, width: number, height: number): Float32Array {
  const result = new Float32Array(width * height)
  if (side === 1) return result.fill(cells[0])
  const across = interpolation(width, side)
  const down = interpolation(height, side)
  const rows = new Float32Array(side * width)
  for (let row = 0; row < side; row++)
    for (let x = 0; x < width; x++) {
      const at = row * side + across.index[x]
      rows[row * width + x] = cells[at] + (cells[at + 1] - cells[at]) * across.fraction[x]
    }
  for (let y = 0; y < height; y++) {
    const upper = down.index[y] * width
    const fraction = down.fraction[y]
    for (let x = 0; x < width; x++)
      result[y * width + x] = rows[upper + x] + (rows[upper + width + x] - rows[upper + x]) * fraction
  }
  return result
}

function interpolation(
  length: number,
  side: number,
): { readonly index: Int32Array; readonly fraction: Float32Array } {
  const index = new Int32Array(length)
  const fraction = new Float32Array(length)
  for (let i = 0; i < length; i++) {
    const place = Math.min(side - 1, Math.max(0, ((i + 0.5) / length) * side - 0.5))
    index[i] = Math.min(side - 2, Math.floor(place))
    fraction[i] = place - index[i]
  }
  return { index, fraction }
}

function cellsFor(planes: readonly Plane[]): number {
  if (planes.length < 4) return 1
  const halves = [0, 1].map((half) => {
    const totals = planes.filter((_, i) => i % 2 === half).map((plane) => totalsOf(plane, POSITION_CELLS))
    const { sum, count } = totals.reduce((a, b) => join(a, b, 1), empty(POSITION_CELLS))
    return Array.from(sum, (value, cell) => value / Math.max(1, count[cell]))
  })
  return correlation(halves[0], halves[1]) >= POSITION_MATTERS ? POSITION_CELLS : 1
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const meanA = a.reduce((sum, value) => sum + value, 0) / a.length
  const meanB = b.reduce((sum, value) => sum + value, 0) / b.length
  let both = 0
  let squaresA = 0
  let squaresB = 0
  a.forEach((value, i) => {
    both += (value - meanA) * (b[i] - meanB)
    squaresA += (value - meanA) ** 2
    squaresB += (b[i] - meanB) ** 2
  })
  return squaresA > 0 && squaresB > 0 ? both / Math.sqrt(squaresA * squaresB) : 0
}

function empty(side: number): Totals {
  const cells = side * side
  return { count: new Float64Array(cells), sum: new Float64Array(cells), squares: new Float64Array(cells) }
}

function totalsOf({ width, height, data }: Plane, side: number): Totals {
  const totals = empty(side)
  const column = Int32Array.from({ length: width }, (_, x) =>
    Math.min(side - 1, Math.floor((x * side) / width)),
  )
  for (let y = 0; y < height; y++) {
    const row = Math.min(side - 1, Math.floor((y * side) / height)) * side
    for (let x = 0; x < width; x++) {
      const cell = row + column[x]
      const value = data[y * width + x]
      totals.count[cell] += 1
      totals.sum[cell] += value
      totals.squares[cell] += value * value
    }
  }
  return totals
}

/** a + sign·b */
function join(a: Totals, b: Totals, sign: 1 | -1): Totals {
  const sum = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, i) => value + sign * y[i])
  return { count: sum(a.count, b.count), sum: sum(a.sum, b.sum), squares: sum(a.squares, b.squares) }
}
