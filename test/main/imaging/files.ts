import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'

/** A folder for one test's files, removed after it; the function writes a file there and returns its path. */
export async function scratch(t: TestContext): Promise<(name: string, bytes: Uint8Array) => Promise<string>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'flawline-imaging-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return async (name, bytes) => {
    const file = path.join(folder, name)
    await writeFile(file, bytes)
    return file
  }
}

/** `count` bytes that look like noise but are the same every time. */
export function noise(count: number): Uint8Array {
  let state = 12345
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
}

/** One PNG chunk. */
export function pngChunk(type: string, body: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const result = Buffer.alloc(typed.length + 8)
  result.writeUInt32BE(body.length, 0)
  typed.copy(result, 4)
  result.writeUInt32BE(crc32(typed), typed.length + 4)
  return result
}

/** A grey 8-bit PNG whose header claims any size and whose pixels are `lines` (default: hardly any). */
export function pngClaiming(
  width: number,
  height: number,
  lines: Uint8Array = new Uint8Array(8),
  extra: Buffer[] = [],
) {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...extra,
    pngChunk('IDAT', deflateSync(lines)),
    pngChunk('IEND', new Uint8Array(0)),
  ])
}

/** A little-endian grey TIFF, uncompressed, its directory in front of the pixels; sample format 3 is float. */
export function tiff(
  width: number,
  height: number,
  bits: number,
  pixels: Uint8Array,
  sampleFormat = 1,
): Buffer {
  const entries = [
    [256, 4, width],
    [257, 4, height],
    [258, 3, bits],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8 + 2 + 10 * 12 + 4],
    [277, 3, 1],
    [278, 4, height],
    [279, 4, (width * height * bits) / 8],
    [339, 3, sampleFormat],
  ] as const
  const head = Buffer.alloc(8 + 2 + entries.length * 12 + 4)
  head.write('II*\0', 0, 'latin1')
  head.writeUInt32LE(8, 4)
  head.writeUInt16LE(entries.length, 8)
  entries.forEach(([tag, type, value], i) => {
    const at = 10 + 12 * i
    head.writeUInt16LE(tag, at)
    head.writeUInt16LE(type, at + 2)
    head.writeUInt32LE(1, at + 4)
    if (type === 3) head.writeUInt16LE(value, at + 8)
    else head.writeUInt32LE(value, at + 8)
  })
  return Buffer.concat([head, pixels])
}
