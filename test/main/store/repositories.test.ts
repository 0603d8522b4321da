import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { StorageError, type NewSample } from '../../../src/main/store/index.ts'
import { aSample, temporaryStore } from './support.ts'

const problem = (name: StorageError['problem']) => (error: unknown) =>
  error instanceof StorageError && error.problem === name

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
    archivedAt: null,
  })
  const archived = projects.archive(project.id, true)
  assert.equal(projects.archive(project.id, true).archivedAt, archived.archivedAt)
  assert.deepEqual(projects.archive(project.id, false), projects.get(project.id))
  assert.equal(projects.get(project.id).archivedAt, null)
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
