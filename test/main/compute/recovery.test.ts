import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ComputeClient } from '../../../src/main/compute/client.ts'
import { ComputeDiedError } from '../../../src/main/compute/errors.ts'
import { forkedProcess } from '../../../src/main/compute/launch.ts'
import { inspectWithRecovery, trainWithRecovery } from '../../../src/main/compute/recovery.ts'
import { inspectJob, trainingJob } from './fixtures/jobs.ts'

async function setUp(context: TestContext): Promise<{ client: ComputeClient; folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'flawline-'))
  const client = new ComputeClient(
    forkedProcess(fileURLToPath(new URL('./fixtures/process.ts', import.meta.url))),
  )
  context.after(async () => {
    await client.close()
    await rm(folder, { recursive: true })
  })
  return { client, folder }
}

test('a training run goes on from its checkpoint when the process dies', async (context) => {
  const { client, folder } = await setUp(context)
  const epochs: number[] = []
  const starts: number[] = []
  const deaths: string[] = []
  const result = await trainWithRecovery(client, trainingJob(folder, { epochs: 5, dieAt: 3 }), {
    onEvent: (event) => {
      if (event.kind === 'epoch') epochs.push(event.epoch)
      if (event.kind === 'started') starts.push(event.resumedFrom)
    },
    onRestart: (death) => deaths.push(death.message),
  })
  assert.equal(result.state, 'finished')
  assert.deepEqual(epochs, [1, 2, 3, 4, 5])
  assert.deepEqual(starts, [0, 2])
  assert.equal(deaths.length, 1)
  assert.match(deaths[0] ?? '', /ended with code 7: Error: out of memory, as arranged/)
})

test('a training run that dies every time is given up', async (context) => {
  const { client, folder } = await setUp(context)
  let restarts = 0
  await assert.rejects(
    trainWithRecovery(client, trainingJob(folder, { epochs: 5, dieAlways: true }), {
      onRestart: () => {
        restarts += 1
      },
    }),
    ComputeDiedError,
  )
  assert.equal(restarts, 2)
})

test('one image that kills the process is rejected, every other is judged once', async (context) => {
  const { client } = await setUp(context)
  const files = ['a', 'b', 'bad', 'kill', 'c', 'd']
  const seen = new Map<string, string>()
  const result = await inspectWithRecovery(client, inspectJob(files), {
    onEvent: (event) => {
      assert(!seen.has(event.id))
      seen.set(event.id, event.kind === 'rejected' ? event.problem : event.kind)
    },
  })
  assert.deepEqual(Object.fromEntries(seen), {
    item0: 'inspected',
    item1: 'inspected',
    item2: 'empty',
    item3: 'crashed',
    item4: 'inspected',
    item5: 'inspected',
  })
  assert.equal(result.state, 'finished')
  assert.equal(result.inspected, 4)
  assert.equal(result.rejected, 2)
})

test('when every image kills the process the batch is given up', async (context) => {
  const { client } = await setUp(context)
  const files = Array.from({ length: 50 }, () => 'kill')
  await assert.rejects(inspectWithRecovery(client, inspectJob(files), {}), ComputeDiedError)
})
