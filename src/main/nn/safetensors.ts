/**
 * The safetensors file format (https://huggingface.co/docs/safetensors): 8 bytes of header length
 * (little-endian), a JSON header, then the values. Only F32 is written and read.
 */
import { sizeOf, type Shape } from './graph.ts'

export interface Tensor {
  readonly shape: Shape
  /** Row-major. */
  readonly data: Float32Array
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: ReadonlyMap<string, string>
}

/** Raised when bytes are no safetensors file, or a damaged one; `message` says where. */
export class SafetensorsError extends Error {
  override name = 'SafetensorsError'
}

const metadataKey = '__metadata__'
/** The limit of the format's own reader, so that a hostile length cannot make us parse gigabytes of JSON. */
const largestHeader = 100_000_000
const bytesPerValue = 4

/** @throws SafetensorsError when a tensor's values do not fill its shape, or its name is reserved. */
export function encodeSafetensors(
  tensors: Iterable<readonly [string, Tensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = new Map(tensors)
  const fields: [string, unknown][] = []
  if (Object.keys(metadata).length > 0) fields.push([metadataKey, metadata])
  let end = 0
  for (const [name, { shape, data }] of entries) {
    if (name === metadataKey) throw new SafetensorsError(`the tensor name '${name}' is reserved`)
    if (sizeOf(shape) !== data.length)
      throw new SafetensorsError(`tensor '${name}': ${data.length} values for shape [${shape.join(', ')}]`)
    const start = end
    end += data.byteLength
    fields.push([name, { dtype: 'F32', shape, data_offsets: [start, end] }])
  }
  // fromEntries defines even '__proto__' as an ordinary key.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(fields)))
  // Spaces after the header, which the format allows, align the values for readers that map the file.
  const headerLength = Math.ceil(json.length / 8) * 8
  const file = new Uint8Array(8 + headerLength + end)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true)
  file.fill(0x20, 8, 8 + headerLength)
  file.set(json, 8)
  let offset = 8 + headerLength
  for (const { data } of entries.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    offset += data.byteLength
  }
  return file
}

/**
 * Reads a file wholly; nothing in it is trusted. The values are copied.
 *
 * @throws SafetensorsError when the file is truncated, malformed or holds another type than F32.
 */
export function decodeSafetensors(file: Uint8Array): SafetensorsFile {
  if (file.length < 8)
    throw new SafetensorsError(`too short: ${file.length} bytes, the header's length alone takes 8`)
  const headerLength = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true)
  if (headerLength > largestHeader)
    throw new SafetensorsError(`a header of ${headerLength} bytes is too large`)
  const valuesStart = 8 + Number(headerLength)
  if (valuesStart > file.length)
    throw new SafetensorsError(`truncated: the header ends at byte ${valuesStart} of ${file.length}`)
  const header = parseHeader(file.subarray(8, valuesStart))
  const values = file.subarray(valuesStart)
  const tensors = new Map<string, Tensor>()
  let metadata: ReadonlyMap<string, string> = new Map()
  const extents: Extent[] = []
  for (const [name, entry] of Object.entries(header)) {
    if (name === metadataKey) {
      metadata = parseMetadata(entry)
      continue
    }
    const { shape, start, end } = parseEntry(name, entry, values.length)
    extents.push({ name, start, end })
    // Copied: the file's own values need not be aligned to 4 bytes.
    const data = new Float32Array((end - start) / bytesPerValue)
    new Uint8Array(data.buffer).set(values.subarray(start, end))
    tensors.set(name, { shape, data })
  }
  checkExtents(extents, values.length)
  return { tensors, metadata }
}

interface Extent {
  readonly name: string
  readonly start: number
  readonly end: number
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new SafetensorsError('the header is not JSON', { cause: error })
  }
  if (!isRecord(header)) throw new SafetensorsError('the header is not a JSON object')
  return header
}

function parseMetadata(value: unknown): ReadonlyMap<string, string> {
  if (!isRecord(value)) throw new SafetensorsError(`${metadataKey} is not an object`)
  const metadata = new Map<string, string>()
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new SafetensorsError(`${metadataKey}: '${key}' is not a string`)
    metadata.set(key, text)
  }
  return metadata
}

function parseEntry(name: string, entry: unknown, available: number): Extent & { readonly shape: Shape } {
  const fail = (reason: string) => new SafetensorsError(`tensor '${name}': ${reason}`)
  if (!isRecord(entry)) throw fail('its entry is not an object')
  const { dtype, shape, data_offsets: offsets } = entry
  if (dtype !== 'F32') throw fail(`type ${JSON.stringify(dtype)}, only F32 is read`)
  if (!Array.isArray(shape) || !shape.every(isCount)) throw fail('its shape is not a list of whole numbers')
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw fail('its data_offsets are not two whole numbers')
  const [start, end] = offsets as [number, number]
  if (start > end) throw fail(`its values end (${end}) before they start (${start})`)
  if (end > available) throw fail(`truncated: its values end at byte ${end} of ${available}`)
  if (sizeOf(shape) * bytesPerValue !== end - start)
    throw fail(`${end - start} bytes for shape [${shape.join(', ')}]`)
  return { name, shape, start, end }
}

/** The format forbids overlaps and bytes that belong to no tensor. */
function checkExtents(extents: readonly Extent[], available: number): void {
  let reached = 0
  for (const { name, start, end } of [...extents].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== reached)
      throw new SafetensorsError(
        `tensor '${name}' starts at byte ${start}, the values before it end at ${reached}`,
      )
    reached = end
  }
  if (reached !== available)
    throw new SafetensorsError(`${available - reached} bytes after the last tensor's values`)
}
