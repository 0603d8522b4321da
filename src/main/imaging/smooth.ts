import type { Plane } from './raster.ts'
import { reflect } from './reflect.ts'

/** Half of a Gaussian kernel, centre first, normalised so that the whole kernel sums to 1; cut at 4 sigma. */
function halfKernel(sigma: number): Float32Array {
  const radius = Math.max(1, Math.round(4 * sigma))
  const half = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2))
  const sum = half.reduce((total, value) => total + 2 * value, -1)
  return Float32Array.from(half, (value) => value / sum)
}

/**
 * Gaussian blur with mirrored borders, cut at 4 sigma: what scipy.ndimage.gaussian_filter does by default.
 * Separable; cost grows with sigma. `sigma` in pixels; 0 returns the plane itself.
 * @throws RangeError for a negative or non-finite sigma.
 */
export function gaussianBlur(plane: Plane, sigma: number): Plane {
  if (!(sigma >= 0 && Number.isFinite(sigma)))
    throw new RangeError(`sigma must be 0 or positive, not ${sigma}`)
  if (sigma === 0) return plane
  const { width, height, data } = plane
  const kernel = halfKernel(sigma)
  const radius = kernel.length - 1
  const centre = kernel[0] as number

  // Along rows, through a line buffer with its mirrored ends so that the inner loop has no borders.
  const across = new Float32Array(width * height)
  const line = new Float32Array(width + 2 * radius)
  for (let y = 0; y < height; y++) {
    const row = y * width
    line.set(data.subarray(row, row + width), radius)
    for (let i = 0; i < radius; i++) {
      line[i] = data[row + reflect(i - radius, width)] as number
      line[radius + width + i] = data[row + reflect(width + i, width)] as number
    }
    for (let x = 0; x < width; x++) {
      const at = x + radius
      let sum = (line[at] as number) * centre
      for (let k = 1; k <= radius; k++) {
        sum += ((line[at - k] as number) + (line[at + k] as number)) * (kernel[k] as number)
      }
      across[row + x] = sum
    }
  }

  // Along columns, whole rows at a time: memory is read in order.
  const result = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const out = result.subarray(y * width, (y + 1) * width)
    const own = across.subarray(y * width, (y + 1) * width)
    for (let x = 0; x < width; x++) out[x] = (own[x] as number) * centre
    for (let k = 1; k <= radius; k++) {
      const weight = kernel[k] as number
      const above = reflect(y - k, height) * width
      const below = reflect(y + k, height) * width
      for (let x = 0; x < width; x++) {
        out[x] = (out[x] as number) + ((across[above + x] as number) + (across[below + x] as number)) * weight
      }
    }
  }
  return { width, height, data: result }
}
