/** Reads the string properties of an ONNX file, which ONNX Runtime's Node binding does not show. */
import { open, type FileHandle } from 'node:fs/promises'
import proto from 'onnx-proto'

/** `ModelProto.metadata_props`, field 14 of length-delimited type: its tag in Protocol Buffers' wire format. */
const METADATA_TAG = (14 << 3) | 2

/** A tag and a length or number, each of at most ten bytes. */
const LONGEST_HEAD = 20

/** A property longer than this is not ours: it is not worth the memory to look at it. */
const LONGEST_PROPERTY = 64 * 2 ** 20

/**
 * Steps over the file's outermost fields and reads the properties alone: weights of hundreds of megabytes are left for
 * ONNX Runtime, which maps the file itself.
 *
 * @throws Error when the file cannot be read or is no ONNX model
 */
export async function readOnnxMetadata(file: string): Promise<Readonly<Record<string, string>>> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const properties: Record<string, string> = {}
    for (let at = 0; at < size;) {
      const field = await readField(handle, at)
      const end = field.start + field.length
      if (end > size) throw new Error('it is cut short or no ONNX model')
      if (field.tag === METADATA_TAG) {
        if (field.length > LONGEST_PROPERTY) throw new Error('one of its properties is too long')
        const bytes = Buffer.alloc(field.length)
        await handle.read(bytes, 0, field.length, field.start)
        const { key, value } = proto.onnx.StringStringEntryProto.decode(bytes)
        properties[key] = value
      }
      at = end
    }
    return properties
  } finally {
    await handle.close()
  }
}

/** The field whose tag stands at `at`: where its content starts, and its length in bytes. */
async function readField(
  handle: FileHandle,
  at: number,
): Promise<{ readonly tag: number; readonly start: number; readonly length: number }> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST_HEAD), 0, LONGEST_HEAD, at)
  const tag = varint(buffer.subarray(0, bytesRead), 0)
  const start = at + tag.next
  switch (tag.value & 7) {
    case 0:
      return {
        tag: tag.value,
        start,
        length: varint(buffer.subarray(0, bytesRead), tag.next).next - tag.next,
      }
    case 1:
      return { tag: tag.value, start, length: 8 }
    case 2: {
      const length = varint(buffer.subarray(0, bytesRead), tag.next)
      return { tag: tag.value, start: at + length.next, length: length.value }
    }
    case 5:
      return { tag: tag.value, start, length: 4 }
    default:
      throw new Error('it is no ONNX model')
  }
}

/** An unsigned number of seven bits a byte, the lowest first; exact below 2⁵³. */
function varint(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } {
  let value = 0
  for (let i = from; i < bytes.length && i < from + 10; i++) {
    const byte = bytes[i] as number
    value += (byte & 127) * 2 ** (7 * (i - from))
    if (byte < 128) return { value, next: i + 1 }
  }
  throw new Error('it is cut short or no ONNX model')
}
