import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { openStore, type TrainingRun } from '../../../src/main/store/index.ts'
import { lossesOf } from '../../../src/main/app/training.ts'
import { Workplace } from './support/command.ts'
import { quick, writeParts } from './support/parts.ts'

let place: Workplace
before(async () => {
  place = await Workplace.make()
  const parts = path.join(place.folder, 'parts')
  await writeParts(parts)
  await place.json('project', 'create', 'stripes')
  await place.json('samples', 'import', parts, '--project', 'stripes')
})
after(() => place.remove())

const epochs = 20
const training = ['train', '--project', 'stripes', ...quick, '--epochs', String(epochs)]

function newestRun(): TrainingRun {
  const store = openStore(place.data)
  try {
    const [run] = store.runs.list()
    assert(run)
    return run
  } finally {
    store.close()
  }
}

function losses(run: string) {
  const store = openStore(place.data)
  try {
    return lossesOf(store, run)
  } finally {
    store.close()
  }
}

let unbroken: ReturnType<typeof losses> = []

test('a run that nothing stops is the measure for the others', async () => {
  const result = await place.run(...training)
  assert.equal(result.code, 0, result.stderr)
  unbroken = losses(newestRun().id)
  assert.equal(unbroken.length, epochs)
})

test('Ctrl-C stops at a checkpoint and says how to go on; the resumed run ends with the same losses', async () => {
  const started = place.start(...training)
  await started.said(/^epoch 5\//m)
  started.child.kill('SIGINT')
  const stopped = await started.finished
  assert.equal(stopped.code, 130)
  assert.match(stopped.stderr, /Stopping at the next checkpoint\. Press Ctrl-C again to quit at once/)
  const run = newestRun()
  assert.equal(run.state, 'cancelled')
  assert(run.epochsDone >= 5 && run.epochsDone < epochs)
  const command = /flawline (train --resume \w+ --data \S+)/.exec(stopped.stdout)?.[1]
  assert.equal(command, `train --resume ${run.id} --data ${place.data}`)

  const resumed = await place.run('train', '--resume', run.id)
  assert.equal(resumed.code, 0, resumed.stderr)
  assert.match(resumed.stderr, new RegExp(`going on after epoch ${run.epochsDone}`))
  assert.deepEqual(losses(run.id), unbroken)
  const again = await place.run('train', '--resume', run.id)
  assert.equal(again.code, 1)
  assert.match(again.stderr, /has finished; there is nothing to resume/)
})

test('a second Ctrl-C quits at once, and nothing is left running', async () => {
  const started = place.start(...training)
  await started.said(/^epoch 2\//m)
  started.child.kill('SIGINT')
  started.child.kill('SIGINT')
  const { code, signal } = await started.finished
  assert(code === 130 || signal === 'SIGINT', `${code} ${signal}`)
  assert(['interrupted', 'cancelled'].includes(newestRun().state))
})

test('SIGKILL in the middle: the run is interrupted, and resumed it ends with the same losses', async () => {
  const started = place.start(...training)
  await started.said(/^epoch 7\//m)
  started.child.kill('SIGKILL')
  await started.finished
  const run = newestRun()
  assert.equal(run.state, 'interrupted')
  const resumed = await place.run('train', '--resume', run.id.slice(0, 12))
  assert.equal(resumed.code, 0, resumed.stderr)
  assert.deepEqual(losses(run.id), unbroken)
})

test('the death of the compute process is reported, and the run goes on by itself to the same losses', async () => {
  const started = place.start(...training)
  await started.said(/^epoch 6\//m)
  await killChildOf(started.child.pid)
  const result = await started.finished
  assert.equal(result.code, 0, result.stderr)
  assert.match(result.stderr, /The compute process was killed .* Going on from the last checkpoint\./)
  assert.deepEqual(losses(newestRun().id), unbroken)
})

test('a run that is still going cannot be resumed beside itself', async () => {
  const started = place.start(...training)
  await started.said(/^epoch 1\//m)
  const beside = await place.run('train', '--resume', newestRun().id)
  assert.equal(beside.code, 1)
  assert.match(beside.stderr, /is already running/)
  started.child.kill('SIGINT')
  assert.equal((await started.finished).code, 130)
})

/** Kills the compute process of a program: its only child. */
async function killChildOf(pid: number | undefined): Promise<void> {
  const { execFileSync } = await import('node:child_process')
  const children = execFileSync('ps', ['-o', 'pid=,ppid=', '-A'])
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
  assert.equal(children.length, 1)
  process.kill(children[0]?.[0] ?? Number.NaN, 'SIGKILL')
}
