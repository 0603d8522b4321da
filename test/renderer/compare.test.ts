import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Evaluation, JudgedSample, Model, Run } from '../../src/contract/index.ts'
import {
  bestAt,
  falseAlarmRateOf,
  groupsOf,
  isDisputed,
  partsOf,
  rowOf,
  setsOf,
  unevaluated,
  type Row,
} from '../../src/renderer/pages/compare/comparison.ts'

const run = (id: string, snapshotId = 'same', createdAt = '2026-01-01T00:00:00.000Z') =>
  ({ id, snapshotId, createdAt, family: 'ganomaly' }) as Run

const model = (id: string, threshold = 1, rest: Partial<Model> = {}) =>
  ({
    id,
    runId: id,
    scoreName: 'combined',
    threshold: { value: threshold },
    bytes: 1000,
    trainingSeconds: 60,
    ...rest,
  }) as Model

const sample = (sampleId: string, score: number, defectType: string | null = null): JudgedSample => ({
  sampleId,
  name: `${sampleId}.png`,
  label: defectType === null ? 'good' : 'defect',
  defectType,
  score,
  scores: { latent: 0, map: 0, combined: score },
})

const evaluation = (samples: JudgedSample[], rest: Partial<Evaluation> = {}) =>
  ({
    split: 'test',
    images: samples.length,
    seconds: samples.length / 100,
    imageAuroc: 0.9,
    pixelAuroc: null,
    aupro: null,
    samples,
    ...rest,
  }) as Evaluation

test('trainings are grouped by the images they learn from, the newest group first, in the order of their start', () => {
  const newestFirst = [
    run('c', 'new', '2026-01-03T00:00:00.000Z'),
    run('b', 'new', '2026-01-02T00:00:00.000Z'),
    run('a', 'old', '2026-01-01T00:00:00.000Z'),
  ]
  assert.deepEqual(
    groupsOf(newestFirst).map(({ snapshotId, runs, createdAt }) => [
      snapshotId,
      runs.map(({ id }) => id),
      createdAt.slice(0, 10),
    ]),
    [
      ['new', ['b', 'c'], '2026-01-03'],
      ['old', ['a'], '2026-01-01'],
    ],
  )
  assert.deepEqual(groupsOf([]), [])
})

test('false alarms are counted among good images alone, at the threshold and the score that judge now', () => {
  const samples = [
    sample('a', 0.5),
    sample('b', 1),
    sample('c', 2),
    sample('d', 0.1),
    sample('e', 3, 'scratch'),
  ]
  assert.equal(falseAlarmRateOf(model('m', 1), samples), 0.5)
  assert.equal(falseAlarmRateOf(model('m', 1, { scoreName: 'map' }), samples), 0)
  assert.equal(falseAlarmRateOf(model('m', 1), [sample('e', 3, 'scratch')]), null)
})

test('the time of an image comes from the evaluation, else from inspections; other splits are not compared', () => {
  const judged = evaluation([sample('a', 1), sample('b', 1, 'dent')])
  const row = rowOf(run('m'), model('m'), judged, 99)
  assert.deepEqual([row.figures.milliseconds, row.speedSource], [10, 'evaluation'])
  const inspected = rowOf(run('m'), model('m'), null, 99)
  assert.deepEqual([inspected.figures.milliseconds, inspected.speedSource], [99, 'inspections'])
  assert.equal(inspected.figures.imageAuroc, null)
  const other = rowOf(run('m'), model('m'), evaluation([sample('a', 1)], { split: 'train' }), null)
  assert.deepEqual([other.evaluation, other.figures.imageAuroc, other.speedSource], [null, null, null])
  const untrained = rowOf(run('m'), null, null, null)
  assert.ok(Object.values(untrained.figures).every((value) => value === null))
  assert.deepEqual(
    unevaluated([row, inspected, other, untrained]).map(({ id }) => id),
    ['m', 'm'],
  )
  // It has figures, but nothing is known of single images: it is to be evaluated again.
  const old = rowOf(run('m'), model('m'), evaluation([], { images: 2 }), null)
  assert.deepEqual(
    [old.figures.imageAuroc, old.figures.falseAlarmRate, unevaluated([old]).length],
    [0.9, null, 1],
  )
})

test('the best is the highest AUROC and the lowest cost; equals share it, one alone is not a best', () => {
  const rows = [
    rowOf(run('a'), model('a', 1, { bytes: 10 }), evaluation([sample('x', 2)], { imageAuroc: 0.8 }), null),
    rowOf(run('b'), model('b', 1, { bytes: 20 }), evaluation([sample('x', 0)], { imageAuroc: 0.9 }), null),
    rowOf(run('c'), model('c', 1, { bytes: 10 }), null, 0.001),
    rowOf(run('d'), null, null, null),
  ]
  const best = (name: Parameters<typeof bestAt>[1], of: readonly Row[] = rows) => [...bestAt(of, name)]
  assert.deepEqual(best('imageAuroc'), ['b'])
  assert.deepEqual(best('bytes'), ['a', 'c'])
  assert.deepEqual(best('falseAlarmRate'), ['b'])
  assert.deepEqual(best('pixelAuroc'), [])
  assert.deepEqual(best('trainingSeconds'), [], 'all are equal')
  assert.deepEqual(best('milliseconds'), [], 'the time of inspections of other images is no match')
  assert.deepEqual(best('imageAuroc', rows.slice(0, 1)), [])
})

test('parts bring together what the models said of them', () => {
  const rows = [
    rowOf(run('a'), model('a', 1), evaluation([sample('x', 2), sample('y', 2, 'dent')]), null),
    rowOf(
      run('b'),
      model('b', 5),
      evaluation([sample('x', 2), sample('y', 9, 'dent'), sample('z', 0)]),
      null,
    ),
    rowOf(run('c'), null, null, null),
  ]
  const parts = partsOf(rows)
  assert.deepEqual(
    parts.map((part) => [
      part.sampleId,
      part.judged.get('a')?.verdict,
      part.judged.get('b')?.verdict,
      isDisputed(part),
    ]),
    [
      ['x', 'ng', 'ok', true],
      ['y', 'ng', 'ng', false],
      ['z', undefined, 'ok', false],
    ],
  )
})

test('a set has defects of each type in turn, then good parts; each part is in one set', () => {
  const samples = [
    ...Array.from({ length: 5 }, (_, index) => sample(`dent${index}`, 1, 'dent')),
    ...Array.from({ length: 2 }, (_, index) => sample(`hole${index}`, 1, 'hole')),
    ...Array.from({ length: 5 }, (_, index) => sample(`good${index}`, 0)),
  ]
  const sets = setsOf(partsOf([rowOf(run('a'), model('a'), evaluation(samples), null)]))
  const ids = sets.map((set) => set.map(({ sampleId }) => sampleId))
  assert.deepEqual(ids, [
    ['dent0', 'hole0', 'dent1', 'hole1', 'good0', 'good1'],
    ['dent2', 'dent3', 'dent4', 'good2', 'good3'],
    ['good4'],
  ])
  assert.deepEqual(setsOf([]), [])
})
