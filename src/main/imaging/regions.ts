import { traceOutline } from './outline.ts'
import type { Plane } from './raster.ts'

/** A connected area of a map at or above a threshold. */
export interface Region {
  /** Smallest rectangle of whole pixels around it. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  /**
   * Its outer outline along pixel edges, clockwise, only the corners, closed (the last joins the first). Pixel
   * (x, y) is the square from (x, y) to (x + 1, y + 1): a single pixel has four corners. Holes are not outlined.
   */
  readonly contour: readonly (readonly [number, number])[]
  /** Pixels at or above the threshold; holes do not count. */
  readonly areaPixels: number
  /** Largest map value in it, and the pixel that has it. */
  readonly peak: number
  readonly peakAt: readonly [number, number]
}

export interface RegionOptions {
  /** Smaller regions are left out, in pixels. */
  readonly minimumArea: number
}

/**
 * The 8-connected regions whose values are at or above the threshold, largest peak first (then largest area, then
 * first from the top left). Not-a-number is below any threshold.
 */
export function findRegions(plane: Plane, threshold: number, options: RegionOptions): Region[] {
  const { width, height, data } = plane
  const labels = new Int32Array(width * height)
  const stack: number[] = []
  const regions: Region[] = []
  let label = 0

  for (let start = 0; start < data.length; start++) {
    if (labels[start] !== 0 || !((data[start] as number) >= threshold)) continue
    label++
    let area = 0
    let peak = -Infinity
    let peakIndex = start
    let left = width
    let right = 0
    let bottom = 0
    labels[start] = label
    stack.push(start)
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      const value = data[index] as number
      const y = Math.floor(index / width)
      const x = index - y * width
      area++
      if (value > peak || (value === peak && index < peakIndex)) {
        peak = value
        peakIndex = index
      }
      if (x < left) left = x
      if (x > right) right = x
      if (y > bottom) bottom = y
      const fromX = x > 0 ? x - 1 : x
      const toX = x < width - 1 ? x + 1 : x
      const toY = y < height - 1 ? y + 1 : y
      for (let ny = y > 0 ? y - 1 : y; ny <= toY; ny++) {
        for (let nx = fromX; nx <= toX; nx++) {
          const neighbour = ny * width + nx
          if (labels[neighbour] === 0 && (data[neighbour] as number) >= threshold) {
            labels[neighbour] = label
            stack.push(neighbour)
          }
        }
      }
    }
    if (area < options.minimumArea) continue
    const top = Math.floor(start / width)
    regions.push({
      box: { x: left, y: top, width: right - left + 1, height: bottom - top + 1 },
      // The scan comes from the top left: the first pixel of a region is the leftmost of its topmost row.
      contour: traceOutline(labels, width, height, start),
      areaPixels: area,
      peak,
      peakAt: [peakIndex % width, Math.floor(peakIndex / width)],
    })
  }
  // Stable: equal ones stay in scanning order.
  return regions.sort((a, b) => b.peak - a.peak || b.areaPixels - a.areaPixels)
}
