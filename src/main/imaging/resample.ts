/** A rectangle of pixels; may be fractional where it names a part of a source image. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Interleaved rows of any channel count: what the resampler reads and writes. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

/** For each output position: which inputs it reads and with what weights. */
interface Taps {
  readonly first: Int32Array
  readonly count: Int32Array
  readonly weights: Float32Array
  /** Weights of output `i` start at `i * stride`. */
  readonly stride: number
}

/**
 * Triangle filter of one axis. Enlarging, this is bilinear interpolation; shrinking, the triangle widens with the
 * factor, so that every source pixel counts and nothing aliases. Taps beyond the source rectangle are dropped and
 * the rest renormalised: outside pixels never bleed in. The convention is that of Pillow's BILINEAR and of
 * torchvision's antialiased resize; it never overshoots [0, 1] as Lanczos does.
 */
function triangleTaps(start: number, length: number, limit: number, outputs: number): Taps {
  const factor = length / outputs
  const support = Math.max(1, factor)
  const lowest = Math.max(0, Math.floor(start))
  const highest = Math.min(limit, Math.ceil(start + length)) - 1
  const stride = Math.ceil(support) * 2 + 1
  const first = new Int32Array(outputs)
  const count = new Int32Array(outputs)
  const weights = new Float32Array(outputs * stride)
  for (let i = 0; i < outputs; i++) {
    const centre = start + (i + 0.5) * factor - 0.5
    let from = Math.max(lowest, Math.ceil(centre - support))
    let to = Math.min(highest, Math.floor(centre + support))
    // The outermost taps weigh nothing when they fall exactly on the triangle's foot.
    if (from < to && centre - from >= support) from++
    if (from < to && to - centre >= support) to--
    let sum = 0
    for (let k = from; k <= to; k++) sum += 1 - Math.abs(k - centre) / support
    for (let k = from; k <= to; k++) {
      weights[i * stride + k - from] = sum > 0 ? (1 - Math.abs(k - centre) / support) / sum : 1
    }
    first[i] = from
    count[i] = to - from + 1
  }
  return { first, count, weights, stride }
}

function horizontal(
  source: Float32Array,
  sourceWidth: number,
  channels: number,
  firstRow: number,
  rows: number,
  width: number,
  taps: Taps,
): Float32Array {
  const result = new Float32Array(rows * width * channels)
  const { first, count, weights, stride } = taps
  for (let y = 0; y < rows; y++) {
    const row = (firstRow + y) * sourceWidth * channels
    let out = y * width * channels
    for (let x = 0; x < width; x++) {
      const w = x * stride
      const n = count[x] as number
      let at = row + (first[x] as number) * channels
      if (channels === 1) {
        let sum = 0
        for (let k = 0; k < n; k++) sum += (source[at++] as number) * (weights[w + k] as number)
        result[out++] = sum
      } else {
        let red = 0
        let green = 0
        let blue = 0
        for (let k = 0; k < n; k++, at += 3) {
          const weight = weights[w + k] as number
          red += (source[at] as number) * weight
          green += (source[at + 1] as number) * weight
          blue += (source[at + 2] as number) * weight
        }
        result[out++] = red
        result[out++] = green
        result[out++] = blue
      }
    }
  }
  return result
}

function vertical(
  source: Float32Array,
  firstRow: number,
  line: number,
  height: number,
  taps: Taps,
): Float32Array {
  const result = new Float32Array(height * line)
  const { first, count, weights, stride } = taps
  for (let y = 0; y < height; y++) {
    const out = y * line
    for (let k = 0; k < (count[y] as number); k++) {
      const weight = weights[y * stride + k] as number
      const row = ((first[y] as number) + k - firstRow) * line
      if (k === 0) for (let i = 0; i < line; i++) result[out + i] = (source[row + i] as number) * weight
      else
        for (let i = 0; i < line; i++)
          result[out + i] = (result[out + i] as number) + (source[row + i] as number) * weight
    }
  }
  return result
}

/**
 * Resamples a rectangle of an image to width × height with an antialiased triangle filter (see triangleTaps).
 * `channels` is 1 or 3. Returns interleaved rows, `width * height * channels` values.
 */
export function resample(
  source: Pixels,
  channels: 1 | 3,
  part: Rectangle,
  width: number,
  height: number,
): Float32Array {
  const columns = triangleTaps(part.x, part.width, source.width, width)
  const rows = triangleTaps(part.y, part.height, source.height, height)
  const firstRow = rows.first[0] as number
  const lastRow = (rows.first[height - 1] as number) + (rows.count[height - 1] as number) - 1
  const used = lastRow - firstRow + 1
  const narrowed = horizontal(source.data, source.width, channels, firstRow, used, width, columns)
  return vertical(narrowed, firstRow, width * channels, height, rows)
}
