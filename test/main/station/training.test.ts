/** A training under way when the station is stopped, and when it is killed: it goes on, and nothing is lost. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { writeParts } from '../cli/support/parts.ts'
import { makeFolder, type Client } from './support/place.ts'
import { addressOf, connect, Programs, type Program } from './support/programs.ts'

let folder: string
let programs: Programs
before(async () => {
  folder = await makeFolder()
  programs = new Programs(folder)
  await writeParts(path.join(folder, 'parts'))
})
afterEach(() => programs.killAll())
after(() => rm(folder, { recursive: true, force: true }))

interface Running {
  readonly program: Program
  readonly client: Client
}

async function start(): Promise<Running> {
  const program = programs.start('--port', '0', '--json', '--allow', path.join(folder, 'parts'))
  const { client } = await connect(await addressOf(program))
  return { program, client }
}

/** Waits until the run has done more epochs than `more`; returns how many. */
async function epochAfter(client: Client, runId: string, more: number): Promise<number> {
  const stream = await client.live()
  for await (const event of stream) {
    if (event.kind === 'epoch' && event.runId === runId && event.epoch.epoch > more) return event.epoch.epoch
    if (event.kind === 'job' && event.job.id === runId) assert.equal(event.job.error, null)
  }
  assert.fail('the stream ended')
}

test('a training goes on after SIGTERM and after SIGKILL', async () => {
  const first = await start()
  const project = await first.client.projects.create({ name: 'stripes' })
  const { jobId } = await first.client.samples.import({
    projectId: project.id,
    source: { kind: 'paths', paths: [path.join(folder, 'parts')] },
  })
  const stream = await first.client.live()
  let { state } = await first.client.jobs.get({ id: jobId })
  while (state !== 'finished') {
    const { value, done } = await stream.next()
    assert(!done && state !== 'failed')
    if (value.kind === 'job' && value.job.id === jobId) state = value.job.state
  }
  const run = await first.client.training.start({
    projectId: project.id,
    family: 'ganomaly',
    config: { size: 32, width: 4, latent: 8, batch: 8, epochs: 5000 },
    engine: 'onnx-cpu',
    validationFraction: 0.25,
  })
  const before = await epochAfter(first.client, run.id, 1)
  const began = performance.now()
  first.program.child.kill('SIGTERM')
  assert.equal(await first.program.code, 0, first.program.output.stderr)
  assert(performance.now() - began < 10_000)

  const second = await start()
  const kept = await second.client.training.get({ id: run.id })
  assert(kept.run.epochsDone >= before, `${kept.run.epochsDone} of ${before}`)
  const later = await epochAfter(second.client, run.id, kept.run.epochsDone)
  second.program.child.kill('SIGKILL')
  await second.program.code

  const third = await start()
  const again = await third.client.training.get({ id: run.id })
  // An epoch is told of once it is stored.
  assert(again.run.epochsDone >= later, `${again.run.epochsDone} of ${later}`)
  await epochAfter(third.client, run.id, again.run.epochsDone)
  const { epochs } = await third.client.training.get({ id: run.id })
  assert.deepEqual(
    epochs.map(({ epoch }) => epoch),
    epochs.map((_, index) => index + 1),
    'each epoch once',
  )
  third.program.child.kill('SIGTERM')
  assert.equal(await third.program.code, 0, third.program.output.stderr)
})
