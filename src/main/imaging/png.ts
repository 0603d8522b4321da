import { promisify } from 'node:util'
import { constants, crc32, deflate as deflateCallback } from 'node:zlib'

const deflate = promisify(deflateCallback)

/** Samples of a picture as a PNG keeps them: rows from the top, 16-bit samples with their high byte first. */
export interface PngPixels {
  readonly width: number
  readonly height: number
  readonly kind: 'grey16' | 'rgb8' | 'indexed8'
  /** `width * height` pixels of 2 (grey16), 3 (rgb8) or 1 (indexed8) bytes. */
  readonly bytes: Uint8Array
  /** indexed8: red, green, blue triples, at most 256. */
  readonly palette?: Uint8Array
  /** indexed8: opacity of each palette entry, 0 to 255; all opaque if left out. */
  readonly alphas?: Uint8Array
}

/** Bit depth and colour type of the header, bytes a pixel. */
const kinds = {
  grey16: { depth: 16, type: 0, pixel: 2 },
  rgb8: { depth: 8, type: 2, pixel: 3 },
  indexed8: { depth: 8, type: 3, pixel: 1 },
} as const

/**
 * How lines are packed. Times decide, for a picture is written for every inspected image: for maps, run lengths are
 * smaller *and* faster than a search for repetitions, of which smooth numbers have none; for photographs the quickest
 * search costs little more than none and leaves two thirds of the bytes.
 */
const packing = {
  grey16: { level: 1, strategy: constants.Z_RLE },
  rgb8: { level: 1 },
  indexed8: { level: 3 },
} as const

/**
 * Packed bytes that zlib makes in one go. Each further go waits for the main thread, which a model may hold for a
 * quarter of a second, so a picture of ordinary size takes one.
 */
const MOST_AT_ONCE = 4 * 2 ** 20

function chunk(type: string, body: Uint8Array): Buffer {
  const result = Buffer.alloc(body.length + 12)
  result.writeUInt32BE(body.length, 0)
  result.write(type, 4, 'latin1')
  result.set(body, 8)
  result.writeUInt32BE(crc32(result.subarray(4, body.length + 8)), body.length + 8)
  return result
}

/** Every line but the first with the Up filter: in pictures and maps alike, what lies above differs little. */
function filterLines(bytes: Uint8Array, line: number, height: number): Uint8Array {
  const lines = new Uint8Array((line + 1) * height)
  lines.set(bytes.subarray(0, line), 1)
  for (let y = 1; y < height; y++) {
    const at = y * line
    const out = at + y
    lines[out] = 2
    for (let i = 0; i < line; i++)
      lines[out + 1 + i] = (bytes[at + i] as number) - (bytes[at - line + i] as number)
  }
  return lines
}

/**
 * A PNG (ISO/IEC 15948) of exactly these samples, packed on libuv's threads. What sharp would write takes two to three
 * times as long, and it would choose a palette's colours anew.
 *
 * @throws RangeError if the samples do not fill the picture
 */
export async function encodePng(pixels: PngPixels): Promise<Buffer> {
  const { width, height, kind, bytes, palette, alphas } = pixels
  const { depth, type, pixel } = kinds[kind]
  if (bytes.length !== width * height * pixel)
    throw new RangeError(`${bytes.length} bytes do not fill ${width}×${height} pixels of ${pixel}`)
  const lines = filterLines(bytes, width * pixel, height)
  const packed = await deflate(lines, {
    ...packing[kind],
    chunkSize: Math.min(MOST_AT_ONCE, lines.length + 1024),
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, type, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...(palette === undefined ? [] : [chunk('PLTE', palette)]),
    ...(alphas === undefined ? [] : [chunk('tRNS', alphas)]),
    chunk('IDAT', packed),
    chunk('IEND', new Uint8Array(0)),
  ])
}
