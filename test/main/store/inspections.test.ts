import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StorageError, newId } from '../../../src/main/store/index.ts'
import { aCalibration, addModel, addRun, anInspection, temporaryStore } from './support.ts'

const problem = (name: StorageError['problem']) => (error: unknown) =>
  error instanceof StorageError && error.problem === name

test('a run goes from queued over running to finished, and its epochs are kept', (t) => {
  const store = temporaryStore(t)
  const { id: projectId } = store.projects.create({ name: 'tiles' })
  const { runs } = store
  const id = addRun(store, projectId)
  assert.equal(runs.get(id).state, 'queued')
  assert.deepEqual(runs.get(id).config, { size: 64 })
  const started = runs.start(id)
  assert.equal(started.state, 'running')
  assert.throws(() => runs.start(id), problem('in-use'))
  runs.setEngineUsed(id, 'onnx-cpu')
  runs.recordEpoch(id, 1, { generator: 0.5, validation: NaN })
  runs.recordEpoch(id, 2, { generator: 0.4, validation: Infinity })
  runs.recordEpoch(id, 2, { generator: 0.25 })
  assert.deepEqual(runs.metrics(id), [
    { epoch: 1, name: 'generator', value: 0.5 },
    { epoch: 1, name: 'validation', value: NaN },
    { epoch: 2, name: 'generator', value: 0.25 },
    { epoch: 2, name: 'validation', value: Infinity },
  ])
  runs.rewind(id, 1)
  assert.equal(runs.metrics(id).length, 2)
  assert.equal(runs.get(id).epochsDone, 1)
  assert.deepEqual(
    runs.list({ projectId, state: 'running' }).map((run) => run.id),
    [id],
  )
  const failed = runs.finish(id, 'failed', 'the losses are no numbers')
  assert.equal(failed.error, 'the losses are no numbers')
  assert.equal(failed.engineUsed, 'onnx-cpu')
  assert.equal(runs.start(id).error, null)
  assert.equal(runs.get(id).startedAt, started.startedAt)
  runs.finish(id, 'finished')
  assert.throws(() => runs.start(id), problem('in-use'))
})

test('a model needs its file; the published one inspects, else the newest', async (t) => {
  const store = temporaryStore(t)
  const { projectId, modelId } = await addModel(store)
  const newer = await addModel(store)
  const absent = { id: newId(), projectId, runId: null, metadata: {}, sha256: 'a'.repeat(64) }
  assert.throws(() => store.models.create(absent), problem('missing-file'))
  assert.equal(store.models.current(projectId)?.id, newer.modelId)
  assert.equal(store.models.publish(modelId).published, true)
  assert.equal(store.models.current(projectId)?.id, modelId)
  store.models.publish(newer.modelId)
  assert.deepEqual(
    store.models.list(projectId).map((model) => [model.id, model.published]),
    [
      [newer.modelId, true],
      [modelId, false],
    ],
  )
  assert.deepEqual(store.models.get(modelId).metadata, { family: 'ganomaly' })
  store.evaluations.create(modelId, { image_auroc: 0.75 })
  store.evaluations.create(modelId, { image_auroc: 0.8 })
  assert.deepEqual(
    store.evaluations.list(modelId).map((one) => one.results),
    [{ image_auroc: 0.8 }, { image_auroc: 0.75 }],
  )
})

test('a new threshold adds a calibration and rewrites nothing', async (t) => {
  const store = temporaryStore(t)
  const bench = await addModel(store)
  const inspection = store.inspections.create(anInspection(bench))
  const before = store.calibrations.get(bench.calibrationId)
  const changed = store.calibrations.create({ ...aCalibration(bench.modelId, 9), mode: 'manual' })
  assert.equal(store.calibrations.current(bench.modelId).id, changed.id)
  assert.deepEqual(store.calibrations.get(bench.calibrationId), before)
  assert.deepEqual(
    store.calibrations.list(bench.modelId).map((one) => one.threshold),
    [9, 1],
  )
  assert.equal(store.inspections.get(inspection.id).threshold, 1)
  assert.equal(store.inspections.get(inspection.id).calibrationId, bench.calibrationId)
  assert.throws(() => store.connection.execute('UPDATE calibration SET threshold = 5'), /never rewritten/)
})

test('an inspection comes back with its scores, regions, lot and map', async (t) => {
  const store = temporaryStore(t)
  const bench = await addModel(store)
  const lot = store.lots.findOrCreate(bench.projectId, 'monday')
  assert.deepEqual(store.lots.findOrCreate(bench.projectId, 'monday'), lot)
  assert.deepEqual(store.lots.list(bench.projectId), [lot])
  const region = {
    box: { x: 3, y: 4, width: 10, height: 5 },
    contour: [
      [3, 4],
      [13, 4],
      [13, 9],
    ] as [number, number][],
    areaPixels: 25,
    peak: 4.5,
    peakAt: [7, 6] as [number, number],
  }
  const given = anInspection(bench, {
    lotId: lot.id,
    hasMap: true,
    regions: [region, { ...region, peak: 4 }],
  })
  const id = given.id ?? ''
  assert.throws(() => store.inspections.create(given), problem('missing-file'))
  await store.files.writeMap(id, Buffer.from('map'))
  const created = store.inspections.create(given)
  const { regions, ...plain } = given
  const unreviewed = { reviewVerdict: null, reviewDefectType: null, finalVerdict: 'ng' }
  assert.deepEqual(created, {
    ...plain,
    ...unreviewed,
    regionCount: 2,
    inspectedAt: created.inspectedAt,
  })
  assert.deepEqual(store.inspections.get(id), created)
  assert.deepEqual(store.inspections.regions(id), regions)
})
