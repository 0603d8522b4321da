import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBmp, readBmpHeader } from '../../../src/main/imaging/bmp.ts'

// 5 × 3 pixels: red 50x + 7y, green 100y + x, blue 255 − 40x.
const colour = Uint8Array.from({ length: 45 }, (_, i) => {
  const x = Math.floor(i / 3) % 5
  const y = Math.floor(i / 15)
  return [50 * x + 7 * y, 100 * y + x, 255 - 40 * x][i % 3] as number
})
const decode = (bytes: Buffer) => decodeBmp(bytes, readBmpHeader(bytes))
const base64 = (text: string) => Buffer.from(text, 'base64')

// Written by Pillow 12.3.
const pillow = {
  colour: base64(
    'Qk1mAAAAAAAAADYAAAAoAAAABQAAAAMAAAABABgAAAAAADAAAADEDgAAxA4AAAAAAAAAAAAA/8gO18lAr8pyh8ukX8zWAP9kB9dlOa9ma4dnnV9o' +
      'zwD/AADXATKvAmSHA5ZfBMgA',
  ),
  withAlpha: base64(
    'Qk1yAAAAAAAAADYAAAAoAAAABQAAAAMAAAABACAAAAAAADwAAADEDgAAxA4AAAAAAAAAAAAA/8gOANfJQECvynKAh8ukwF/M1v//ZAcA12U5QK9m' +
      'a4CHZ53AX2jP//8AAADXATJArwJkgIcDlsBfBMj/',
  ),
  palette: base64(
    'Qk1qAAAAAAAAAFIAAAAoAAAABQAAAAMAAAABAAgAAAAAABgAAADEDgAAxA4AAAcAAAAHAAAAh8ukAHNotgDryScAr2ZrAJQkiACvAmQA8iITAAIC' +
      'AAAAAAAABgMDAQEAAAAGBgUEBAAAAA==',
  ),
  bits: base64(
    'Qk1KAAAAAAAAAD4AAAAoAAAABQAAAAMAAAABAAEAAAAAAAwAAADEDgAAxA4AAAIAAAACAAAAAAAAAP///wA4AAAAOAAAABgAAAA=',
  ),
}

/** A bitmap by hand: `size` bytes of information header, then whatever follows. */
function bitmap(
  header: { width: number; height: number; bits: number; compression?: number; size?: number },
  afterHeader: Buffer,
  pixels: Buffer,
): Buffer {
  const size = header.size ?? 40
  const head = Buffer.alloc(14 + size)
  head.write('BM', 'latin1')
  head.writeUInt32LE(14 + size + afterHeader.length, 10)
  head.writeUInt32LE(size, 14)
  if (size === 12) {
    head.writeUInt16LE(header.width, 18)
    head.writeUInt16LE(header.height, 20)
    head.writeUInt16LE(1, 22)
    head.writeUInt16LE(header.bits, 24)
  } else {
    head.writeInt32LE(header.width, 18)
    head.writeInt32LE(header.height, 22)
    head.writeUInt16LE(1, 26)
    head.writeUInt16LE(header.bits, 28)
    head.writeUInt32LE(header.compression ?? 0, 30)
  }
  return Buffer.concat([head, afterHeader, pixels])
}

function longs(...values: number[]): Buffer {
  const result = Buffer.alloc(4 * values.length)
  values.forEach((value, i) => result.writeUInt32LE(value >>> 0, 4 * i))
  return result
}

test('reads what Pillow writes', () => {
  assert.deepEqual(decode(pillow.colour), colour)
  // 32 bits without masks: the fourth byte means nothing.
  assert.deepEqual(decode(pillow.withAlpha), colour)
  assert.equal(readBmpHeader(pillow.withAlpha).channels, 3)
  assert.deepEqual(
    Array.from(decode(pillow.palette)),
    [
      [
        19, 34, 242, 19, 34, 242, 100, 2, 175, 136, 36, 148, 136, 36, 148, 19, 34, 242, 107, 102, 175, 107,
        102, 175,
      ],
      [182, 104, 115, 182, 104, 115, 39, 201, 235, 39, 201, 235, 164, 203, 135, 164, 203, 135, 164, 203, 135],
    ].flat(),
  )
  assert.equal(readBmpHeader(pillow.bits).channels, 1)
  assert.deepEqual(
    Array.from(decode(pillow.bits), (value) => value / 255),
    [0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1],
  )
})

test('8 bit grey as cameras write it, bottom-up and top-down', () => {
  const ramp = longs(...Array.from({ length: 256 }, (_, i) => i * 0x010101))
  const up = bitmap({ width: 3, height: 2, bits: 8 }, ramp, Buffer.from([4, 5, 6, 0, 1, 2, 3, 0]))
  const down = bitmap({ width: 3, height: -2, bits: 8 }, ramp, Buffer.from([1, 2, 3, 0, 4, 5, 6]))
  for (const bytes of [up, down]) {
    const { width, height, channels } = readBmpHeader(bytes)
    assert.deepEqual([width, height, channels], [3, 2, 1])
    assert.deepEqual(Array.from(decode(bytes)), [1, 2, 3, 4, 5, 6])
  }
})

test('4 bit palette, and the old OS/2 header with its three-byte palette', () => {
  const palette = longs(...Array.from({ length: 16 }, (_, i) => i * 17 * 0x010101))
  const nibbles = bitmap({ width: 3, height: 1, bits: 4 }, palette, Buffer.from([0x1f, 0x80, 0, 0]))
  assert.deepEqual(Array.from(decode(nibbles)), [17, 255, 136])
  const os2 = bitmap(
    { width: 2, height: 1, bits: 1, size: 12 },
    Buffer.from([30, 20, 10, 60, 50, 40]),
    Buffer.from([0b01000000, 0, 0, 0]),
  )
  assert.deepEqual(Array.from(decode(os2)), [10, 20, 30, 40, 50, 60])
})

test('16 bit: 5-5-5, and 5-6-5 by masks', () => {
  const pixels = Buffer.alloc(4)
  pixels.writeUInt16LE(0x7c00 | 0x1f)
  assert.deepEqual(
    Array.from(decode(bitmap({ width: 1, height: 1, bits: 16 }, Buffer.alloc(0), pixels))),
    [255, 0, 255],
  )
  pixels.writeUInt16LE(0x07e0 | 0x10)
  const masked = bitmap({ width: 1, height: 1, bits: 16, compression: 3 }, longs(0xf800, 0x7e0, 0x1f), pixels)
  assert.deepEqual(Array.from(decode(masked)), [0, 255, Math.round((16 * 255) / 31)])
})

test('32 bit with masks in any order; an alpha that was never filled in is opaque', () => {
  // A V4 header: masks inside it.
  const make = (...pixels: number[]) => {
    const bytes = bitmap(
      { width: pixels.length, height: 1, bits: 32, compression: 3, size: 108 },
      Buffer.alloc(0),
      longs(...pixels),
    )
    longs(0xff, 0xff00, 0xff0000, 0xff000000).copy(bytes, 54)
    return decode(bytes)
  }
  assert.deepEqual(Array.from(make(0x80030201, 0x00060504)), [1, 2, 3, 128, 4, 5, 6, 0])
  assert.deepEqual(Array.from(make(0x00030201)), [1, 2, 3, 255])
})

test('what ends early or makes no sense is refused, before any memory is taken', () => {
  const cut = (length: number) => () => decode(pillow.colour.subarray(0, length))
  for (const length of [2, 20, 30, 60, 95]) assert.throws(cut(length), { problem: 'truncated' })
  const claims = (width: number, height: number, bits = 24, compression = 0) => {
    return () => decode(bitmap({ width, height, bits, compression }, Buffer.alloc(0), Buffer.alloc(64)))
  }
  assert.throws(claims(30000, 30000), { problem: 'truncated' })
  for (const broken of [claims(0, 5), claims(-4, 5), claims(2, 0), claims(2, 2, 7), claims(2, 2, 8, 1)]) {
    assert.throws(broken, { problem: 'unreadable' })
  }
})
