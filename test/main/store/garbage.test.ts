import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { openStore } from '../../../src/main/store/index.ts'
import { aSample, addModel, anInspection, atEnd, temporaryFolder, temporaryStore } from './support.ts'

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
