import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bestF1,
  confusionAt,
  reviewThresholds,
  thresholdFromGood,
  thresholdFromLabels,
} from '../../../src/main/evaluation/index.ts'
import { seeded } from './random.ts'

const near = (actual: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(actual / expected - 1) <= relative, `${actual} is not within ${relative} of ${expected}`)

const twenty = [
  0.21, 0.34, 0.12, 0.45, 0.38, 0.27, 0.61, 0.3, 0.25, 0.52, 0.41, 0.33, 0.19, 0.29, 0.83, 0.36, 0.22, 0.47,
  0.31, 0.26,
]
const ascending = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

test('the tail of few scores agrees with a dense quadrature of the same posterior in SciPy', () => {
  const reference = [
    [0.05, 0.7561260618, 0.5274832739, 1.2322908455],
    [0.01, 1.1857162601, 0.6951533432, 2.4736002517],
    [0.001, 2.5723194885, 0.8441637001, 7.3115291856],
  ] as const
  for (const [rate, value, low, high] of reference) {
    const threshold = thresholdFromGood(twenty, rate)
    assert.equal(threshold.method, 'tail-fit')
    near(threshold.value, value, 0.002)
    near(threshold.low, low, 0.005)
    near(threshold.high, high, 0.005)
  }
})

test('many scores give the rank (n + 1)(1 - rate) and the binomial order-statistic interval', () => {
  // Ranks from scipy.stats.binom; the score of rank r is r.
  for (const [count, rate, low, high] of [
    [100, 0.1, 84, 96],
    [400, 0.05, 371, 389],
    [1000, 0.01, 983, 997],
  ] as const) {
    const threshold = thresholdFromGood(ascending(count).reverse(), rate)
    assert.equal(threshold.method, 'empirical')
    near(threshold.value, (count + 1) * (1 - rate), 1e-12)
    assert.deepEqual([threshold.low, threshold.high], [low, high])
  }
})

test('good parts on the threshold itself are not called anomalous', () => {
  // Scores in steps: the threshold falls on a value that many parts share.
  const stepped = ascending(200).map((index) => Math.floor(index / 50))
  const { value } = thresholdFromGood(stepped, 0.05)
  assert.ok(value > 3 && value < 3.0001 + 1, `${value}`)
  const constant = thresholdFromGood([0.5, 0.5, 0.5, 0.5], 0.01)
  assert.ok(constant.value > 0.5 && constant.value < 0.5 + 1e-12)
})

test('the threshold moves and stretches with the scores, whatever their unit, order and sign', () => {
  const base = thresholdFromGood(twenty, 0.01)
  const moved = thresholdFromGood(twenty.map((score) => 1e-4 * score - 3).reverse(), 0.01)
  near(moved.value, 1e-4 * base.value - 3, 1e-9)
  near(moved.low, 1e-4 * base.low - 3, 1e-9)
  near(moved.high, 1e-4 * base.high - 3, 1e-9)
})

test('fewer scores and rarer alarms raise the threshold and widen its interval', () => {
  const random = seeded(5)
  const scores = Array.from({ length: 160 }, () => -Math.log(1 - random()))
  const at1 = thresholdFromGood(scores, 0.01)
  assert.ok(thresholdFromGood(scores, 0.05).value < at1.value)
  assert.ok(thresholdFromGood(scores, 0.001).value > at1.value)
  const few = thresholdFromGood(scores.slice(0, 12), 0.01)
  assert.ok(few.high - few.low > 2 * (at1.high - at1.low))
  for (const threshold of [few, at1])
    assert.ok(threshold.low <= threshold.value && threshold.value <= threshold.high)
})

test('simulated good parts exceed the threshold about as often as chosen, never far more often', () => {
  const random = seeded(17)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const exponential = (): number => -Math.log(1 - random())
  const cases = [
    ['exponential', exponential, (value: number) => Math.exp(-value)],
    ['gamma', () => exponential() + exponential(), (value: number) => Math.exp(-value) * (1 + value)],
    ['Pareto', () => (1 - random()) ** (-1 / 3), (value: number) => Math.min(1, value ** -3)],
    ['Laplace', () => Math.sign(normal()) * exponential(), (value: number) => Math.exp(-value) / 2],
  ] as const
  for (const [name, draw, above] of cases)
    for (const count of [12, 40]) {
      const repetitions = 60
      let realised = 0
      for (let i = 0; i < repetitions; i++) {
        const scores = Array.from({ length: count }, draw)
        realised += above(thresholdFromGood(scores, 0.01).value) / repetitions
      }
      assert.ok(realised < 0.025, `${name}, ${count} scores: ${realised} instead of 0.01`)
      assert.ok(realised > 0.0005, `${name}, ${count} scores: ${realised}, needlessly cautious`)
    }
})

test('what no threshold can be made of is a clear error', () => {
  assert.throws(() => thresholdFromGood([1, 2], 0.01), /at least 3 held-out good images, got 2/)
  assert.throws(() => thresholdFromGood(twenty, 0), /between 0 and 0\.5/)
  assert.throws(() => thresholdFromGood(twenty, 1), /between 0 and 0\.5/)
  assert.throws(() => thresholdFromGood([1, 2, Number.NaN], 0.01), /finite/)
  assert.throws(() => thresholdFromLabels([1, 2, 3], [0, 0, 0]), /good parts and of defects/)
  assert.throws(() => reviewThresholds([1, 2, 3], [0, 0, 0]), /scores of defects/)
})

test('the F1 threshold stands midway below the lowest score it catches and keeps the best F1', () => {
  const scores = [1, 2, 3, 4, 6, 8]
  const labels = [0, 0, 0, 0, 1, 1]
  const threshold = thresholdFromLabels(scores, labels)
  assert.equal(threshold.value, 5)
  assert.equal(threshold.f1, 1)
  assert.ok(threshold.low <= 5 && threshold.high >= 5)
  assert.deepEqual(thresholdFromLabels(scores, labels), threshold, 'deterministic')

  const random = seeded(23)
  for (let round = 0; round < 10; round++) {
    const truth = Array.from({ length: 40 }, (_, index) => index < 12)
    const drawn = truth.map((defect) => Math.round(random() * 20 + (defect ? 8 : 0)))
    const found = thresholdFromLabels(drawn, truth)
    near(confusionAt(drawn, truth, found.value).f1, bestF1(drawn, truth).f1, 1e-12)
  }
})

test('two thresholds: defects are ng or reviewed, good parts ok or reviewed', () => {
  const good = Array.from({ length: 200 }, (_, index) => index / 100)
  const defects = [1.5, 1.9, 3, 4, 5]
  const scores = [...good, ...defects]
  const labels = scores.map((_, index) => index >= good.length)
  const band = reviewThresholds(scores, labels, { falseAlarmRate: 0.05 })
  assert.ok(band.review < 1.5 && band.review > 1.48)
  near(band.ng, thresholdFromGood(good, 0.05).value, 1e-12)
  assert.deepEqual([band.defects.ok, band.defects.review, band.defects.ng], [0, 0.2, 0.8])
  near(band.good.ok + band.good.review + band.good.ng, 1, 1e-12)
  assert.ok(band.good.ng <= 0.06)

  // A fifth of the defects may pass: the lowest of them no longer counts.
  assert.ok(reviewThresholds(scores, labels, { falseAlarmRate: 0.05, missRate: 0.2 }).review > 1.5)
})

test('classes that lie apart need no review band', () => {
  const scores = [...Array.from({ length: 300 }, (_, index) => index / 300), 40, 50, 60]
  const labels = scores.map((_, index) => index >= 300)
  const band = reviewThresholds(scores, labels)
  assert.equal(band.review, band.ng)
  assert.deepEqual(band.good, { ok: 1, review: 0, ng: 0 })
  assert.deepEqual(band.defects, { ok: 0, review: 0, ng: 1 })
})
