import assert from 'node:assert/strict'
import { test } from 'node:test'
import { colourIndex, colourMap, colourOf } from '../../../src/main/imaging/colourmap.ts'
import { decodeSrgb, linearToOklab, oklabToLinear, type Triple } from '../../../src/main/imaging/oklab.ts'

const linear = (i: number): Triple =>
  [0, 1, 2].map((c) => decodeSrgb((colourMap[3 * i + c] as number) / 255)) as never

/** CIELAB (D65), written down here independently of the colour space that the map was made in. */
function cielab([r, g, b]: Triple): Triple {
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116)
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b)
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

const distance = (a: Triple, b: Triple) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

test('OKLab matches its published test pairs and inverts', () => {
  // Ottosson's table of XYZ pairs, through sRGB: white is L = 1 without colour.
  const white = linearToOklab([1, 1, 1])
  assert.ok(distance(white, [1, 0, 0]) < 1e-4)
  // sRGB red, as CSS Color 4 gives it: oklab(0.62796 0.22486 0.12585).
  assert.ok(distance(linearToOklab([1, 0, 0]), [0.62796, 0.22486, 0.12585]) < 1e-4)
  for (const colour of [[0.2, 0.5, 0.8] as const, [0.01, 0.9, 0.3] as const]) {
    assert.ok(distance(oklabToLinear(linearToOklab(colour)), colour) < 1e-5)
  }
})

test('lightness rises all the way, in OKLab and in CIELAB, from near black to near white', () => {
  assert.equal(colourMap.length, 768)
  for (let i = 1; i < 256; i++) {
    assert.ok(linearToOklab(linear(i))[0] > linearToOklab(linear(i - 1))[0], `entry ${i}`)
    assert.ok(cielab(linear(i))[0] > cielab(linear(i - 1))[0], `entry ${i}`)
  }
  assert.ok(cielab(linear(0))[0] < 5 && cielab(linear(255))[0] > 93)
})

test('equal steps look equal', () => {
  // Over eight entries, so that the rounding to 8 bit (about half a step) does not drown it.
  const steps = Array.from({ length: 31 }, (_, i) =>
    distance(linearToOklab(linear(8 * i)), linearToOklab(linear(8 * i + 8))),
  )
  const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length
  for (const step of steps) assert.ok(Math.abs(step / mean - 1) < 0.08, `${step / mean}`)
  // And no neighbours are the same or far apart.
  for (let i = 1; i < 256; i++) {
    const step = (8 * distance(linearToOklab(linear(i - 1)), linearToOklab(linear(i)))) / mean
    assert.ok(step > 0.3 && step < 2, `entry ${i}: ${step}`)
  }
})

test('nothing is clipped: no channel sticks at its end', () => {
  for (let c = 0; c < 3; c++) {
    const ends = Array.from({ length: 256 }, (_, i) => colourMap[3 * i + c]).filter(
      (v) => v === 0 || v === 255,
    )
    assert.ok(ends.length <= 3, `channel ${c}: ${ends.length}`)
  }
})

test('values outside are clamped', () => {
  assert.deepEqual(colourOf(-3), colourOf(0))
  assert.deepEqual(colourOf(Number.NaN), colourOf(0))
  assert.deepEqual(colourOf(7), colourOf(1))
  assert.equal(colourIndex(0.5), 128)
})
