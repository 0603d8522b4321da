import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ComputeClient } from '../../../src/main/compute/client.ts'
import { ComputeDiedError, JobError } from '../../../src/main/compute/errors.ts'
import { forkedProcess } from '../../../src/main/compute/launch.ts'
import type { InspectEvent } from '../../../src/main/compute/messages.ts'
import { inspectJob } from './fixtures/jobs.ts'

function newClient(context: TestContext): ComputeClient {
  const client = new ComputeClient(
    forkedProcess(fileURLToPath(new URL('./fixtures/process.ts', import.meta.url))),
  )
  context.after(() => client.close())
  return client
}

/** True until a process is gone (reaped or not). */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 200 && runs(pid); tries++) await sleep(25)
  return !runs(pid)
}

test('a job gives its events in order and then its result, with NaN and bytes intact', async (context) => {
  const client = newClient(context)
  const events: InspectEvent[] = []
  const result = await client.run('inspect', inspectJob(['a', 'bad', 'c']), {
    onEvent: (event) => void events.push(event),
  })
  assert.deepEqual(
    events.map((event) => [event.kind, event.id]),
    [
      ['inspected', 'item0'],
      ['rejected', 'item1'],
      ['inspected', 'item2'],
    ],
  )
  const [first] = events
  assert(first?.kind === 'inspected')
  assert(Number.isNaN(first.scores.latent))
  assert.deepEqual([...(first.map ?? [])], [1, 2, 3])
  assert.equal(result.inspected, 2)
  assert.equal(result.rejected, 1)
})

test('one process serves many jobs, also at the same time', async (context) => {
  const client = newClient(context)
  await client.run('measure-engines', {})
  const { pid } = client
  const both = await Promise.all([
    client.run('inspect', inspectJob(['slow1', 'slow2'])),
    client.run('measure-engines', {}),
  ])
  assert.equal(both[0].inspected, 2)
  assert.equal(both[1][0]?.name, 'onnx-cpu')
  assert.equal(client.pid, pid)
})

test('a slow listener gets every event, and the result waits for it', async (context) => {
  const client = newClient(context)
  const files = Array.from({ length: 600 }, (_, index) => `${index}`)
  let taken = 0
  const result = await client.run('inspect', inspectJob(files), {
    onEvent: async () => {
      if (taken % 50 === 0) await sleep(1)
      taken += 1
    },
  })
  assert.equal(taken, 600)
  assert.equal(result.inspected, 600)
})

test('cancelling stops the job where it stands', async (context) => {
  const client = newClient(context)
  const abort = new AbortController()
  const files = Array.from({ length: 500 }, (_, index) => `slow${index}`)
  let taken = 0
  const result = await client.run('inspect', inspectJob(files), {
    signal: abort.signal,
    onEvent: () => {
      taken += 1
      if (taken === 3) abort.abort()
    },
  })
  assert.equal(result.state, 'cancelled')
  assert.equal(result.inspected, taken)
  assert(taken < 100)
  const already = await client.run('inspect', inspectJob(files), { signal: AbortSignal.abort() })
  assert.equal(already.state, 'cancelled')
})

test('an error in a job comes back with its name and words, and the process goes on', async (context) => {
  const client = newClient(context)
  await assert.rejects(client.run('inspect', inspectJob(['throw'])), (error) => {
    assert(error instanceof JobError)
    assert.equal(error.remoteName, 'RangeError')
    assert.equal(error.message, 'thrown, as arranged')
    return true
  })
  assert.equal((await client.run('inspect', inspectJob(['fine']))).inspected, 1)
})

test('an error in the listener ends the job with that error, and the process goes on', async (context) => {
  const client = newClient(context)
  const files = Array.from({ length: 1000 }, (_, index) => `${index}`)
  const failure = new Error('the disk is full')
  await assert.rejects(
    client.run('inspect', inspectJob(files), {
      onEvent: () => {
        throw failure
      },
    }),
    failure,
  )
  assert.equal((await client.run('inspect', inspectJob(['fine']))).inspected, 1)
})

test('the death of the process is an error that says how, and the next job gets a new process', async (context) => {
  const client = newClient(context)
  const reported: string[] = []
  await assert.rejects(
    client.run('inspect', inspectJob(['fine', 'kill', 'never']), {
      onEvent: (event) => void reported.push(event.id),
    }),
    (error) =>
      error instanceof ComputeDiedError && error.exit.signal === 'SIGKILL' && /memory/.test(error.message),
  )
  assert.deepEqual(reported, ['item0'])
  assert.equal((await client.run('inspect', inspectJob(['fine']))).inspected, 1)
})

test('a process that cannot start is an error with its words', async () => {
  const client = new ComputeClient(forkedProcess('/nowhere/entry.ts'))
  await assert.rejects(
    client.run('measure-engines', {}),
    (error) => error instanceof ComputeDiedError && /Cannot find module/.test(error.message),
  )
  await client.close()
})

test('closing ends the process and fails what is under way', async (context) => {
  const client = newClient(context)
  const run = client.run('inspect', inspectJob(Array.from({ length: 500 }, () => 'slow')), {
    onEvent: () => {
      void client.close()
    },
  })
  await assert.rejects(run, ComputeDiedError)
  await assert.rejects(client.run('measure-engines', {}), /shut down/)
})

test('the process ends when its application is killed', async () => {
  const parent = spawn(process.execPath, [fileURLToPath(new URL('./fixtures/parent.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(line.toString())
  assert(runs(pid))
  parent.kill('SIGKILL')
  assert(await gone(pid))
})
