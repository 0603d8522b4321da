import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gaussianBlur } from '../../../src/main/imaging/smooth.ts'

const plane = {
  width: 11,
  height: 7,
  data: Float32Array.from({ length: 77 }, (_, i) => ((i * 37) % 101) / 100),
}

/** Every third row, every fifth column. */
const sampled = (data: Float32Array) =>
  [0, 3, 6].flatMap((y) => [0, 5, 10].map((x) => data[y * 11 + x] as number))

test('is scipy.ndimage.gaussian_filter (1.17, its defaults), also where the kernel is wider than the plane', () => {
  const references = [
    [2.5, [0.36086, 0.51975, 0.58148, 0.40104, 0.51903, 0.55432, 0.43883, 0.50906, 0.53329]],
    [0.8, [0.11805, 0.59616, 0.59229, 0.19917, 0.67672, 0.65649, 0.28028, 0.39179, 0.73195]],
  ] as const
  for (const [sigma, expected] of references) {
    const found = sampled(gaussianBlur(plane, sigma).data)
    found.forEach((value, i) =>
      assert.ok(Math.abs(value - (expected[i] as number)) < 2e-5, `sigma ${sigma}: ${value}`),
    )
  }
})

test('keeps the sum and a constant, leaves its input alone', () => {
  const before = plane.data.slice()
  const sum = (data: Float32Array) => data.reduce((total, value) => total + value, 0)
  assert.ok(Math.abs(sum(gaussianBlur(plane, 3).data) - sum(plane.data)) < 1e-3)
  assert.deepEqual(plane.data, before)
  for (const value of gaussianBlur({ width: 4, height: 3, data: new Float32Array(12).fill(2) }, 5).data) {
    assert.ok(Math.abs(value - 2) < 1e-5)
  }
})

test('sigma 0 changes nothing, a negative one is refused', () => {
  assert.equal(gaussianBlur(plane, 0), plane)
  assert.throws(() => gaussianBlur(plane, -1), RangeError)
  assert.throws(() => gaussianBlur(plane, Number.NaN), RangeError)
})
