import { promisify } from 'node:util'
import { crc32, deflate as deflateCallback } from 'node:zlib'

const deflate = promisify(deflateCallback)

function chunk(type: string, body: Uint8Array): Buffer {
  const result = Buffer.alloc(body.length + 12)
  result.writeUInt32BE(body.length, 0)
  result.write(type, 4, 'latin1')
  result.set(body, 8)
  result.writeUInt32BE(crc32(result.subarray(4, body.length + 8)), body.length + 8)
  return result
}

/**
 * An 8-bit PNG with a given palette (ISO/IEC 15948), which sharp cannot write without choosing colours anew: exact,
 * a third of the size of the same picture in RGB, and three times as fast.
 * @param indices one byte a pixel, row-major
 * @param palette red, green, blue triples, at most 256
 * @param alphas opacity of each palette entry, 0 to 255; all opaque if left out
 */
export async function encodeIndexedPng(
  width: number,
  height: number,
  indices: Uint8Array,
  palette: Uint8Array,
  alphas?: Uint8Array,
): Promise<Buffer> {
  // The Sub filter on every line: neighbours in a smooth map have neighbouring indices.
  const lines = new Uint8Array((width + 1) * height)
  for (let y = 0, at = 0, out = 0; y < height; y++) {
    lines[out++] = 1
    let previous = 0
    for (let x = 0; x < width; x++) {
      const index = indices[at++] as number
      lines[out++] = index - previous
      previous = index
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', palette),
    ...(alphas === undefined ? [] : [chunk('tRNS', alphas)]),
    chunk('IDAT', await deflate(lines, { level: 3 })),
    chunk('IEND', new Uint8Array(0)),
  ])
}
