import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { StorageError, openStore } from '../../../src/main/store/index.ts'
import { addRun, atEnd, temporaryFolder } from './support.ts'

const entry = pathToFileURL(join(import.meta.dirname, '../../../src/main/store/index.ts')).href

/** A process that opens the folder, starts the run and then waits to be killed. */
async function trainElsewhere(t: TestContext, folder: string, run: string): Promise<ChildProcess> {
  const code = `import { openStore } from ${JSON.stringify(entry)}
    const store = openStore(${JSON.stringify(folder)})
    store.runs.start(${JSON.stringify(run)})
    console.log('running')
    setInterval(() => store.runs.get(${JSON.stringify(run)}), 60_000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  atEnd(t, () => child.kill('SIGKILL'))
  assert.ok(child.stdout)
  await once(child.stdout, 'data')
  return child
}

test('a run of a living process stays running; of a dead one it becomes interrupted and can be resumed', async (t) => {
  const folder = temporaryFolder(t)
  const store = openStore(folder)
  atEnd(t, () => store.close())
  const run = addRun(store, store.projects.create({ name: 'tiles' }).id)
  const child = await trainElsewhere(t, folder, run)

  const beside = openStore(folder)
  assert.equal(beside.runs.get(run).state, 'running')
  assert.throws(
    () => beside.runs.start(run),
    (error) =>
      error instanceof StorageError &&
      error.problem === 'in-use' &&
      error.message.includes('already running'),
  )
  beside.close()
  assert.deepEqual(store.runs.interruptDead(), [])

  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
  // A store that has been open all along, such as the station's.
  assert.deepEqual(store.runs.interruptDead(), [run])
  assert.equal(store.runs.get(run).state, 'interrupted')
  assert.ok(store.runs.get(run).error)
  assert.equal(store.runs.start(run).state, 'running')
})

test('opening a data folder interrupts the runs of dead processes', async (t) => {
  const folder = temporaryFolder(t)
  const first = openStore(folder)
  const run = addRun(first, first.projects.create({ name: 'tiles' }).id)
  first.close()
  const child = await trainElsewhere(t, folder, run)
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
  const store = openStore(folder)
  atEnd(t, () => store.close())
  assert.equal(store.runs.get(run).state, 'interrupted')
})

test('a run that a dead process left running can be taken over directly', (t) => {
  const folder = temporaryFolder(t)
  const gone = openStore(folder)
  const store = openStore(folder)
  atEnd(t, () => store.close())
  const run = addRun(gone, gone.projects.create({ name: 'tiles' }).id)
  gone.runs.start(run)
  assert.throws(() => store.runs.start(run), StorageError)
  gone.close()
  assert.equal(store.runs.start(run).state, 'running')
})
