import assert from 'node:assert/strict'
import { test } from 'node:test'
import { augment, type AugmentOptions } from '../../../src/main/imaging/augment.ts'

const off: AugmentOptions = {
  flipHorizontal: false,
  flipVertical: false,
  quarterTurns: false,
  shift: 0,
  brightness: 0,
}
const view = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9])

/** Gives the numbers one after the other and fails when asked for more. */
function draws(...numbers: number[]): () => number {
  return () => {
    const next = numbers.shift()
    assert.ok(next !== undefined, 'drew more random numbers than expected')
    return next
  }
}

const apply = (options: Partial<AugmentOptions>, ...numbers: number[]) => {
  const random = draws(...numbers)
  return Array.from(augment(view, 1, 3, { ...off, ...options }, random))
}

test('all off: an equal copy, and no random number is drawn', () => {
  const result = augment(view, 1, 3, off, draws())
  assert.deepEqual(result, view)
  assert.notEqual(result, view)
})

test('flips', () => {
  assert.deepEqual(apply({ flipHorizontal: true }, 0.4), [3, 2, 1, 6, 5, 4, 9, 8, 7])
  assert.deepEqual(apply({ flipHorizontal: true }, 0.6), Array.from(view))
  assert.deepEqual(apply({ flipVertical: true }, 0.4), [7, 8, 9, 4, 5, 6, 1, 2, 3])
  assert.deepEqual(apply({ flipHorizontal: true, flipVertical: true }, 0, 0), [9, 8, 7, 6, 5, 4, 3, 2, 1])
})

test('quarter turns are four different rotations that compose', () => {
  const turned = [0, 0.25, 0.5, 0.75].map((number) => apply({ quarterTurns: true }, number))
  assert.deepEqual(turned[0], Array.from(view))
  assert.deepEqual(turned[2], [9, 8, 7, 6, 5, 4, 3, 2, 1])
  const twice = augment(Float32Array.from(turned[1] ?? []), 1, 3, { ...off, quarterTurns: true }, draws(0.25))
  assert.deepEqual(Array.from(twice), turned[2])
  const there = augment(Float32Array.from(turned[3] ?? []), 1, 3, { ...off, quarterTurns: true }, draws(0.25))
  assert.deepEqual(there, view)
  // A rotation, not a transposition: the corner 1 goes to another corner, and its neighbours 2 and 4 keep their turn.
  assert.deepEqual(
    [turned[1], turned[3]].map(String).sort(),
    ['3,6,9,2,5,8,1,4,7', '7,4,1,8,5,2,9,6,3'].sort(),
  )
})

test('shifts by whole pixels, mirrored at the edge', () => {
  // Reach is one pixel; 0.9 shifts by +1, 0.1 by −1, 0.5 not at all.
  assert.deepEqual(apply({ shift: 0.34 }, 0.9, 0.5), [1, 1, 2, 4, 4, 5, 7, 7, 8])
  assert.deepEqual(apply({ shift: 0.34 }, 0.1, 0.5), [2, 3, 3, 5, 6, 6, 8, 9, 9])
  assert.deepEqual(apply({ shift: 0.34 }, 0.5, 0.9), [1, 2, 3, 1, 2, 3, 4, 5, 6])
  // Less than a pixel is nothing.
  assert.deepEqual(apply({ shift: 0.2 }), Array.from(view))
})

test('brightness multiplies and stays within 0 to 1', () => {
  const bright = augment(
    Float32Array.from([0, 0.5, 0.9, 1]),
    1,
    2,
    { ...off, brightness: 0.2 },
    draws(0.999999),
  )
  assert.deepEqual(
    Array.from(bright, (value) => Math.round(value * 1e4) / 1e4),
    [0, 0.6, 1, 1],
  )
})

test('channels move together', () => {
  const two = Float32Array.from([...view, ...view.map((value) => value + 10)])
  const result = augment(
    two,
    2,
    3,
    { flipHorizontal: true, flipVertical: true, quarterTurns: true, shift: 0.4, brightness: 0 },
    draws(0.2, 0.7, 0.3, 0.9, 0.1),
  )
  for (let i = 0; i < 9; i++) assert.equal((result[i] as number) + 10, result[i + 9])
})
