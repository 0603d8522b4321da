import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharp } from '../../../src/main/imaging/libvips.ts'
import { decodeMap, encodeMap } from '../../../src/main/imaging/mapfile.ts'
import { noise } from './files.ts'

test('a map comes back, to one of 4096 levels', async () => {
  for (const [width, height] of [
    [64, 40],
    [1, 1],
    [7, 300],
  ] as const) {
    const bytes = noise(2 * width * height)
    const data = Float32Array.from({ length: width * height }, (_, i) => {
      return ((bytes[2 * i] as number) * 256 + (bytes[2 * i + 1] as number)) / 65536
    })
    const back = await decodeMap(await encodeMap({ width, height, data }))
    assert.deepEqual([back.width, back.height], [width, height])
    data.forEach((value, i) => assert.ok(Math.abs(value - (back.data[i] as number)) <= 0.00014))
  }
})

test('reading and writing again changes nothing more', async () => {
  const data = Float32Array.from(noise(600), (value) => value / 256)
  const once = await decodeMap(await encodeMap({ width: 30, height: 20, data }))
  assert.deepEqual(await decodeMap(await encodeMap(once)), once)
})

test('values outside 0 to 1 are clamped, not-a-number is 0', async () => {
  const data = Float32Array.from([-1, 0, 1, 2, Number.NaN, Infinity])
  const back = await decodeMap(await encodeMap({ width: 6, height: 1, data }))
  assert.deepEqual(Array.from(back.data), [0, 0, 1, 1, 0, 1])
})

test('is an ordinary 16-bit grey PNG; anything else is refused', async () => {
  const encoded = await encodeMap({ width: 3, height: 2, data: new Float32Array(6).fill(0.5) })
  const { format, depth, channels } = await sharp(encoded).metadata()
  assert.deepEqual([format, depth, channels], ['png', 'ushort', 1])
  const other = await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  await assert.rejects(decodeMap(other), /not a map/)
  await assert.rejects(decodeMap(encoded.subarray(0, 40)))
  await assert.rejects(decodeMap(Buffer.from('nothing')))
})
