import type { Raster } from './raster.ts'

/** Decoded integer samples, interleaved rows: grey, grey + alpha, RGB or RGB + alpha. */
export interface Samples {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly data: Uint8Array | Uint16Array
  /** The sample value that means 1. */
  readonly maximum: 255 | 65535
}

// Rec. 601 luma, as Pillow's and OpenCV's grey conversions have it.
const red = 0.299
const green = 0.587
const blue = 0.114

/** Converts samples to [0, 1] with 1 or 3 channels; alpha is composited on white. */
export function toRaster(samples: Samples, channels: 1 | 3): Raster {
  const { width, height, data, maximum } = samples
  const pixels = width * height
  const colours = samples.channels >= 3 ? 3 : 1
  const stride = samples.channels
  if (stride < 1 || stride > 4 || data.length !== pixels * stride) {
    throw new Error(`${stride} channels are neither grey nor colour`)
  }
  const result = new Float32Array(pixels * channels)
  const scale = 1 / maximum
  if (stride === channels) {
    for (let i = 0; i < result.length; i++) result[i] = (data[i] as number) * scale
    return { width, height, channels, data: result }
  }
  const hasAlpha = stride === 2 || stride === 4
  for (let i = 0, at = 0, out = 0; i < pixels; i++, at += stride) {
    const alpha = hasAlpha ? (data[at + colours] as number) * scale : 1
    const factor = alpha * scale
    const white = 1 - alpha
    const r = (data[at] as number) * factor + white
    const g = colours === 1 ? r : (data[at + 1] as number) * factor + white
    const b = colours === 1 ? r : (data[at + 2] as number) * factor + white
    if (channels === 1) result[out++] = colours === 1 ? r : red * r + green * g + blue * b
    else {
      result[out++] = r
      result[out++] = g
      result[out++] = b
    }
  }
  return { width, height, channels, data: result }
}
