import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeImage, probeImage } from '../../../src/main/imaging/decode.ts'
import { sharp } from '../../../src/main/imaging/libvips.ts'
import { scratch } from './files.ts'

const width = 12
const height = 8
const pixels = width * height
const bytes = (channels: number) => Uint8Array.from({ length: pixels * channels }, (_, i) => (i * 37) % 256)
const words = (channels: number) =>
  Uint16Array.from({ length: pixels * channels }, (_, i) => (i * 3701) % 65536)

/** An image of these samples, to be encoded; 16 bit keep their depth. */
function picture(samples: Uint8Array | Uint16Array) {
  const channels = (samples.length / pixels) as 1 | 2 | 3 | 4
  const image = sharp(samples, { raw: { width, height, channels } })
  const grey = channels < 3
  if (samples instanceof Uint16Array) return image.toColourspace(grey ? 'grey16' : 'rgb16')
  return image.toColourspace(grey ? 'b-w' : 'srgb')
}

function near(actual: Float32Array, expected: ArrayLike<number>, tolerance = 1e-6): void {
  assert.equal(actual.length, expected.length)
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [actual[i] as number, expected[i] as number]
    assert.ok(Math.abs(a - b) <= tolerance, `[${i}] is ${a}, expected ${b}`)
  }
}

const lossless = {
  png: (samples: Uint8Array | Uint16Array) => picture(samples).png().toBuffer(),
  tiff: (samples: Uint8Array | Uint16Array) => picture(samples).tiff({ compression: 'lzw' }).toBuffer(),
}

describe('samples come through exactly', () => {
  for (const [format, encode] of Object.entries(lossless)) {
    for (const bits of [8, 16] as const) {
      const maximum = bits === 8 ? 255 : 65535
      const make = bits === 8 ? bytes : words
      test(`${format}, ${bits} bit, grey and colour`, async (t) => {
        const write = await scratch(t)
        for (const channels of [1, 3] as const) {
          const samples = make(channels)
          const file = await write(`${channels}.${format}`, await encode(samples))
          assert.deepEqual(await probeImage(file), { width, height, channels, bits, format })
          const raster = await decodeImage(file, { channels })
          assert.deepEqual([raster.width, raster.height, raster.channels], [width, height, channels])
          near(
            raster.data,
            Array.from(samples, (value) => value / maximum),
          )
        }
      })

      test(`${format}, ${bits} bit, alpha is laid on white`, async (t) => {
        const write = await scratch(t)
        for (const channels of [2, 4] as const) {
          const samples = make(channels)
          const file = await write(`alpha${channels}.${format}`, await encode(samples))
          const colours = channels === 2 ? 1 : 3
          const expected = Array.from({ length: pixels * colours }, (_, i) => {
            const at = Math.floor(i / colours) * channels
            const alpha = (samples[at + colours] as number) / maximum
            return ((samples[at + (i % colours)] as number) / maximum) * alpha + 1 - alpha
          })
          near((await decodeImage(file, { channels: colours })).data, expected)
        }
      })
    }
  }

  test('webp, lossless', async (t) => {
    const write = await scratch(t)
    const file = await write('a.webp', await picture(bytes(3)).webp({ lossless: true }).toBuffer())
    assert.deepEqual(await probeImage(file), { width, height, channels: 3, bits: 8, format: 'webp' })
    near(
      (await decodeImage(file, { channels: 3 })).data,
      Array.from(bytes(3), (value) => value / 255),
    )
  })

  test('jpeg, grey and colour, baseline and progressive, within its loss', async (t) => {
    const write = await scratch(t)
    const smooth = Uint8Array.from(
      { length: pixels * 3 },
      (_, i) => 40 + 10 * (Math.floor(i / 3) % width) + 20 * (i % 3),
    )
    for (const progressive of [false, true]) {
      const options = { quality: 100, chromaSubsampling: '4:4:4', progressive }
      const colour = await write('c.jpg', await picture(smooth).jpeg(options).toBuffer())
      assert.deepEqual(await probeImage(colour), { width, height, channels: 3, bits: 8, format: 'jpeg' })
      near(
        (await decodeImage(colour, { channels: 3 })).data,
        Array.from(smooth, (value) => value / 255),
        0.012,
      )
      const grey = smooth.filter((_, i) => i % 3 === 0)
      const file = await write('g.jpg', await picture(grey).jpeg(options).toBuffer())
      assert.equal((await probeImage(file)).channels, 1)
      near(
        (await decodeImage(file, { channels: 1 })).data,
        Array.from(grey, (value) => value / 255),
        0.012,
      )
    }
  })

  test('bmp', async (t) => {
    const write = await scratch(t)
    const bitmap = Buffer.from(
      'Qk1mAAAAAAAAADYAAAAoAAAABQAAAAMAAAABABgAAAAAADAAAADEDgAAxA4AAAAAAAAAAAAA/8gO18lAr8pyh8ukX8zWAP9kB9dlOa9ma4dn' +
        'nV9ozwD/AADXATKvAmSHA5ZfBMgA',
      'base64',
    )
    const file = await write('a.bmp', bitmap)
    assert.deepEqual(await probeImage(file), { width: 5, height: 3, channels: 3, bits: 8, format: 'bmp' })
    const raster = await decodeImage(file, { channels: 3 })
    near(raster.data.subarray(0, 6), [0, 0, 1, 50 / 255, 1 / 255, 215 / 255])
  })

  test('palettes and single bits', async (t) => {
    const write = await scratch(t)
    const two = Uint8Array.from({ length: pixels }, (_, i) => (i % 3 === 0 ? 255 : 0))
    for (const [name, image] of [
      ['p.png', picture(two).png({ palette: true, colours: 2 })],
      ['b.tiff', picture(two).tiff({ bitdepth: 1, compression: 'none' })],
    ] as const) {
      const raster = await decodeImage(await write(name, await image.toBuffer()), { channels: 1 })
      near(
        raster.data,
        Array.from(two, (value) => value / 255),
      )
    }
  })
})

test('16 bit never go through 8: neighbouring values stay apart', async (t) => {
  const write = await scratch(t)
  const samples = Uint16Array.from({ length: pixels }, (_, i) => 30000 + i)
  for (const [format, encode] of Object.entries(lossless)) {
    const file = await write(`fine.${format}`, await encode(samples))
    for (const channels of [1, 3] as const) {
      assert.equal(new Set((await decodeImage(file, { channels })).data).size, pixels)
    }
  }
})

test('grey is Rec. 601 luma of the stored values; colour of a grey image is grey three times', async (t) => {
  const write = await scratch(t)
  const samples = bytes(3)
  const grey = await decodeImage(await write('c.png', await lossless.png(samples)), { channels: 1 })
  const luma = Array.from({ length: pixels }, (_, i) => {
    const [r, g, b] = samples.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number]
    return (0.299 * r + 0.587 * g + 0.114 * b) / 255
  })
  near(grey.data, luma)
  const colour = await decodeImage(await write('g.png', await lossless.png(bytes(1))), { channels: 3 })
  near(
    colour.data,
    Array.from({ length: pixels * 3 }, (_, i) => (bytes(1)[Math.floor(i / 3)] as number) / 255),
  )
})

test('EXIF orientation: all eight, in every format that has it', async (t) => {
  const write = await scratch(t)
  const samples = bytes(1)
  const stored = (x: number, y: number) => (samples[y * width + x] as number) / 255
  const [w, h] = [width - 1, height - 1]
  const seen: ((x: number, y: number) => number)[] = [
    stored,
    (x, y) => stored(w - x, y),
    (x, y) => stored(w - x, h - y),
    (x, y) => stored(x, h - y),
    (x, y) => stored(y, x),
    (x, y) => stored(y, h - x),
    (x, y) => stored(w - y, h - x),
    (x, y) => stored(w - y, x),
  ]
  for (const [i, expected] of seen.entries()) {
    const orientation = i + 1
    const swapped = orientation > 4
    const size = swapped ? [height, width] : [width, height]
    for (const [format, image] of [
      ['png', picture(samples).withMetadata({ orientation }).png()],
      ['tiff', picture(samples).withMetadata({ orientation }).tiff({ compression: 'none' })],
      ['webp', picture(samples).withMetadata({ orientation }).webp({ lossless: true })],
      ['jpeg', picture(samples).withMetadata({ orientation }).jpeg({ quality: 100 })],
    ] as const) {
      const file = await write(`${orientation}.${format}`, await image.toBuffer())
      const info = await probeImage(file)
      assert.deepEqual([info.width, info.height], size, `${format} ${orientation}`)
      const raster = await decodeImage(file, { channels: 1 })
      assert.deepEqual([raster.width, raster.height], size)
      const wanted = Array.from(raster.data, (_, at) =>
        expected(at % raster.width, Math.floor(at / raster.width)),
      )
      near(raster.data, wanted, format === 'jpeg' ? 0.03 : 1e-6)
    }
  }
})

test('CMYK comes out as colour', async (t) => {
  const write = await scratch(t)
  const red = sharp({ create: { width: 16, height: 16, channels: 3, background: '#c02020' } })
  const file = await write('cmyk.jpg', await red.toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer())
  assert.equal((await probeImage(file)).channels, 4)
  const { data } = await decodeImage(file, { channels: 3 })
  const [r, g, b] = Array.from(data.subarray(0, 3)) as [number, number, number]
  assert.ok(r > 0.6 && g < 0.35 && b < 0.35, `${r} ${g} ${b}`)
})

test('any characters in the path, brackets too', async (t) => {
  const write = await scratch(t)
  const encoded = await lossless.png(bytes(1))
  for (const name of ['teil [1].png', '零件.png', 'a b%20.png', 'x[page=3]', 'noextension']) {
    assert.equal((await decodeImage(await write(name, encoded), { channels: 1 })).width, width)
  }
})

test('many at once give the same as one after the other', async (t) => {
  const write = await scratch(t)
  const files = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const samples = bytes(1).map((value) => (value + i) % 256)
      return write(`${i}.png`, await lossless.png(samples))
    }),
  )
  const rasters = await Promise.all(files.map((file) => decodeImage(file, { channels: 1 })))
  rasters.forEach(({ data }, i) =>
    near(
      data,
      Array.from(bytes(1), (value) => ((value + i) % 256) / 255),
    ),
  )
})
