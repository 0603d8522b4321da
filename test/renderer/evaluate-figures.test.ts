/** The figures beside the threshold are those that the core would compute. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auroc } from '../../src/main/evaluation/index.ts'
import { bestF1, confusionAt as confusionOfCore } from '../../src/main/evaluation/index.ts'
import {
  confusionAt,
  curveOf,
  f1Of,
  histogramOf,
  mistakesAt,
  spanOf,
  type Labelled,
} from '../../src/renderer/pages/evaluate/figures.ts'

const sample = (score: number, defect: boolean): Labelled => ({ score, defect })
/** Overlapping classes with ties. */
const mixed = Array.from({ length: 200 }, (_, i) =>
  sample(Math.round(10 * Math.sin(i) + (i % 3 === 0 ? 6 : 0)), i % 3 === 0),
)

test('an image whose score equals the threshold counts as NG, as in the core', () => {
  const confusion = confusionAt([sample(1, false), sample(1, true), sample(0.5, true), sample(0.2, false)], 1)
  assert.deepEqual(confusion, { found: 1, escapes: 1, falseAlarms: 1, passed: 1 })
})

test('the confusion and F1 agree with the core at every threshold', () => {
  const scores = mixed.map(({ score }) => score)
  const labels = mixed.map(({ defect }) => defect)
  for (const threshold of new Set(scores)) {
    const ours = confusionAt(mixed, threshold)
    const core = confusionOfCore(scores, labels, threshold)
    assert.equal(ours.found, core.truePositives)
    assert.equal(ours.falseAlarms, core.falsePositives)
    assert.ok(Math.abs(f1Of(ours) - core.f1) < 1e-12)
  }
  assert.ok(
    Math.abs(f1Of(confusionAt(mixed, bestF1(scores, labels).threshold)) - bestF1(scores, labels).f1) < 1e-12,
  )
})

test('the area under the drawn ROC curve is the AUROC', () => {
  let area = 0
  let last = { falseAlarmRate: 0, found: 0 }
  for (const point of curveOf(mixed)) {
    area += ((point.falseAlarmRate - last.falseAlarmRate) * (point.found + last.found)) / 2
    last = point
  }
  const expected = auroc(
    mixed.map(({ score }) => score),
    mixed.map(({ defect }) => defect),
  )
  assert.ok(Math.abs(area - expected) < 1e-12, `${area} is not ${expected}`)
})

test('the histogram holds every image once, also those on its edges', () => {
  const span = spanOf(mixed, 3)
  const { good, defect } = histogramOf(mixed, 20, ...span)
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  assert.equal(sum(good) + sum(defect), mixed.length)
  assert.ok(span[0] < -10 && span[1] > 16)
})

test('one single score can be drawn', () => {
  const [low, high] = spanOf([sample(0.4, false)], 0.4)
  assert.ok(low <= 0.4 && high > 0.4)
  assert.deepEqual(spanOf([], 0), [0, 0.04])
})

test('the worst mistakes come first', () => {
  const judged = (sampleId: string, score: number, label: 'good' | 'defect') => ({
    sampleId,
    name: sampleId,
    label,
    defectType: null,
    score,
    scores: { latent: score, map: score, combined: score },
  })
  const { escapes, falseAlarms } = mistakesAt(
    [
      judged('a', 0.4, 'defect'),
      judged('b', 0.1, 'defect'),
      judged('c', 0.9, 'good'),
      judged('d', 0.6, 'good'),
      judged('e', 0.2, 'good'),
    ],
    0.5,
  )
  assert.deepEqual(
    [escapes.map(({ sampleId }) => sampleId), falseAlarms.map(({ sampleId }) => sampleId)],
    [
      ['b', 'a'],
      ['c', 'd'],
    ],
  )
})
