import { sharp } from './libvips.ts'
import { encodePng } from './png.ts'
import type { Plane } from './raster.ts'

/** Levels kept. Twelve bits show no steps in any picture and leave a third of the bytes and of the time of sixteen. */
const levels = 4095

/**
 * A map of normalised values (0 to 1, 0.5 the threshold) as a 16-bit grey PNG that any tool reads; values are
 * rounded to 4096 levels over its whole range (an error of at most 0.00014). Values outside are clamped,
 * not-a-number becomes 0.
 */
export async function encodeMap(plane: Plane): Promise<Buffer> {
  const { width, height, data } = plane
  const bytes = new Uint8Array(2 * data.length)
  for (let i = 0, out = 0; i < data.length; i++) {
    const value = data[i] as number
    // Clamped by comparisons, which not-a-number fails; the bit operation truncates.
    const level = value > 0 ? (value < 1 ? (value * levels + 0.5) | 0 : levels) : 0
    // Twelve bits, their upper four repeated below: 0 stays 0 and 4095 becomes 65535. High byte first.
    bytes[out++] = level >> 4
    bytes[out++] = (level << 4) | (level >> 8)
  }
  return encodePng({ width, height, kind: 'grey16', bytes })
}

/**
 * The plane that encodeMap wrote.
 * @throws Error if the bytes are no 16-bit grey PNG
 */
export async function decodeMap(bytes: Uint8Array): Promise<Plane> {
  const image = sharp(bytes)
  const metadata = await image.metadata()
  if (metadata.format !== 'png' || metadata.depth !== 'ushort' || metadata.channels !== 1) {
    throw new Error(`not a map: expected a 16-bit grey PNG, got ${metadata.format}, ${metadata.depth}`)
  }
  const raw = image.toColourspace('grey16').raw({ depth: 'ushort' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
  const values = new Float32Array(samples.length)
  for (let i = 0; i < values.length; i++) values[i] = (samples[i] as number) / 65535
  return { width: info.width, height: info.height, data: values }
}
