import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resample } from '../../../src/main/imaging/resample.ts'
import { sharp } from '../../../src/main/imaging/libvips.ts'

/** 11 × 7 values that jump about; the references below are of this image. */
const source = {
  width: 11,
  height: 7,
  data: Float32Array.from({ length: 77 }, (_, i) => ((i * 37) % 101) / 100),
}
const whole = { x: 0, y: 0, width: 11, height: 7 }

function near(actual: Float32Array, expected: readonly number[], tolerance = 2e-5): void {
  assert.equal(actual.length, expected.length)
  expected.forEach((value, i) => {
    const found = actual[i] as number
    assert.ok(Math.abs(found - value) <= tolerance, `[${i}] is ${found}, expected ${value}`)
  })
}

test('shrinks and enlarges as Pillow 12.3 does (mode F, BILINEAR)', () => {
  near(
    resample(source, 1, whole, 4, 3),
    [
      0.35701, 0.48405, 0.57405, 0.60757, 0.4213, 0.54833, 0.53139, 0.50022, 0.48558, 0.54649, 0.48499,
      0.49299,
    ],
  )
  near(
    resample(source, 1, whole, 11, 2),
    [
      0.04744, 0.41744, 0.78744, 0.14744, 0.51744, 0.88744, 0.24744, 0.61744, 0.75256, 0.34744, 0.71744,
      0.13256, 0.50256, 0.87256, 0.23256, 0.60256, 0.76116, 0.33256, 0.70256, 0.13302, 0.43256, 0.80256,
    ],
  )
  const enlarged = resample(source, 1, whole, 16, 9)
  near(enlarged.subarray(0, 8), [0, 0.19656, 0.45094, 0.70531, 0.36, 0.20406, 0.45844, 0.71281])
  near(
    enlarged.subarray(128),
    [
      0.18, 0.37656, 0.63094, 0.88531, 0.54, 0.38406, 0.63844, 0.23, 0.13719, 0.39156, 0.64594, 0.49, 0.14469,
      0.39906, 0.65344, 0.85,
    ],
  )
})

test('a part of the image is resampled as if cut out: no pixel outside it counts', () => {
  const part = resample(source, 1, { x: 2, y: 0, width: 7, height: 7 }, 4, 4)
  near(
    part,
    [
      0.46857, 0.51531, 0.46891, 0.7619, 0.51526, 0.562, 0.5156, 0.66046, 0.57046, 0.6172, 0.5708, 0.33474,
      0.61714, 0.51575, 0.46935, 0.38143,
    ],
  )
})

test('three channels are one channel three times', () => {
  const width = 9
  const height = 6
  const data = Float32Array.from({ length: width * height * 3 }, (_, i) => ((i * 53) % 97) / 96)
  const box = { x: 0, y: 0, width, height }
  const together = resample({ width, height, data }, 3, box, 5, 8)
  for (let c = 0; c < 3; c++) {
    const alone = data.filter((_, i) => i % 3 === c)
    assert.deepEqual(
      together.filter((_, i) => i % 3 === c),
      resample({ width, height, data: alone }, 1, box, 5, 8),
    )
  }
})

test('keeps a constant, a range and the mean', () => {
  const constant = { width: 13, height: 5, data: new Float32Array(65).fill(0.3) }
  for (const [width, height] of [
    [1, 1],
    [40, 33],
    [3, 2],
  ] as const) {
    for (const value of resample(constant, 1, { x: 0, y: 0, width: 13, height: 5 }, width, height)) {
      assert.ok(Math.abs(value - 0.3) < 1e-6)
    }
  }
  // A fine checkerboard must turn grey, not into moiré.
  const board = {
    width: 64,
    height: 64,
    data: Float32Array.from({ length: 4096 }, (_, i) => (i + (i >> 6)) % 2),
  }
  for (const value of resample(board, 1, { x: 0, y: 0, width: 64, height: 64 }, 16, 16)) {
    assert.ok(Math.abs(value - 0.5) < 0.02, `${value}`)
  }
})

test('agrees with libvips on a photograph-like image', async () => {
  const size = 96
  const bytes = Uint8Array.from({ length: size * size }, (_, i) => {
    const x = i % size
    const y = Math.floor(i / size)
    return 128 + 60 * Math.sin(x / 7) + 50 * Math.cos((x + 2 * y) / 11)
  })
  const theirs = await sharp(bytes, { raw: { width: size, height: size, channels: 1 } })
    .resize(40, 40, { kernel: 'linear', fit: 'fill' })
    .toColourspace('b-w')
    .raw()
    .toBuffer()
  const ours = resample(
    { width: size, height: size, data: Float32Array.from(bytes) },
    1,
    { x: 0, y: 0, width: size, height: size },
    40,
    40,
  )
  assert.equal(theirs.length, ours.length)
  let largest = 0
  // Borders are treated differently there.
  for (let y = 2; y < 38; y++) {
    for (let x = 2; x < 38; x++) {
      const i = y * 40 + x
      largest = Math.max(largest, Math.abs((ours[i] as number) - (theirs[i] as number)))
    }
  }
  assert.ok(largest < 2, `differs by ${largest} of 255`)
})
