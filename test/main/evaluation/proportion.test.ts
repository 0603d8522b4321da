import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proportion } from '../../../src/main/evaluation/index.ts'

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 5e-5, `${actual} is not ${expected}`)

test('the Wilson interval has the values that Newcombe (1998) published', () => {
  // Statistics in Medicine 17, table I, method 3: 81/263, 15/148, 0/20, 1/29.
  for (const [successes, total, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const share = proportion(successes, total)
    assert.equal(share.value, successes / total)
    near(share.low, low)
    near(share.high, high)
  }
})

test('a share of nothing is NaN, an impossible one an error', () => {
  assert.ok(Number.isNaN(proportion(0, 0).value))
  assert.throws(() => proportion(3, 2), /3 of 2/)
})
