import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { StorageError, newId, openStore, type NewSample, type Store } from '../../../src/main/store/index.ts'
import {
  aCalibration,
  addModel,
  addRun,
  anInspection,
  atEnd,
  temporaryFolder,
  temporaryStore,
} from './support.ts'

const problem = (name: StorageError['problem']) => (error: unknown) =>
  error instanceof StorageError && error.problem === name

/** Stores bytes as an image file and describes a sample of it. */
async function aSample(store: Store, projectId: string, content: string): Promise<NewSample> {
  const source = join(store.folder, `${content}.PNG`)
  writeFileSync(source, content)
  const stored = await store.files.addImage(source)
  return {
    projectId,
    ...stored,
    originalName: `${content}.PNG`,
    originalPath: source,
    width: 8,
    height: 6,
    channels: 3,
    bits: 8,
    label: 'good',
    defectType: null,
    split: 'train',
    groupKey: null,
    mask: null,
  }
}

test('the connection syncs at every commit, checks foreign keys and logs ahead', (t) => {
  const { connection } = temporaryStore(t)
  assert.equal(connection.pragma('journal_mode'), 'wal')
  assert.equal(connection.pragma('synchronous'), 2)
  assert.equal(connection.pragma('foreign_keys'), 1)
})

test('every table is STRICT', (t) => {
  const { connection } = temporaryStore(t)
  const tables = connection.prepare<[], { name: string; strict: number }>('PRAGMA table_list').all()
  const ours = tables.filter(({ name }) => !name.startsWith('sqlite_'))
  assert.ok(ours.length >= 13)
  assert.deepEqual(
    ours.filter(({ strict }) => strict !== 1),
    [],
  )
})

test('a project keeps its settings; names differ by more than case', (t) => {
  const { projects } = temporaryStore(t)
  const project = projects.create({ name: 'Käse', description: 'round', millimetresPerPixel: 0.05 })
  assert.deepEqual(projects.get(project.id), {
    id: project.id,
    name: 'Käse',
    description: 'round',
    millimetresPerPixel: 0.05,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
  })
  assert.equal(projects.findByName('KÄSE')?.id, project.id)
  // The same letters, composed differently.
  assert.equal(projects.findByName('ka\u0308se')?.id, project.id)
  assert.throws(() => projects.create({ name: 'kÄSE' }), problem('conflict'))
  const renamed = projects.update(project.id, { name: 'käse', millimetresPerPixel: null })
  assert.equal(renamed.name, 'käse')
  assert.equal(renamed.description, 'round')
  assert.equal(renamed.millimetresPerPixel, null)
  assert.throws(() => projects.get('none'), problem('not-found'))
})

test('a sample comes back as it was stored, once for the same bytes', async (t) => {
  const store = temporaryStore(t)
  const { id: projectId } = store.projects.create({ name: 'tiles' })
  const mask = await store.files.addImage((await aSample(store, projectId, 'mask')).originalPath)
  const given: NewSample = {
    ...(await aSample(store, projectId, 'one')),
    bits: 16,
    label: 'defect',
    defectType: 'crack',
    split: 'test',
    groupKey: '62',
    mask,
  }
  const [sample] = store.samples.createMany([given, { ...given, originalName: 'copy.png' }])
  assert.ok(sample)
  const { id, importedAt, ...rest } = store.samples.get(sample.id)
  assert.deepEqual(rest, given)
  assert.equal(id, sample.id)
  assert.match(importedAt, /^2026-/)
  assert.equal(store.samples.count({ projectId }), 1)
  assert.equal(store.samples.findByHash(projectId, given.sha256)?.id, id)
  assert.equal(store.samples.update(id, { split: 'train', defectType: null }).split, 'train')
  assert.deepEqual(store.samples.counts(projectId), [
    { split: 'train', label: 'defect', defectType: null, count: 1 },
  ])
})

test('a sample without its file is refused, and the batch with it', async (t) => {
  const store = temporaryStore(t)
  const { id: projectId } = store.projects.create({ name: 'tiles' })
  const good = await aSample(store, projectId, 'one')
  const absent = { ...good, sha256: 'c'.repeat(64) }
  assert.throws(() => store.samples.createMany([good, absent]), problem('missing-file'))
  assert.equal(store.samples.count({ projectId }), 0)
})

test('samples are filtered and paged in the order of their import', async (t) => {
  const store = temporaryStore(t)
  const { id: projectId } = store.projects.create({ name: 'tiles' })
  const given = await Promise.all(['a', 'b', 'c', 'd'].map((content) => aSample(store, projectId, content)))
  store.samples.createMany(
    given.map((sample, index) => (index === 1 ? { ...sample, split: 'test' } : sample)),
  )
  const names = (filter: object) =>
    store.samples.list({ projectId, ...filter }).map((one) => one.originalName[0])
  assert.deepEqual(names({}), ['a', 'b', 'c', 'd'])
  assert.deepEqual(names({ split: 'train' }), ['a', 'c', 'd'])
  assert.deepEqual(names({ label: 'defect' }), [])
  assert.deepEqual(names({ limit: 2, offset: 1 }), ['b', 'c'])
})

test('a sample that a snapshot holds stays', async (t) => {
  const store = temporaryStore(t)
  const { id: projectId } = store.projects.create({ name: 'tiles' })
  const given = [await aSample(store, projectId, 'one'), await aSample(store, projectId, 'two')]
  const [one, two] = store.samples.createMany(given)
  assert.ok(one && two)
  const members = [{ sampleId: one.id, split: 'validation' as const }]
  const snapshot = store.snapshots.create({ projectId, seed: 7, validationFraction: 0.5, members })
  assert.equal(snapshot.seed, 7)
  assert.deepEqual(store.snapshots.samples(snapshot.id), [{ ...one, split: 'validation' }])
  assert.throws(() => store.samples.delete(one.id), problem('in-use'))
  assert.equal(store.samples.delete(two.id), true)
  assert.equal(store.collectGarbage(), 1)
  assert.equal(store.files.hasImage(two), false)
  assert.equal(store.files.hasImage(one), true)
})

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
  assert.deepEqual(created, { ...plain, regionCount: 2, inspectedAt: created.inspectedAt })
  assert.deepEqual(store.inspections.get(id), created)
  assert.deepEqual(store.inspections.regions(id), regions)
})

test('a transaction is all or nothing, also nested', (t) => {
  const store = temporaryStore(t)
  assert.throws(() =>
    store.transaction(() => {
      store.projects.create({ name: 'one' })
      store.transaction(() => store.projects.create({ name: 'two' }))
      throw new Error('no')
    }),
  )
  assert.deepEqual(store.projects.list(), [])
})

test('deleting a project takes its rows and then the files that nothing else needs', async (t) => {
  const store = temporaryStore(t)
  const doomed = await addModel(store, 'doomed')
  const kept = await addModel(store, 'kept')
  const shared = await aSample(store, doomed.projectId, 'shared')
  const own = await aSample(store, doomed.projectId, 'own')
  const [first] = store.samples.createMany([shared, own])
  store.samples.createMany([{ ...shared, projectId: kept.projectId }])
  const members = [{ sampleId: first?.id ?? '', split: 'train' as const }]
  store.snapshots.create({ projectId: doomed.projectId, seed: 1, validationFraction: 0, members })
  const lotId = store.lots.findOrCreate(doomed.projectId, 'monday').id
  const inspected = anInspection(doomed, { hasMap: true, lotId })
  await store.files.writeMap(inspected.id ?? '', Buffer.from('map'))
  store.inspections.create(inspected)

  assert.equal(store.projects.delete(doomed.projectId), true)
  assert.ok(store.files.hasImage(own), 'files go only when the garbage is collected')
  // The map, the model folder and one image.
  assert.equal(store.collectGarbage(), 3)
  assert.equal(store.files.hasImage(own), false)
  assert.equal(store.files.hasImage(shared), true)
  assert.equal(store.files.hasMap(inspected.id ?? ''), false)
  assert.equal(existsSync(store.files.modelFolder(doomed.modelId)), false)
  assert.equal(existsSync(store.models.file(kept.modelId)), true)
  assert.equal(store.projects.delete(doomed.projectId), false)
  assert.deepEqual(store.check(), { database: [], missingFiles: [] })
})

test('files that a killed process left behind are removed at the next start', async (t) => {
  const folder = temporaryFolder(t)
  const first = openStore(folder)
  const sample = await aSample(first, first.projects.create({ name: 'tiles' }).id, 'one')
  first.samples.createMany([sample])
  first.projects.delete(sample.projectId)
  first.close()
  const second = openStore(folder)
  atEnd(t, () => second.close())
  assert.equal(second.files.hasImage(sample), false)
})

test('the check names missing files and damaged references', async (t) => {
  const store = temporaryStore(t)
  const sample = await aSample(store, store.projects.create({ name: 'tiles' }).id, 'one')
  store.samples.createMany([sample])
  store.files.remove('images', `${sample.sha256}.${sample.extension}`)
  assert.deepEqual(store.check(), { database: [], missingFiles: [store.files.imagePath(sample)] })
})

test('the hash in the store is the file’s', async (t) => {
  const store = temporaryStore(t)
  const sample = await aSample(store, 'p', 'hello')
  assert.equal(sample.sha256, createHash('sha256').update('hello').digest('hex'))
  assert.equal(sample.extension, 'png')
  assert.equal(
    store.files.imagePath(sample),
    join(store.folder, 'images', sample.sha256.slice(0, 2), `${sample.sha256}.png`),
  )
})

test('slow statements are logged with their time and without their values', (t) => {
  const lines: string[] = []
  const store = temporaryStore(t, { slowQueryMilliseconds: 0, log: (line) => lines.push(line) })
  lines.length = 0
  store.projects.create({ name: 'secret' })
  assert.ok(lines.some((line) => /^slow query, \d+ ms: INSERT INTO project/.test(line)))
  assert.ok(!lines.some((line) => line.includes('secret')))
})
