/** Labelled images of a data set as the readers give them, and what is said when a file is not as it should be. */
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import type { Raster } from '../../src/main/imaging/raster.ts'

/** All images of a data set, training file first, in the files' order: an index means the same image to everybody. */
export interface LabelledImages {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  /** Interleaved rows (HWC), image after image, 0 to 255. */
  readonly pixels: Uint8Array
  /** Class number of each image. */
  readonly labels: Uint8Array
}

/** A file of a data set that is missing or not what its format says; the message names it. */
export class DataSetError extends Error {
  override name = 'DataSetError'
}

/** Content of a file, unpacked where it begins as gzip does, whatever its name. */
export async function readUnpacked(file: string): Promise<Buffer> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    throw new DataSetError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DataSetError(`${file} is damaged or cut short (${reason}). Fetch it again.`)
  }
}

/** Bytes of the image at `index`, as they are stored. */
export function bytesOf({ width, height, channels, pixels }: LabelledImages, index: number): Uint8Array {
  const length = width * height * channels
  return pixels.subarray(index * length, (index + 1) * length)
}

/** The image at `index` as the models take it: what decoding it from a lossless file gives. */
export function rasterOf(images: LabelledImages, index: number): Raster {
  const { width, height, channels } = images
  // The product that decoding takes too, so that the same bytes are the same numbers.
  return { width, height, channels, data: Float32Array.from(bytesOf(images, index), (v) => v * (1 / 255)) }
}

/** @throws DataSetError unless the parts are equally large */
export function joined(parts: readonly LabelledImages[], source: string): LabelledImages {
  const first = parts[0] as LabelledImages | undefined
  if (!first) throw new DataSetError(`${source} holds no images`)
  const { width, height, channels } = first
  if (parts.some((part) => part.width !== width || part.height !== height || part.channels !== channels))
    throw new DataSetError(`${source}: its files hold images of different sizes`)
  return {
    width,
    height,
    channels,
    pixels: concatenated(parts.map(({ pixels }) => pixels)),
    labels: concatenated(parts.map(({ labels }) => labels)),
  }
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    result.set(part, at)
    at += part.length
  }
  return result
}
