import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import sharp from 'sharp'
import { ORPCError } from '@orpc/server'
import type { LiveEvent } from '../../../src/contract/live.ts'
import { openStore } from '../../../src/main/store/index.ts'
import { kill, start, tiny, withParts, type Start } from './support/trained.ts'

const problem = (code: string, key: string) => (error: unknown) => {
  assert.ok(error instanceof ORPCError, String(error))
  assert.deepEqual([error.code, (error.data as { key?: string }).key], [code, key])
  return true
}

const epochsTold = (told: readonly LiveEvent[], runId: string): number[] =>
  told.flatMap((event) => (event.kind === 'epoch' && event.runId === runId ? [event.epoch.epoch] : []))

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

const training = (projectId: string, config: Partial<typeof tiny> & { seed?: number } = {}) => ({
  projectId,
  family: 'ganomaly',
  config: { ...tiny, ...config },
  engine: 'onnx-cpu' as const,
})

const logKeys = async ({ client }: Start, id: string): Promise<string[]> =>
  (await client.training.get({ id })).log.map(({ message }) => message.key)

/** Another start over the same folder, ended with the test. */
function startAgain(t: TestContext, folder: string): Start {
  const next = start(folder)
  t.after(() => next.stop().catch(() => undefined))
  return next
}

test('two trainings run one after the other; each epoch is told once it is stored; pictures and a log stay', async (t) => {
  const { projectId, first } = await withParts(t)
  const { client, told, core } = first
  const run = await client.training.start(training(projectId))
  const next = await client.training.start(training(projectId, { epochs: 1, seed: 2 }))
  assert.deepEqual([run.state, next.state, run.epochsPlanned], ['queued', 'queued', 3])
  assert.ok(run.trainingImages > run.heldOutImages && run.heldOutImages > 0)
  await first.heard(
    (event) => event.kind === 'job' && event.job.id === run.id && event.job.state === 'running',
  )
  assert.equal((await client.training.get({ id: next.id })).run.state, 'queued')
  await first.ended(next.id)
  for (const event of told) {
    if (event.kind !== 'epoch') continue
    const stored = (await client.training.get({ id: event.runId })).epochs
    assert.deepEqual(
      stored.find(({ epoch }) => epoch === event.epoch.epoch),
      event.epoch,
    )
  }
  assert.deepEqual(epochsTold(told, run.id), [1, 2, 3])
  assert.deepEqual(epochsTold(told, next.id), [1])
  const states = told.flatMap((event) =>
    event.kind === 'job' && event.job.id === run.id ? [event.job.state] : [],
  )
  assert.deepEqual([...new Set(states)], ['queued', 'running', 'finished'])
  const job = await client.jobs.get({ id: run.id })
  assert.deepEqual(
    [job.result, job.done, job.total, job.subject],
    [{ kind: 'training', runId: run.id, modelId: run.id }, 3, 3, 'Flange'],
  )

  const { run: finished, previews } = await client.training.get({ id: run.id })
  assert.deepEqual([finished.state, finished.epochsDone, finished.modelId], ['finished', 3, run.id])
  assert.ok(finished.best && finished.best.validation > 0 && finished.best.validation < 1)
  assert.deepEqual(previews, [1, 2, 3])
  const picture = path.join(core.store.files.modelFolder(run.id), 'previews', '3.png')
  const { width, height } = await sharp(picture).metadata()
  assert.deepEqual([width, height], [6 * 100 - 4, 2 * 96 + 4])
  const keys = await logKeys(first, run.id)
  assert.deepEqual(
    [keys[0], keys[1], keys.at(-2), keys.at(-1)],
    ['trainingQueued', 'trainingStarted', 'calibrating', 'trainingFinished'],
  )
  assert.deepEqual(
    (await client.models.list({ projectId })).map(({ id }) => id),
    [next.id, run.id],
  )
  await assert.rejects(client.training.resume({ id: run.id }), problem('BUSY', 'runFinished'))
  await assert.rejects(client.training.cancel({ id: run.id }), problem('BUSY', 'runFinished'))
})

test('the compute process is killed in a training: it is said, the training goes on, no epoch is lost or doubled', async (t) => {
  const { projectId, first } = await withParts(t)
  const run = await first.client.training.start(training(projectId, { epochs: 6 }))
  await first.heard((event) => event.kind === 'epoch' && event.epoch.epoch === 2)
  kill(first.computes[0]?.pid)
  await first.ended(run.id)
  assert.deepEqual(epochsTold(first.told, run.id), upTo(6))
  const { run: finished, epochs } = await first.client.training.get({ id: run.id })
  assert.deepEqual([finished.state, epochs.map(({ epoch }) => epoch)], ['finished', upTo(6)])
  const restarts = first.told.filter((event) => event.kind === 'compute-restarted')
  assert.equal(restarts.length, 1)
  assert.match(restarts[0]?.reason ?? '', /SIGKILL/)
  assert.equal((await first.client.jobs.get({ id: run.id })).restarts, 1)
  const keys = await logKeys(first, run.id)
  assert.ok(keys.includes('computeRestarted') && keys.includes('trainingResumed'), keys.join(' '))
})

test('a run is cancelled, resumed from its checkpoint, and ends as one that nothing stopped', async (t) => {
  const { projectId, first } = await withParts(t)
  const { client } = first
  const unbroken = await client.training.start(training(projectId, { epochs: 6 }))
  await first.ended(unbroken.id)
  const run = await client.training.start(training(projectId, { epochs: 6 }))
  await first.heard((event) => event.kind === 'epoch' && event.runId === run.id && event.epoch.epoch === 2)
  await client.training.cancel({ id: run.id })
  await first.ended(run.id)
  const cancelled = (await client.training.get({ id: run.id })).run
  assert.equal(cancelled.state, 'cancelled')
  assert.ok(cancelled.epochsDone >= 2 && cancelled.epochsDone < 6)
  const queued = await client.training.resume({ id: run.id })
  assert.equal(queued.state, 'queued')
  await first.heard(
    (event) => event.kind === 'job' && event.job.id === run.id && event.job.state === 'finished',
  )
  assert.deepEqual(epochsTold(first.told, run.id), upTo(6))
  const losses = async (id: string) =>
    (await client.training.get({ id })).epochs.map((epoch) => ({ ...epoch, seconds: 0 }))
  assert.deepEqual(await losses(run.id), await losses(unbroken.id))
  // One that waits is taken out of the queue at once.
  const busy = await client.training.start(training(projectId, { epochs: 40 }))
  const waiting = await client.training.start(training(projectId))
  assert.equal((await client.jobs.cancel({ id: waiting.id })).state, 'cancelled')
  assert.equal((await client.training.get({ id: waiting.id })).run.state, 'cancelled')
  await client.jobs.cancel({ id: busy.id })
  await first.ended(busy.id)
})

test('what ran or waited when the application ended goes on at its next start', async (t) => {
  const { folder, projectId, first } = await withParts(t)
  const run = await first.client.training.start(training(projectId, { epochs: 8 }))
  const waiting = await first.client.training.start(training(projectId, { epochs: 1 }))
  await first.heard((event) => event.kind === 'epoch' && event.epoch.epoch === 2)
  await first.stop()

  const second = startAgain(t, folder)
  assert.deepEqual(
    (await second.client.jobs.list()).map(({ id, kind }) => [id, kind]),
    [
      [waiting.id, 'training'],
      [run.id, 'training'],
    ],
  )
  await second.ended(waiting.id)
  const { run: finished, epochs } = await second.client.training.get({ id: run.id })
  assert.deepEqual([finished.state, epochs.map(({ epoch }) => epoch)], ['finished', upTo(8)])
  assert.deepEqual([...epochsTold(first.told, run.id), ...epochsTold(second.told, run.id)], upTo(8))
  const keys = await logKeys(second, run.id)
  assert.ok(keys.includes('trainingRecovered') && keys.includes('trainingResumed'), keys.join(' '))
})

test('a run that took the application down again and again is left to a person', async (t) => {
  const { folder, projectId, first } = await withParts(t)
  const run = await first.client.training.start(training(projectId, { epochs: 1000 }))
  await first.heard((event) => event.kind === 'job' && event.job.state === 'running')
  await first.stop()
  // As a dead application leaves it, three times before any epoch ended.
  const crash = () => {
    const store = openStore(folder)
    store.runs.finish(run.id, 'interrupted', 'The process that trained it ended.')
    store.close()
  }
  for (let attempt = 0; attempt < 3; attempt++) {
    crash()
    const next = startAgain(t, folder)
    assert.equal((await next.client.jobs.list()).length, 1)
    await next.stop()
  }
  crash()
  const last = startAgain(t, folder)
  const { run: left } = await last.client.training.get({ id: run.id })
  assert.deepEqual([left.state, await last.client.jobs.list()], ['interrupted', []])
  const log = path.join(last.core.store.files.modelFolder(run.id), 'log.jsonl')
  assert.ok(existsSync(log) && readFileSync(log, 'utf8').endsWith('\n'))
})

test('the form of a family, and what it refuses', async (t) => {
  const { projectId, first } = await withParts(t)
  const { client } = first
  const families = await client.training.families()
  const ganomaly = families.find(({ name }) => name === 'ganomaly')
  assert.ok(ganomaly)
  const field = (name: string) => ganomaly.fields.find((one) => one.name === name)
  assert.deepEqual(
    [field('size')?.kind, field('size')?.options, field('size')?.group],
    ['choice', [32, 64, 128, 256], 'view'],
  )
  assert.deepEqual([field('epochs')?.kind, field('epochs')?.minimum], ['integer', 1])
  assert.deepEqual([field('learningRate')?.kind, field('width')?.group], ['number', 'network'])
  assert.deepEqual([field('flipVertical')?.kind, field('flipVertical')?.initial], ['boolean', false])
  for (const { name, presets, fields } of families) {
    for (const [preset, values] of Object.entries(presets)) {
      assert.ok(Object.keys(values).length > 0)
      for (const key of Object.keys(values))
        assert.ok(
          fields.some((one) => one.name === key),
          `${name} ${preset} ${key}`,
        )
    }
  }
  const bad = { ...training(projectId), config: { ...tiny, size: 48 } }
  await assert.rejects(client.training.start(bad), (error) => {
    problem('INVALID', 'badConfig')(error)
    assert.equal(((error as ORPCError<string, unknown>).data as { field: string }).field, 'size')
    return true
  })
  await assert.rejects(client.training.start({ ...bad, family: 'none' }), problem('INVALID', 'badConfig'))
  const { id: empty } = await client.projects.create({ name: 'Empty' })
  await assert.rejects(client.training.start(training(empty)), problem('INVALID', 'tooFewImages'))
  await assert.rejects(client.training.estimate(training(empty)), problem('INVALID', 'tooFewImages'))
  await assert.rejects(client.training.get({ id: projectId }), problem('NOT_FOUND', 'noRun'))
  await assert.rejects(client.training.get({ id: '../../etc' }), problem('INVALID', 'badInput'))
  await assert.rejects(client.jobs.get({ id: projectId }), problem('NOT_FOUND', 'noJob'))
})

test('every preset of every family is a configuration that it takes', async (t) => {
  const { projectId, first } = await withParts(t)
  for (const { name, presets } of await first.client.training.families()) {
    for (const [preset, config] of Object.entries(presets)) {
      const run = await first.client.training.start({ projectId, family: name, config, engine: 'onnx-cpu' })
      assert.equal(run.epochsPlanned, config['epochs'], `${name} ${preset}`)
      await first.client.training.cancel({ id: run.id })
    }
  }
})

test('how long a training takes is measured once, and not for those who no longer wait', async (t) => {
  const { projectId, first } = await withParts(t)
  const { client, computes } = first
  const estimate = await client.training.estimate(training(projectId))
  assert.ok(estimate.images > 0 && estimate.stepsPerSecond > 0 && estimate.seconds > 0)
  assert.equal(computes.length, 1)
  const longer = await client.training.estimate(training(projectId, { epochs: 300, seed: 9 }))
  assert.equal(computes.length, 1, 'epochs and seed change nothing about a step')
  assert.equal(longer.stepsPerSecond, estimate.stepsPerSecond)
  assert.ok(longer.seconds > estimate.seconds)
  const gone = AbortSignal.timeout(100)
  const large = training(projectId, { size: 64, width: 32 })
  await assert.rejects(client.training.estimate(large, { signal: gone }))
  assert.equal(computes.length, 2)
  while (computes[1]?.pid !== undefined) await new Promise((resolve) => setTimeout(resolve, 10))
})
