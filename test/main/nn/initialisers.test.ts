import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constant, glorot, he, normal, ones, uniform, zeros } from '../../../src/main/nn/initialisers.ts'
import { Random } from '../../../src/main/nn/random.ts'

function momentsOf(values: Float32Array): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return { mean, deviation: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) }
}

const near = (actual: number, expected: number, tolerance: number): void => {
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual}, not ${expected}`)
}

test('constants fill the shape', () => {
  assert.deepEqual(zeros([2, 2]), new Float32Array(4))
  assert.deepEqual(ones([]), Float32Array.of(1))
  assert.deepEqual(constant([3], -2), Float32Array.of(-2, -2, -2))
})

test('normal has the mean and deviation asked for, and repeats with its seed', () => {
  const values = normal([100, 100], 1, 0.02, new Random(1))
  const { mean, deviation } = momentsOf(values)
  near(mean, 1, 0.001)
  near(deviation, 0.02, 0.001)
  assert.deepEqual(normal([100, 100], 1, 0.02, new Random(1)), values)
})

test('uniform stays within its bounds', () => {
  const values = uniform([10_000], -2, 3, new Random(1))
  assert.ok(values.every((value) => value >= -2 && value < 3))
  near(momentsOf(values).mean, 0.5, 0.06)
})

test('Glorot: uniform in ±√(6 / (fan in + fan out)), with the receptive field counted', () => {
  const limit = Math.sqrt(6 / (4 * 4 * 30 + 4 * 4 * 20))
  const values = glorot([4, 4, 30, 20], new Random(1))
  assert.equal(values.length, 9600)
  assert.ok(values.every((value) => Math.abs(value) <= limit))
  near(momentsOf(values).deviation, limit / Math.sqrt(3), limit / 50)
})

test('He: deviation √(2 / fan in), less for a leaky slope', () => {
  near(momentsOf(he([3, 3, 20, 64], new Random(1))).deviation, Math.sqrt(2 / 180), 0.003)
  near(momentsOf(he([200, 100], new Random(1), 0.5)).deviation, Math.sqrt(2 / 1.25 / 200), 0.002)
})

test('a vector has no fans', () => {
  assert.throws(() => glorot([3], new Random(1)), RangeError)
})
