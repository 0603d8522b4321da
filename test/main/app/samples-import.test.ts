import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createProject } from '../../../src/main/app/projects.ts'
import { importSamples } from '../../../src/main/app/samples.ts'
import { StorageError, type NewSample } from '../../../src/main/store/index.ts'
import { temporaryFolder, temporaryStore } from '../store/support.ts'
import { aPicture, layOut } from './pictures.ts'

const mvtec = join(import.meta.dirname, '../../../../shared/data/magnetic-tile')

test('an import stores images, masks, labels and parts; again it only counts duplicates', async (t) => {
  const store = temporaryStore(t)
  const source = temporaryFolder(t)
  const same = await aPicture()
  await layOut(source, {
    'manifest.csv': 'path,group\ntrain/good/0.png,p1\n',
    'train/good/0.png': true,
    'train/good/1.png': same,
    'test/good/0.png': same,
    'test/crack/0.png': await aPicture(20, 10),
    'ground_truth/crack/0_mask.png': await aPicture(20, 10),
  })
  const { id: projectId } = createProject(store, { name: 'tile' })
  const result = await importSamples(store, { projectId, source })
  assert.deepEqual(result, {
    layout: 'mvtec',
    total: 4,
    imported: 3,
    duplicates: 1,
    problems: [],
    notes: [],
    cancelled: false,
  })
  const samples = store.samples.list({ projectId })
  assert.deepEqual(
    samples.map(({ split, label, defectType, groupKey, width, bits }) => [
      split,
      label,
      defectType,
      groupKey,
      width,
      bits,
    ]),
    [
      ['test', 'defect', 'crack', null, 20, 8],
      ['test', 'good', null, null, 12, 8],
      ['train', 'good', null, 'p1', 12, 8],
    ],
  )
  const [crack] = samples
  assert.ok(crack?.mask)
  assert.deepEqual(
    readFileSync(store.files.imagePath(crack.mask)),
    readFileSync(join(source, 'ground_truth/crack/0_mask.png')),
  )
  assert.equal(crack.originalPath, join(source, 'test/crack/0.png'))
  assert.deepEqual(store.check(), { database: [], missingFiles: [] })

  const again = await importSamples(store, { projectId, source })
  assert.deepEqual([again.imported, again.duplicates], [0, 4])
  assert.deepEqual(store.samples.list({ projectId }), samples)
})

test('unusable images and masks are named with their reason and stop nothing', async (t) => {
  const store = temporaryStore(t)
  const source = temporaryFolder(t)
  const whole = await aPicture(64, 64)
  await layOut(source, {
    'table.csv':
      'file,label,mask\ngone.png,good,\nempty.png,good,\ntext.png,good,\ncut.png,good,\n' +
      'odd.png,defect,small.png\nnomask.png,defect,gone.png\nfine.png,good,\nfolder.png,good,\n',
    'empty.png': '',
    'text.png': 'this is not an image at all, but it is long enough to look like one',
    'cut.png': whole.subarray(0, whole.length - 30),
    'odd.png': true,
    'small.png': await aPicture(3, 3),
    'nomask.png': true,
    'fine.png': true,
    'folder.png/x': '',
  })
  const { id: projectId } = createProject(store, { name: 'tile' })
  const result = await importSamples(store, { projectId, source: join(source, 'table.csv') })
  assert.equal(result.imported, 3)
  assert.equal(result.total, 8)
  const bad = ['gone.png', 'empty.png', 'text.png', 'cut.png', 'small.png', 'gone.png', 'folder.png']
  assert.deepEqual(
    result.problems.map(({ file }) => file),
    bad.map((name) => join(source, name)),
  )
  assert.match(result.problems[4]?.reason ?? '', /mask is 3×3 px but its image 12×8 px.*imported without it/)
  assert.ok(result.problems.every(({ reason }) => reason.length > 10))
  assert.deepEqual(
    store.samples.list({ projectId }).map(({ originalName, mask }) => [originalName, mask]),
    [
      ['odd.png', null],
      ['nomask.png', null],
      ['fine.png', null],
    ],
  )
})

test('progress is reported for a file once it is stored, and never before', async (t) => {
  const store = temporaryStore(t)
  const source = temporaryFolder(t)
  await layOut(
    source,
    Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`${index}.png`, true as const])),
  )
  const { id: projectId } = createProject(store, { name: 'tile' })
  const seen: string[] = []
  const onProgress = (done: number, total: number, file: string): void => {
    const stored = store.samples.list({ projectId }).map((sample) => sample.originalPath)
    assert.ok(stored.includes(file))
    seen.push(`${done}/${total}`)
  }
  await importSamples(store, { projectId, source, label: 'good', batchSize: 4, onProgress })
  assert.deepEqual(
    seen,
    Array.from({ length: 11 }, (_, index) => `${index + 1}/11`),
  )
})

test('a signal stops between batches; what is stored stays and the next import adds the rest', async (t) => {
  const store = temporaryStore(t)
  const source = temporaryFolder(t)
  await layOut(
    source,
    Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`${index}.png`, true as const])),
  )
  const { id: projectId } = createProject(store, { name: 'tile' })
  const stop = new AbortController()
  const options = { projectId, source, label: 'good', batchSize: 3 } as const
  const first = await importSamples(store, {
    ...options,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  })
  assert.deepEqual([first.imported, first.cancelled], [3, true])
  const second = await importSamples(store, options)
  assert.deepEqual([second.imported, second.duplicates, second.cancelled], [7, 3, false])
})

test('good parts of two folders are set aside for testing by part, the same ones in whatever pieces', async (t) => {
  const store = temporaryStore(t)
  const source = temporaryFolder(t)
  const names = Array.from({ length: 120 }, (_, index) => `good/${index}.png`)
  await layOut(source, {
    ...Object.fromEntries(names.map((name) => [name, true as const])),
    'defect/0.png': true,
    'manifest.csv': `path,part\n${names.map((name, index) => `${name},part ${Math.floor(index / 2)}`).join('\n')}`,
  })
  const one = createProject(store, { name: 'one' }).id
  const other = createProject(store, { name: 'other' }).id
  await importSamples(store, { projectId: one, source })
  await importSamples(store, { projectId: other, source, batchSize: 7 })
  const splits = (projectId: string) =>
    new Map(
      store.samples.list({ projectId }).map((sample) => [sample.originalName + sample.label, sample.split]),
    )
  assert.deepEqual(splits(one), splits(other))
  const good = store.samples.list({ projectId: one, label: 'good' })
  const tested = good.filter(({ split }) => split === 'test')
  // 60 parts at a fifth: 12 expected, 3.1 the deviation.
  assert.ok(tested.length >= 6 && tested.length <= 42, `${tested.length} images`)
  const learned = new Set(good.filter(({ split }) => split === 'train').map(({ groupKey }) => groupKey))
  assert.ok(tested.every(({ groupKey }) => !learned.has(groupKey)))
  const none = createProject(store, { name: 'none' }).id
  await importSamples(store, { projectId: none, source, testFraction: 0 })
  assert.equal(store.samples.count({ projectId: none, split: 'test', label: 'good' }), 0)
})

test('an image with another label than before keeps its label, and the user is told', async (t) => {
  const store = temporaryStore(t)
  const source = temporaryFolder(t)
  await layOut(source, { 'a.png': true })
  const { id: projectId } = createProject(store, { name: 'tile' })
  await importSamples(store, { projectId, source, label: 'good' })
  const { duplicates, notes } = await importSamples(store, { projectId, source, label: 'defect' })
  assert.equal(duplicates, 1)
  assert.match(notes[0] ?? '', /^1 image is in the project already with another label/)
  assert.equal(store.samples.list({ projectId })[0]?.label, 'good')
})

test('an image that another process deletes between copy and row is copied again', async (t) => {
  const store = temporaryStore(t)
  const source = temporaryFolder(t)
  await layOut(source, { 'a.png': true, 'b.png': true })
  const { id: projectId } = createProject(store, { name: 'tile' })
  const real = store.samples.createMany.bind(store.samples)
  let calls = 0
  t.mock.method(store.samples, 'createMany', (samples: readonly NewSample[]) => {
    calls++
    if (calls === 1) for (const sample of samples) rmSync(store.files.imagePath(sample))
    return real(samples)
  })
  const { imported } = await importSamples(store, { projectId, source, label: 'good' })
  assert.deepEqual([imported, calls], [2, 2])
  assert.deepEqual(store.check(), { database: [], missingFiles: [] })
})

test('a full disk stops the import with its own error and keeps the batches before', async (t) => {
  const store = temporaryStore(t)
  const source = temporaryFolder(t)
  await layOut(
    source,
    Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`${index}.png`, true as const])),
  )
  const { id: projectId } = createProject(store, { name: 'tile' })
  const real = store.files.addImage.bind(store.files)
  const full = new StorageError('disk-full', store.folder, 'The disk is full.')
  const added = t.mock.method(store.files, 'addImage', (file: string, sha256?: string) =>
    file.endsWith('9.png') ? Promise.reject(full) : real(file, sha256),
  )
  let done = 0
  const options = { projectId, source, label: 'good', batchSize: 4 } as const
  await assert.rejects(
    importSamples(store, { ...options, onProgress: (count) => (done = count) }),
    (error) => error === full,
  )
  assert.deepEqual([done, store.samples.count({ projectId })], [8, 8])
  added.mock.restore()
  assert.equal((await importSamples(store, options)).imported, 4)
})

test('magnetic-tile imports whole, by its published layout and its tile groups', async (t) => {
  if (!existsSync(mvtec)) {
    t.skip('../shared/data/magnetic-tile is not on this machine')
    return
  }
  const store = temporaryStore(t)
  const { id: projectId } = createProject(store, { name: 'tile' })
  const result = await importSamples(store, { projectId, source: mvtec })
  assert.deepEqual([result.imported, result.problems, result.notes], [668, [], []])
  const numbers = store.samples
    .counts(projectId)
    .map(({ split, defectType, count }) => [split, defectType, count])
  assert.deepEqual(numbers, [
    ['test', 'blowhole', 59],
    ['test', 'break', 42],
    ['test', 'crack', 28],
    ['test', 'fray', 15],
    ['test', 'uneven', 50],
    ['test', null, 143],
    ['train', null, 331],
  ])
  const samples = store.samples.list({ projectId })
  // The set numbers the tiles of good images only.
  assert.ok(samples.every(({ label, groupKey }) => (groupKey === null) === (label === 'defect')))
  assert.ok(samples.every(({ label, mask }) => (mask !== null) === (label === 'defect')))
})
