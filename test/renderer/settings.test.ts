import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Engines } from '../../src/contract/index.ts'
import { engineRows, lead, storageParts } from '../../src/renderer/pages/settings/measures.ts'

const engines: Engines = {
  machine: 'test',
  measuredAt: '2026-01-01T00:00:00.000Z',
  chosen: 'onnx-webgpu',
  reason: '',
  engines: [
    { name: 'onnx-cuda', available: false, reason: 'no driver' },
    { name: 'onnx-cpu', available: true, imagesPerSecond: 100 },
    { name: 'onnx-webgpu', available: true, imagesPerSecond: 400 },
  ],
}

test('engines stand fastest first, with bars by the fastest and those that are missing last', () => {
  const rows = engineRows(engines)
  assert.deepEqual(
    rows.map(({ name, share, chosen }) => [name, share, chosen]),
    [
      ['onnx-webgpu', 1, true],
      ['onnx-cpu', 0.25, false],
      ['onnx-cuda', 0, false],
    ],
  )
  assert.equal(rows[2]?.reason, 'no driver')
  assert.equal(lead(rows), 4)
})

test('a single engine leads nobody', () => {
  const [, only] = engines.engines
  assert.ok(only)
  assert.equal(lead(engineRows({ ...engines, engines: [only] })), null)
  assert.equal(lead([]), null)
})

test('areas of the data folder are shares of the whole; an empty folder divides by nothing', () => {
  const { total, parts } = storageParts({ images: 60, maps: 20, models: 10, database: 10 })
  assert.equal(total, 100)
  assert.deepEqual(
    parts.map((part) => part.share),
    [0.6, 0.2, 0.1, 0.1],
  )
  assert.ok(
    storageParts({ images: 0, maps: 0, models: 0, database: 0 }).parts.every(({ share }) => share === 0),
  )
})
