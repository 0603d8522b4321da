/** Reads CIFAR-10's binary version (https://www.cs.toronto.edu/~kriz/cifar.html): a label, then the planes R, G, B. */
import { DataSetError, readUnpacked, type LabelledImages } from './images.ts'

const SIDE = 32
const AREA = SIDE * SIDE
const RECORD = 1 + 3 * AREA
const CLASSES = 10

/**
 * Parses one batch.
 *
 * @param file named in errors
 * @throws DataSetError when it is not a whole number of records, or a label is none of the ten
 */
export function parseCifarBatch(bytes: Uint8Array, file: string): LabelledImages {
  if (bytes.length === 0 || bytes.length % RECORD !== 0)
    throw new DataSetError(
      `${file} holds ${bytes.length} bytes, which is no whole number of records of ${RECORD}: it is cut short or not CIFAR-10's binary version`,
    )
  const count = bytes.length / RECORD
  const labels = new Uint8Array(count)
  const pixels = new Uint8Array(count * 3 * AREA)
  for (let index = 0; index < count; index++) {
    const start = index * RECORD
    const label = bytes[start]
    if (label >= CLASSES)
      throw new DataSetError(
        `${file}: record ${index} has the label ${label}, CIFAR-10 has ${CLASSES} classes`,
      )
    labels[index] = label
    const out = index * 3 * AREA
    for (let channel = 0; channel < 3; channel++)
      for (let pixel = 0; pixel < AREA; pixel++)
        pixels[out + 3 * pixel + channel] = bytes[start + 1 + channel * AREA + pixel]
  }
  return { width: SIDE, height: SIDE, channels: 3, pixels, labels }
}

export async function readCifarBatch(file: string): Promise<LabelledImages> {
  return parseCifarBatch(await readUnpacked(file), file)
}
