/** Reads IDX, the format of MNIST and Fashion-MNIST (https://yann.lecun.com/exdb/mnist/). */
import { DataSetError, readUnpacked, type LabelledImages } from './images.ts'

export interface IdxArray {
  readonly shape: readonly number[]
  /** Row-major. */
  readonly data: Uint8Array
}

const UNSIGNED_BYTE = 0x08

/**
 * Parses an array of unsigned bytes.
 *
 * @param file named in errors
 * @throws DataSetError when it is something else, or not as long as its header says
 */
export function parseIdx(bytes: Buffer, file: string): IdxArray {
  const dimensions = bytes.length >= 4 ? bytes[3] : 0
  const header = 4 + 4 * dimensions
  if (dimensions === 0 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== UNSIGNED_BYTE)
    throw new DataSetError(`${file} is not an IDX file of unsigned bytes`)
  if (bytes.length < header) throw new DataSetError(`${file} is cut short within its header`)
  const shape = Array.from({ length: dimensions }, (_, index) => bytes.readUInt32BE(4 + 4 * index))
  const expected = shape.reduce((product, length) => product * length, 1)
  const data = bytes.subarray(header)
  if (data.length !== expected)
    throw new DataSetError(
      `${file} holds ${data.length} bytes of data, its header says ${shape.join(' × ')} = ${expected}: it is cut short or damaged`,
    )
  return { shape, data }
}

/** @throws DataSetError when a file is damaged or they do not belong together */
export async function readIdxPair(imageFile: string, labelFile: string): Promise<LabelledImages> {
  const images = parseIdx(await readUnpacked(imageFile), imageFile)
  const labels = parseIdx(await readUnpacked(labelFile), labelFile)
  if (images.shape.length !== 3)
    throw new DataSetError(`${imageFile} has ${images.shape.length} dimensions, images have 3`)
  if (labels.shape.length !== 1)
    throw new DataSetError(`${labelFile} has ${labels.shape.length} dimensions, labels have 1`)
  const [count, height, width] = images.shape
  if (labels.data.length !== count)
    throw new DataSetError(`${imageFile} holds ${count} images, ${labelFile} ${labels.data.length} labels`)
  return { width, height, channels: 1, pixels: images.data, labels: labels.data }
}
