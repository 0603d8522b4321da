import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProject } from '../../../src/main/app/projects.ts'
import { importSamples } from '../../../src/main/app/samples.ts'
import { SnapshotError, createSnapshot } from '../../../src/main/app/samples-snapshot.ts'
import type { Store } from '../../../src/main/store/index.ts'
import { temporaryFolder, temporaryStore } from '../store/support.ts'
import { layOut } from './pictures.ts'
import type { TestContext } from 'node:test'

/** Imports pictures by a table of `split,label,group` lines. */
async function projectOf(
  t: TestContext,
  store: Store,
  rows: readonly string[],
  name = 'tile',
): Promise<string> {
  const source = temporaryFolder(t)
  const files = Object.fromEntries(rows.map((_, index) => [`${index}.png`, true as const]))
  const table = rows.map((row, index) => `${index}.png,${row}`).join('\n')
  await layOut(source, { ...files, 'table.csv': `file,split,label,group\n${table}` })
  const { id } = createProject(store, { name })
  await importSamples(store, { projectId: id, source })
  return id
}

const good = (count: number, group: (index: number) => string = () => ''): string[] =>
  Array.from({ length: count }, (_, index) => `train,good,${group(index)}`)

function heldOut(store: Store, snapshotId: string): string[] {
  const members = store.snapshots.samples(snapshotId)
  return members.filter(({ split }) => split === 'validation').map(({ originalName }) => originalName)
}

test('a part is never on both sides, and only good training samples enter', async (t) => {
  const store = temporaryStore(t)
  const rows = [
    ...good(40, (index) => `part ${index % 8}`),
    'test,good,part 99',
    'test,defect,part 98',
    'train,defect,',
    'train,unlabelled,',
  ]
  const projectId = await projectOf(t, store, rows)
  for (let seed = 0; seed < 20; seed++) {
    const members = store.snapshots.samples(createSnapshot(store, projectId, { seed }).id)
    assert.equal(members.length, 40)
    assert.ok(members.every(({ label }) => label === 'good'))
    const groups = (split: string) =>
      new Set(members.filter((one) => one.split === split).map((one) => one.groupKey))
    const both = [...groups('train')].filter((group) => groups('validation').has(group))
    assert.deepEqual(both, [])
    // A fifth of 40 is 8, and the parts have 5 images each.
    assert.equal(members.filter(({ split }) => split === 'validation').length, 10)
  }
})

test('the seed decides, not the order of the import', async (t) => {
  const store = temporaryStore(t)
  const source = temporaryFolder(t)
  await layOut(
    source,
    Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${index}.png`, true as const])),
  )
  const names = Array.from({ length: 30 }, (_, index) => `${index}.png`)
  const table = (order: readonly string[]) => `file,label\n${order.map((name) => `${name},good`).join('\n')}`
  await layOut(source, { 'up/t.csv': '', 'up.csv': table(names), 'down.csv': table([...names].reverse()) })
  const splits: string[][] = []
  for (const order of ['up', 'down']) {
    const { id: projectId } = createProject(store, { name: order })
    await importSamples(store, { projectId, source: `${source}/${order}.csv` })
    splits.push(heldOut(store, createSnapshot(store, projectId, { seed: 3 }).id).sort())
    assert.deepEqual(heldOut(store, createSnapshot(store, projectId, { seed: 3 }).id).sort(), splits[0])
    assert.notDeepEqual(heldOut(store, createSnapshot(store, projectId, { seed: 4 }).id).sort(), splits[0])
  }
  assert.deepEqual(splits[0], splits[1])
  assert.equal(splits[0]?.length, 6)
})

test('validation samples of the project are held out, and no others', async (t) => {
  const store = temporaryStore(t)
  const projectId = await projectOf(t, store, [...good(6), 'validation,good,', 'validation,defect,'])
  const snapshot = createSnapshot(store, projectId, { validationFraction: 0.5 })
  assert.deepEqual(heldOut(store, snapshot.id), ['6.png'])
  assert.equal(store.snapshots.samples(snapshot.id).length, 7)
})

test('every image is held out about as often as any other', async (t) => {
  const store = temporaryStore(t)
  const projectId = await projectOf(t, store, good(10))
  const times = new Map<string, number>()
  for (let seed = 0; seed < 300; seed++) {
    for (const name of heldOut(store, createSnapshot(store, projectId, { seed }).id)) {
      times.set(name, (times.get(name) ?? 0) + 1)
    }
  }
  // 2 of 10 in 300 draws: 60 expected each, 6.9 the deviation.
  assert.equal(times.size, 10)
  for (const [name, count] of times) assert.ok(count > 30 && count < 90, `${name}: ${count}`)
})

test('too few good images, or all of one part, are refused with the number', async (t) => {
  const store = temporaryStore(t)
  const few = await projectOf(t, store, [...good(3), 'test,good,', 'test,defect,'], 'few')
  assert.throws(
    () => createSnapshot(store, few),
    (error) =>
      error instanceof SnapshotError &&
      error.problem === 'too-few' &&
      /"few" has 3 good images to train on; at least 4 are needed/.test(error.message),
  )
  const one = await projectOf(
    t,
    store,
    good(5, () => 'p1'),
    'one',
  )
  assert.throws(
    () => createSnapshot(store, one),
    (error) =>
      error instanceof SnapshotError &&
      error.problem === 'one-group' &&
      /All 5 .*group "p1"/.test(error.message),
  )
  const enough = await projectOf(t, store, good(4), 'enough')
  assert.equal(heldOut(store, createSnapshot(store, enough).id).length, 2)
})
