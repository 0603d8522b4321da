/**
 * Full disks and read-only folders. On a real file system where the test may mount one (root on Linux), and in any
 * case by injection.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { StorageError, newId, openStore, type Store } from '../../../src/main/store/index.ts'
import { addModel, anInspection, atEnd, temporaryFolder, type Bench } from './support.ts'

const isRoot = process.getuid?.() === 0

/** Mounts a memory file system; undefined (and the test skipped, saying why) where that is not allowed. */
function mountSmall(t: TestContext, size: string): string | undefined {
  if (process.platform !== 'linux' || !isRoot) {
    t.skip('needs root on Linux to mount a small file system; the injected faults below run everywhere')
    return undefined
  }
  const folder = temporaryFolder(t)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'flawline-test', folder], { stdio: 'pipe' })
  } catch (error) {
    t.skip(`mounting is not allowed here (${String(error).split('\n')[0] ?? ''})`)
    return undefined
  }
  atEnd(t, () => execFileSync('umount', ['--lazy', folder]))
  return folder
}

function fill(folder: string): () => void {
  const { bavail, bsize } = statfsSync(folder)
  const filler = join(folder, 'filler')
  for (let size = bavail * bsize; ; size -= bsize) {
    try {
      writeFileSync(filler, Buffer.alloc(Math.max(size, 0)))
      return () => rmSync(filler)
    } catch {
      rmSync(filler, { force: true })
    }
  }
}

async function inspectWithMap(store: Store, bench: Bench): Promise<string> {
  const id = newId()
  await store.files.writeMap(id, Buffer.alloc(30_000, id))
  store.inspections.create(anInspection(bench, { id, hasMap: true }))
  return id
}

const isFull = (place: string) => (error: unknown) => {
  assert.ok(error instanceof StorageError, String(error))
  assert.equal(error.problem, 'disk-full')
  assert.ok(error.message.includes(place), error.message)
  assert.match(
    error.message,
    /^The disk is full: .*Free some space and try again; everything saved so far is kept\./,
  )
  return true
}

const isReadOnly = (place: string) => (error: unknown) => {
  assert.ok(error instanceof StorageError, String(error))
  assert.equal(error.problem, 'read-only')
  assert.ok(error.message.includes(place), error.message)
  assert.match(error.message, /Make the folder writable for this user, or choose another data folder/)
  return true
}

test('a disk that fills up while inspecting: a clear error, nothing lost, and it goes on after cleaning up', async (t) => {
  const folder = mountSmall(t, '3m')
  if (folder === undefined) return
  const store = openStore(folder)
  const bench = await addModel(store)
  const done: string[] = []
  const untilFull = async (): Promise<void> => {
    for (;;) done.push(await inspectWithMap(store, bench))
  }
  await assert.rejects(untilFull(), isFull(folder))
  assert.ok(done.length > 10)
  // Another image, and a row alone, fail alike.
  await assert.rejects(untilFull(), isFull(folder))
  const rowsUntilFull = (): void => {
    for (;;) done.push(store.inspections.create(anInspection(bench)).id)
  }
  assert.throws(rowsUntilFull, isFull(folder))
  for (const id of done) assert.equal(store.inspections.find(id)?.id, id)
  assert.deepEqual(store.check(), { database: [], missingFiles: [] })
  assert.deepEqual(
    readdirSync(join(folder, 'maps', '.temporary')).flatMap((name) =>
      readdirSync(join(folder, 'maps', '.temporary', name)),
    ),
    [],
    'no half map stays behind',
  )

  execFileSync('mount', ['-o', 'remount,size=8m', folder])
  done.push(await inspectWithMap(store, bench))
  store.close()
  const reopened = openStore(folder)
  atEnd(t, () => reopened.close())
  assert.equal(reopened.inspections.count({ projectId: bench.projectId }), done.length)
  assert.deepEqual(reopened.check(), { database: [], missingFiles: [] })
})

test('opening on a full disk: a clear error, and the data is there once there is space', async (t) => {
  const folder = mountSmall(t, '3m')
  if (folder === undefined) return
  const first = openStore(folder)
  const bench = await addModel(first)
  const id = await inspectWithMap(first, bench)
  first.close()
  const free = fill(folder)
  assert.throws(() => openStore(folder), isFull(folder))
  const fresh = join(folder, 'another')
  assert.throws(() => openStore(fresh), isFull(folder))
  free()
  const store = openStore(folder)
  assert.equal(store.inspections.get(id).id, id)
  assert.deepEqual(store.check(), { database: [], missingFiles: [] })
  store.close()
})

test('a file system mounted read-only: a clear error, and the data is untouched', async (t) => {
  const folder = mountSmall(t, '3m')
  if (folder === undefined) return
  const first = openStore(folder)
  const id = await inspectWithMap(first, await addModel(first))
  first.close()
  execFileSync('mount', ['-o', 'remount,ro', folder])
  assert.throws(() => openStore(folder), isReadOnly(folder))
  assert.throws(() => openStore(join(folder, 'new')), isReadOnly(folder))
  execFileSync('mount', ['-o', 'remount,rw', folder])
  const store = openStore(folder)
  assert.equal(store.inspections.get(id).id, id)
  store.close()
})

test('a folder without write permission: a clear error, and the data is untouched', async (t) => {
  if (isRoot || process.platform === 'win32') {
    t.skip('permission bits do not bind root (nor Windows); the read-only mount above stands for it')
    return
  }
  const folder = temporaryFolder(t)
  const first = openStore(folder)
  const id = await inspectWithMap(first, await addModel(first))
  first.close()
  chmodSync(folder, 0o555)
  atEnd(t, () => chmodSync(folder, 0o755))
  assert.throws(() => openStore(folder), isReadOnly(folder))
  chmodSync(folder, 0o755)
  const store = openStore(folder)
  assert.equal(store.inspections.get(id).id, id)
  store.close()
})

test('injected: a database that may not grow reports a full disk and keeps what it has', async (t) => {
  const folder = temporaryFolder(t)
  const store = openStore(folder)
  const bench = await addModel(store)
  const pages = Number(store.connection.pragma('page_count'))
  store.connection.pragma(`max_page_count = ${pages + 10}`)
  const done: string[] = []
  const untilFull = (): void => {
    for (;;)
      done.push(
        ...store.inspections.createMany([anInspection(bench), anInspection(bench)]).map(({ id }) => id),
      )
  }
  assert.throws(untilFull, isFull(folder))
  assert.ok(done.length > 10)
  store.connection.pragma('max_page_count = 1000000')
  done.push(store.inspections.create(anInspection(bench)).id)
  store.close()
  const reopened = openStore(folder)
  atEnd(t, () => reopened.close())
  assert.deepEqual(
    reopened.inspections.list({ projectId: bench.projectId, order: 'oldest' }).map(({ id }) => id),
    done,
  )
  assert.deepEqual(reopened.check(), { database: [], missingFiles: [] })
})

test('injected: a write, sync or rename that fails leaves neither a file nor a row', async (t) => {
  const store = openStore(temporaryFolder(t))
  atEnd(t, () => store.close())
  const bench = await addModel(store)
  const fault = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code })
  const realOpen = fs.open
  const faults: [string, string, () => { restore: () => void }][] = [
    ['disk-full', 'write', () => failHandle('writeFile', fault('ENOSPC'))],
    ['disk-full', 'sync', () => failHandle('sync', fault('EDQUOT'))],
    ['read-only', 'open', () => t.mock.method(fs, 'open', () => Promise.reject(fault('EROFS'))).mock],
    ['read-only', 'rename', () => t.mock.method(fs, 'rename', () => Promise.reject(fault('EACCES'))).mock],
    ['input-output', 'sync', () => failHandle('sync', fault('EIO'))],
  ]
  function failHandle(method: 'writeFile' | 'sync', error: Error): { restore: () => void } {
    return t.mock.method(fs, 'open', async (...parameters: Parameters<typeof realOpen>) => {
      const handle = await realOpen(...parameters)
      handle[method] = () => Promise.reject(error)
      return handle
    }).mock
  }
  for (const [problem, step, inject] of faults) {
    const id = newId()
    const injected = inject()
    await assert.rejects(
      store.files.writeMap(id, Buffer.from('map')),
      (error) =>
        error instanceof StorageError && error.problem === problem && error.message.includes(store.folder),
      step,
    )
    injected.restore()
    assert.equal(store.files.hasMap(id), false, step)
    assert.throws(
      () => store.inspections.create(anInspection(bench, { id, hasMap: true })),
      /missing from the data/,
    )
    const temporary = join(store.folder, 'maps', '.temporary')
    const [own = ''] = existsSync(temporary) ? readdirSync(temporary) : []
    assert.deepEqual(readdirSync(join(temporary, own)), [], step)
  }
  await inspectWithMap(store, bench)
})

test('injected: a database that turns read-only reports it and loses nothing', async (t) => {
  const folder = temporaryFolder(t)
  const store = openStore(folder)
  atEnd(t, () => store.close())
  const bench = await addModel(store)
  const { id } = store.inspections.create(anInspection(bench))
  store.connection.pragma('query_only = 1')
  assert.throws(() => store.inspections.create(anInspection(bench)), isReadOnly(folder))
  store.connection.pragma('query_only = 0')
  store.inspections.create(anInspection(bench))
  assert.equal(store.inspections.count({ projectId: bench.projectId }), 2)
  assert.equal(store.inspections.get(id).id, id)
})

test('a data folder whose place is taken by a file is named', (t) => {
  const place = join(temporaryFolder(t), 'data')
  writeFileSync(place, 'a file')
  assert.throws(
    () => openStore(place),
    (error) =>
      error instanceof StorageError && error.problem === 'input-output' && error.message.includes(place),
  )
})

test('a damaged database is reported as such', (t) => {
  const folder = temporaryFolder(t)
  const store = openStore(folder)
  store.projects.create({ name: 'tiles' })
  store.close()
  const file = join(folder, 'flawline.db')
  writeFileSync(file, Buffer.alloc(8192, 0x5a), { flag: 'r+' })
  assert.throws(
    () => openStore(folder),
    (error) =>
      error instanceof StorageError && error.problem === 'corrupt' && /restore a backup/.test(error.message),
  )
})
