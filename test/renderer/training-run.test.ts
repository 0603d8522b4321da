import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Epoch, Job, Run } from '../../src/contract/index.ts'
import { lossesOption, validationOption } from '../../src/renderer/pages/train/charts.ts'
import {
  bestOf,
  differencesOf,
  imagesPerSecond,
  lossNames,
  mergeEpochs,
  mergeNumbers,
  secondsOf,
  shownPreview,
  stateOf,
} from '../../src/renderer/pages/train/run-model.ts'

const epoch = (number: number, validation: number | null = null, image = 1): Epoch => ({
  epoch: number,
  losses: { image, latent: 0 },
  validation,
  seconds: 2,
})
const run: Run = {
  id: 'run000',
  projectId: 'project',
  snapshotId: 'snapshot',
  family: 'ganomaly',
  config: { size: 64, epochs: 30 },
  engine: 'auto',
  engineUsed: 'onnx-cpu',
  falseAlarmRate: 0.01,
  state: 'running',
  epochsDone: 3,
  epochsPlanned: 30,
  best: null,
  trainingImages: 80,
  heldOutImages: 20,
  error: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: '2026-01-01T00:01:00.000Z',
  endedAt: null,
  modelId: null,
}

test('epochs told twice after a cut are there once, in order, and the later word counts', () => {
  const merged = mergeEpochs([epoch(1), epoch(2)], [epoch(3), epoch(2, 0.8), epoch(3, 0.9), epoch(3, 0.9)])
  assert.deepEqual(
    merged.map(({ epoch, validation }) => [epoch, validation]),
    [
      [1, null],
      [2, 0.8],
      [3, 0.9],
    ],
  )
  assert.deepEqual(mergeNumbers([5, 10], [10, 15, 5]), [5, 10, 15])
})

test('the best epoch is the first of the highest scores', () => {
  assert.deepEqual(bestOf([epoch(1, 0.7), epoch(2, 0.9), epoch(3), epoch(4, 0.9)]), {
    epoch: 2,
    validation: 0.9,
  })
  assert.equal(bestOf([epoch(1)]), null)
})

test('speed and time come from what was measured', () => {
  assert.equal(imagesPerSecond(run, [epoch(1)]), 40)
  assert.equal(imagesPerSecond(run, [{ ...epoch(1), seconds: null }]), null)
  assert.equal(secondsOf(run, Date.parse('2026-01-01T00:02:30.000Z')), 90)
  assert.equal(secondsOf({ ...run, endedAt: '2026-01-01T00:01:05.000Z' }, 0), 5)
  assert.equal(secondsOf({ ...run, startedAt: null }, 0), null)
})

test('a job knows the state before the list does, but an end is an end', () => {
  const job = { state: 'running' } as Job
  assert.equal(stateOf({ ...run, state: 'queued' }, job), 'running')
  assert.equal(stateOf({ ...run, state: 'finished' }, job), 'finished')
  assert.equal(stateOf(run, undefined), 'running')
})

test('comparing runs shows only what differs', () => {
  const other = { ...run, config: { size: 128, epochs: 30, shift: 0.1 } }
  assert.deepEqual(differencesOf([run, other]), [
    { name: 'size', values: [64, 128] },
    { name: 'shift', values: [undefined, 0.1] },
  ])
  assert.deepEqual(differencesOf([run, run]), [])
})

test('losses that may be negative stand on a plain axis, all of them', () => {
  const words = { epoch: 'Epoch', name: (name: string) => name, number: String, best: 'best' }
  const option = lossesOption([epoch(1, 0.6), epoch(2, 0.8, -1)], ['image'], 30, words)
  assert.equal((option['yAxis'] as { type: string }).type, 'value')
  assert.deepEqual((option['series'] as { data: unknown }[])[0]?.data, [
    [1, 1],
    [2, -1],
  ])
})

test('the preview follows the newest until one is chosen', () => {
  assert.equal(shownPreview([], null), null)
  assert.equal(shownPreview([1, 5, 10], null), 10)
  assert.equal(shownPreview([1, 5, 10], 5), 5)
  assert.equal(shownPreview([1, 10], 5), 1)
  assert.equal(shownPreview([10], 5), 10)
})

test('charts leave out what a logarithm has no place for, and mark the best epoch', () => {
  const words = { epoch: 'Epoch', name: (name: string) => name, number: String, best: 'best' }
  const epochs = [epoch(1, 0.6), epoch(2, 0.8, 0)]
  assert.deepEqual(lossNames(epochs), ['image', 'latent'])
  const losses = lossesOption(epochs, ['image'], 30, words)['series'] as { data: unknown }[]
  assert.deepEqual(losses[0]?.data, [
    [1, 1],
    [2, null],
  ])
  const option = validationOption([{ name: 'a', epochs, best: bestOf(epochs) }], 30, words)
  const [series] = option['series'] as { markPoint: { data: { coord: number[] }[] } }[]
  assert.deepEqual(series?.markPoint.data[0]?.coord, [2, 0.8])
})
