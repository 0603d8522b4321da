import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  auroc,
  averagePrecision,
  bestF1,
  confusionAt,
  precisionRecallCurve,
  rocCurve,
} from '../../../src/main/evaluation/index.ts'
import { seeded } from './random.ts'

const close = (actual: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)

// The vectors of scikit-learn's own documentation.
const labels = [0, 0, 1, 1]
const scores = [0.1, 0.4, 0.35, 0.8]

test('the scikit-learn documentation example gives its published values', () => {
  close(auroc(scores, labels), 0.75)
  close(averagePrecision(scores, labels), 5 / 6)

  const roc = rocCurve(scores, labels)
  assert.deepEqual([...roc.falsePositiveRate], [0, 0, 0.5, 0.5, 1])
  assert.deepEqual([...roc.truePositiveRate], [0, 0.5, 0.5, 1, 1])
  assert.deepEqual([...roc.thresholds], [Infinity, 0.8, 0.4, 0.35, 0.1])

  const curve = precisionRecallCurve(scores, labels)
  assert.deepEqual([...curve.precision], [0.5, 2 / 3, 0.5, 1, 1])
  assert.deepEqual([...curve.recall], [1, 1, 0.5, 0.5, 0])
  assert.deepEqual([...curve.thresholds], [0.1, 0.35, 0.4, 0.8])
})

test('tied scores count half in AUROC and are one step in every curve, in whatever order they come', () => {
  close(auroc([1, 1, 1, 1], labels), 0.5)
  close(averagePrecision([1, 1, 1, 1], labels), 0.5)
  // One tie between a defect and a good part: 3.5 of 4 pairs.
  close(auroc([0.1, 0.5, 0.5, 0.8], [0, 0, 1, 1]), 0.875)
  close(auroc([0.1, 0.5, 0.5, 0.8], [0, 1, 0, 1]), 0.875)
  assert.deepEqual(
    [...rocCurve([0.5, 0.5, 0.8, 0.1], [1, 0, 1, 0]).thresholds],
    [...rocCurve([0.5, 0.5, 0.8, 0.1], [0, 1, 1, 0]).thresholds],
  )
  // By hand: at 0.8 P = 1, R = 1/2; at 0.5 P = 2/3, R = 1.
  close(averagePrecision([0.1, 0.5, 0.5, 0.8], [0, 0, 1, 1]), 0.5 + (0.5 * 2) / 3)
})

test('values that scikit-learn 1.9 gives for a vector with ties', () => {
  const truth = [0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0]
  const tied = [0.2, 0.9, 0.5, 0.5, 0.7, 0.7, 0.1, 0.3, 0.3, 0.9, 0.5, 0.2]
  close(auroc(tied, truth), 0.8285714285714286)
  close(averagePrecision(tied, truth), 0.7753968253968254)
})

test('AUROC equals the share of pairs in the right order, average precision the sum of its definition', () => {
  const random = seeded(7)
  for (let round = 0; round < 60; round++) {
    const count = 2 + Math.floor(random() * 60)
    const values = Array.from({ length: count }, () => Math.floor(random() * 12) / 4 - 1)
    const truth = values.map((_, index) => (index === 0 ? true : index === 1 ? false : random() < 0.4))
    let pairs = 0
    let right = 0
    for (let i = 0; i < count; i++)
      for (let j = 0; j < count; j++) {
        if (!truth[i] || truth[j]) continue
        pairs++
        const difference = (values[i] ?? NaN) - (values[j] ?? NaN)
        right += difference > 0 ? 1 : difference === 0 ? 0.5 : 0
      }
    close(auroc(values, truth), right / pairs)

    const positives = truth.filter(Boolean).length
    let expected = 0
    let lastRecall = 0
    let best = 0
    for (const threshold of [...new Set(values)].sort((a, b) => b - a)) {
      const called = truth.filter((_, index) => (values[index] ?? NaN) >= threshold)
      const hits = called.filter(Boolean).length
      expected += (hits / positives - lastRecall) * (hits / called.length)
      lastRecall = hits / positives
      best = Math.max(best, (2 * hits) / (called.length + positives))
    }
    close(averagePrecision(values, truth), expected)
    close(bestF1(values, truth).f1, best)
  }
})

test('the best F1 threshold gives, by counting, what it promises', () => {
  const best = bestF1(scores, labels)
  assert.deepEqual(best, { threshold: 0.35, f1: 0.8, precision: 2 / 3, recall: 1 })
  const counted = confusionAt(scores, labels, best.threshold)
  assert.equal(counted.f1, best.f1)
  assert.equal(counted.precision, best.precision)
  // Equally good thresholds: the higher one raises fewer alarms.
  assert.equal(bestF1([1, 2, 3, 4, 5], [0, 1, 0, 0, 1]).threshold, 5)
})

test('confusion counts a score on the threshold as anomalous', () => {
  assert.deepEqual(confusionAt([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.4), {
    threshold: 0.4,
    truePositives: 1,
    falsePositives: 1,
    trueNegatives: 1,
    falseNegatives: 1,
    precision: 0.5,
    recall: 0.5,
    falseAlarmRate: 0.5,
    missRate: 0.5,
    accuracy: 0.5,
    f1: 0.5,
  })
})

test('a missing class gives NaN, bad input a clear error', () => {
  assert.ok(Number.isNaN(auroc([1, 2], [0, 0])))
  assert.ok(Number.isNaN(auroc([], [])))
  assert.ok(Number.isNaN(averagePrecision([1, 2], [0, 0])))
  assert.ok(Number.isNaN(bestF1([1, 2], [0, 0]).threshold))
  assert.throws(() => auroc([1, 2], [1]), /2 scores but 1 labels/)
  assert.throws(() => auroc([1, Number.NaN], [1, 0]), /score 1 is NaN/)
})
