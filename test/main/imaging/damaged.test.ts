import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { decodeImage, ImageError, probeImage, type ImageProblem } from '../../../src/main/imaging/decode.ts'
import { sharp } from '../../../src/main/imaging/libvips.ts'
import { noise, pngChunk, pngClaiming, scratch, tiff } from './files.ts'

/** Decoding fails with this problem; the message names the file, says why, and tells what to do. */
async function fails(file: string, problem: ImageProblem, limitPixels?: number): Promise<ImageError> {
  const options = limitPixels === undefined ? { channels: 1 as const } : { channels: 1 as const, limitPixels }
  const error: unknown = await decodeImage(file, options).then(
    () => assert.fail(`${path.basename(file)} was decoded`),
    (cause: unknown) => cause,
  )
  assert.ok(error instanceof ImageError, String(error))
  assert.equal(error.problem, problem, error.message)
  assert.equal(error.file, file)
  assert.ok(error.message.startsWith(`${file}: `))
  assert.match(error.message, /\. [A-Z][^.]*\.$/, 'ends with the cure, a sentence of its own')
  assert.doesNotMatch(error.message, /\n/)
  return error
}

const size = 64
const photo = sharp(noise(size * size * 3), { raw: { width: size, height: size, channels: 3 } })

test('missing, folder, empty, zeros, text, and formats that are not pictures', async (t) => {
  const write = await scratch(t)
  const empty = await write('empty.png', new Uint8Array(0))
  await fails(empty, 'empty')
  const folder = path.dirname(empty)
  await fails(path.join(folder, 'nowhere.png'), 'missing')
  await fails(path.join(empty, 'below-a-file.png'), 'missing')
  await mkdir(path.join(folder, 'folder.png'))
  await fails(path.join(folder, 'folder.png'), 'not-an-image')
  const zeros = await fails(await write('zeros.png', new Uint8Array(5000)), 'not-an-image')
  assert.match(zeros.message, /nothing but zeros/)
  await fails(await write('text.png', Buffer.from('This is not a picture at all.')), 'not-an-image')
  await fails(await write('short.jpg', Buffer.from([0xff, 0xd8])), 'not-an-image')
  await fails(await write('noise.tif', noise(4000)), 'not-an-image')
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
  await fails(await write('drawing.png', Buffer.from(svg)), 'not-an-image')
  await fails(await write('moving.png', await photo.clone().gif().toBuffer()), 'not-an-image')
})

test('a pipe is refused and not waited for', { skip: process.platform === 'win32' }, async (t) => {
  const write = await scratch(t)
  const pipe = path.join(path.dirname(await write('x', new Uint8Array(0))), 'pipe.png')
  execFileSync('mkfifo', [pipe])
  await fails(pipe, 'not-an-image')
})

test('cut short anywhere: never half a picture', async (t) => {
  const write = await scratch(t)
  const whole = {
    png: await photo.clone().png().toBuffer(),
    jpg: await photo.clone().jpeg().toBuffer(),
    'progressive.jpg': await photo.clone().jpeg({ progressive: true }).toBuffer(),
    webp: await photo.clone().webp().toBuffer(),
    'lossless.webp': await photo.clone().webp({ lossless: true }).toBuffer(),
    'directory-last.tif': await photo.clone().tiff({ compression: 'lzw' }).toBuffer(),
  }
  for (const [name, bytes] of Object.entries(whole)) {
    assert.equal((await decodeImage(await write(name, bytes), { channels: 1 })).width, size)
    for (const part of [0.02, 0.3, 0.7, 0.98]) {
      await fails(
        await write(`${part}-${name}`, bytes.subarray(0, Math.floor(bytes.length * part))),
        'truncated',
      )
    }
  }
  // With the directory in front, only libtiff notices, while it reads pixels.
  const front = tiff(size, size, 8, noise(size * size))
  assert.equal((await decodeImage(await write('front.tif', front), { channels: 1 })).width, size)
  await assert.rejects(
    decodeImage(await write('cut.tif', front.subarray(0, 2000)), { channels: 1 }),
    ImageError,
  )
})

test('damaged in the middle', async (t) => {
  const write = await scratch(t)
  const png = await photo.clone().png().toBuffer()
  png.writeUInt8((png[png.length >> 1] as number) ^ 0xff, png.length >> 1)
  await fails(await write('a.png', png), 'unreadable')
  // JPEG has no checksum: only what is no valid code shows. A run of ones never is.
  const jpeg = await photo.clone().jpeg().toBuffer()
  jpeg.fill(Buffer.from([0xff, 0x00]), jpeg.length >> 1, (jpeg.length >> 1) + 40)
  await fails(await write('a.jpg', jpeg), 'unreadable')
})

test('kinds of samples that have no fixed range', async (t) => {
  const write = await scratch(t)
  const floats = new Uint8Array(new Float32Array(64).fill(0.5).buffer)
  const error = await fails(await write('float.tif', tiff(8, 8, 32, floats, 3)), 'unreadable')
  assert.match(error.message, /8 or 16 bits/)
})

test('40,000 × 40,000 px and other giants are refused on their header, in every format', async (t) => {
  const write = await scratch(t)
  const giant = 40_000
  const jpeg = await photo.clone().jpeg().toBuffer()
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
  jpeg.writeUInt16BE(giant, frame + 5)
  jpeg.writeUInt16BE(giant, frame + 7)
  const bmp = Buffer.alloc(54 + 1024)
  bmp.write('BM', 'latin1')
  for (const [value, at] of [
    [1078, 10],
    [40, 14],
    [giant, 18],
    [giant, 22],
    [8, 28],
  ] as const) {
    bmp.writeUInt32LE(value, at)
  }
  // WebP's own limit is 16,383 px: 268 million in all.
  const webp = Buffer.concat([Buffer.from('RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0', 'latin1'), Buffer.alloc(14)])
  webp[20] = 0x2f
  webp.writeUInt32LE(((16382 << 14) | 16382) >>> 0, 21)
  const files = {
    'a.png': pngClaiming(giant, giant),
    'palette-or-orientation.png': pngClaiming(giant, giant, undefined, [pngChunk('tRNS', new Uint8Array(2))]),
    'a.jpg': jpeg,
    'a.tif': tiff(giant, giant, 8, noise(500)),
    'a.bmp': bmp,
    'a.webp': webp,
  }
  const before = process.memoryUsage().rss
  for (const [name, bytes] of Object.entries(files)) {
    const file = await write(name, bytes)
    const error = await fails(file, 'too-large')
    assert.match(error.message, name === 'a.webp' ? /16383×16383 px/ : /40000×40000 px/)
    await assert.rejects(probeImage(file), { problem: 'too-large' })
  }
  assert.ok(process.memoryUsage().rss - before < 60e6, 'memory was taken for pixels')
})

test('the limit is the caller’s', async (t) => {
  const write = await scratch(t)
  const file = await write('a.png', await photo.clone().png().toBuffer())
  await fails(file, 'too-large', size * size - 1)
  assert.equal((await decodeImage(file, { channels: 1, limitPixels: size * size })).width, size)
})

test('decompression bombs: more pixels than the header says, or huge texts, do not exhaust memory', async (t) => {
  const write = await scratch(t)
  const before = process.memoryUsage().rss
  const zeros = new Uint8Array(100e6)
  // 100 MB behind a header that claims 8 × 8: the surplus is never unpacked.
  const surplus = await write('surplus.png', pngClaiming(8, 8, zeros))
  await decodeImage(surplus, { channels: 1 }).catch((error: unknown) =>
    assert.ok(error instanceof ImageError),
  )
  const text = Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), deflateSync(zeros)])
  const lines = new Uint8Array(8 * 9)
  const wordy = await write('text.png', pngClaiming(8, 8, lines, [pngChunk('zTXt', text)]))
  await decodeImage(wordy, { channels: 1 }).catch((error: unknown) => assert.ok(error instanceof ImageError))
  // The 100 MB of this test's own, and little else.
  assert.ok(process.memoryUsage().rss - before < 180e6)
})
