import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ORPCError } from '@orpc/server'
import type { Inspection } from '../../../src/contract/history.ts'
import type { Model } from '../../../src/contract/models.ts'
import type { JobResult } from '../../../src/contract/jobs.ts'
import { kill, sampleFolder, tiny, withParts, type Start } from './support/trained.ts'

const problem = (code: string, key: string) => (error: unknown) => {
  assert.ok(error instanceof ORPCError, String(error))
  assert.deepEqual([error.code, (error.data as { key?: string }).key], [code, key])
  return true
}

const paths = (...list: string[]) => ({ kind: 'paths' as const, paths: list })

async function trained(start: Start, projectId: string): Promise<Model> {
  const config = { ...tiny, epochs: 2 }
  const run = await start.client.training.start({
    projectId,
    family: 'ganomaly',
    config,
    engine: 'onnx-cpu',
  })
  await start.ended(run.id)
  return start.client.models.get({ id: run.id })
}

async function resultOf<K extends JobResult['kind']>(start: Start, jobId: string, kind: K) {
  await start.ended(jobId)
  const job = await start.client.jobs.get({ id: jobId })
  assert.equal(job.result?.kind, kind, JSON.stringify(job.error))
  return { job, result: job.result as Extract<JobResult, { kind: K }> }
}

const inspected = (start: Start, jobId: string): Inspection[] =>
  start.told.flatMap((event) =>
    event.kind === 'inspected' && event.jobId === jobId ? [event.inspection] : [],
  )

test('a model is evaluated, given thresholds, published; what was inspected keeps its threshold', async (t) => {
  const { projectId, first } = await withParts(t)
  const { client, core } = first
  await assert.rejects(
    client.inspection.start({ projectId, source: paths(sampleFolder) }),
    problem('NOT_FOUND', 'noModel'),
  )
  const model = await trained(first, projectId)
  assert.deepEqual([model.size, model.channels, model.published, model.imageAuroc], [32, 1, false, null])
  assert.ok(model.bytes > 0 && model.goodScores.length > 2 && model.familyTitle === 'GANomaly')
  assert.equal(await client.evaluation.latest({ modelId: model.id }), null)
  await assert.rejects(
    client.models.setThreshold({ id: model.id, by: 'f1' }),
    problem('NOT_FOUND', 'noEvaluation'),
  )

  const { jobId } = await client.evaluation.run({ modelId: model.id })
  const { result } = await resultOf(first, jobId, 'evaluation')
  assert.deepEqual([result.modelId, result.problems], [model.id, []])
  const evaluation = await client.evaluation.latest({ modelId: model.id })
  assert.ok(evaluation)
  assert.equal(evaluation.samples.length, evaluation.images)
  assert.equal(evaluation.samples.filter(({ label }) => label === 'defect').length, evaluation.defects)
  assert.ok(evaluation.samples.every(({ score, scores }) => score === scores[evaluation.score]))
  assert.equal(
    evaluation.perType.reduce((sum, { count }) => sum + count, 0),
    evaluation.defects,
  )
  assert.equal((await client.models.get({ id: model.id })).imageAuroc, evaluation.imageAuroc)

  const folder = path.join(sampleFolder, 'test', 'good')
  const before = await client.inspection.start({ projectId, source: paths(folder), lot: 'Monday' })
  await resultOf(first, before.jobId, 'inspection')
  const byF1 = await client.models.setThreshold({ id: model.id, by: 'f1' })
  assert.equal(byF1.threshold.mode, 'f1')
  const at = (threshold: number): number => {
    const said = evaluation.samples.map(
      ({ score, label }) => [score >= threshold, label === 'defect'] as const,
    )
    const count = (ng: boolean, defect: boolean) =>
      said.filter(([one, other]) => one === ng && other === defect).length
    return (2 * count(true, true)) / (2 * count(true, true) + count(true, false) + count(false, true))
  }
  assert.ok(Math.abs(at(byF1.threshold.value) - (evaluation.bestF1 ?? 0)) < 1e-12)
  const byRate = await client.models.setThreshold({ id: model.id, by: 'false-alarm-rate', rate: 0.1 })
  assert.deepEqual([byRate.threshold.mode, byRate.threshold.falseAlarmRate], ['false-alarm-rate', 0.1])
  const byHand = await client.models.setThreshold({ id: model.id, by: 'value', value: 1e6 })
  assert.equal(byHand.threshold.value, 1e6)
  const had = await client.models.thresholds({ id: model.id })
  assert.deepEqual(
    had.map(({ mode }) => mode),
    ['manual', 'false-alarm-rate', 'f1', 'false-alarm-rate'],
  )
  await assert.rejects(
    client.models.setThreshold({ id: model.id, by: 'false-alarm-rate', rate: 1 }),
    problem('INVALID', 'badInput'),
  )

  const after = await client.inspection.start({ projectId, source: paths(folder), lot: 'Monday' })
  const { result: second } = await resultOf(first, after.jobId, 'inspection')
  assert.equal(second.ng, 0)
  const [old, recent] = [inspected(first, before.jobId), inspected(first, after.jobId)]
  assert.ok(old.length > 0 && old.every(({ threshold }) => threshold === model.threshold.value))
  assert.ok(recent.every(({ threshold, verdict }) => threshold === 1e6 && verdict === 'ok'))
  assert.equal(old[0]?.lotId, recent[0]?.lotId)
  for (const { id, hasImage } of recent) {
    const { imageSha256: sha256, imageExtension: extension } = core.store.inspections.get(id)
    assert.ok(hasImage && core.store.files.hasMap(id))
    assert.ok(core.store.files.hasImage({ sha256, extension: extension ?? '' }))
  }
  const live = recent.find(({ id }) => id === recent[0]?.id)
  assert.deepEqual((await client.history.get({ id: live?.id ?? '' })).inspection, live)
  assert.equal((await client.models.publish({ id: model.id })).published, true)
})

test('inspections queue up; what cannot be judged is named and stops nothing; links lead nowhere', async (t) => {
  const { folder, projectId, first } = await withParts(t)
  const { client, services } = first
  await trained(first, projectId)
  const parts = path.join(path.dirname(folder), 'parts')
  cpSync(path.join(sampleFolder, 'test', 'scratch'), parts, { recursive: true })
  writeFileSync(path.join(parts, 'broken.png'), 'no picture at all')
  const secret = path.join(path.dirname(folder), 'secret')
  mkdirSync(secret)
  cpSync(path.join(sampleFolder, 'test', 'good'), secret, { recursive: true })
  services.sources.allow(parts)
  const one = await client.inspection.start({ projectId, source: paths(parts), keepImages: 'none' })
  const two = await client.inspection.start({
    projectId,
    source: paths(path.join(sampleFolder, 'test', 'good')),
  })
  const [a, b] = [
    await resultOf(first, one.jobId, 'inspection'),
    await resultOf(first, two.jobId, 'inspection'),
  ]
  assert.deepEqual([a.result.rejected.map(({ file }) => file), a.result.lotId], [['broken.png'], null])
  const rejected = first.told.filter((event) => event.kind === 'rejected')
  assert.deepEqual(
    rejected.map(({ file }) => file),
    ['broken.png'],
  )
  assert.ok(a.result.inspected > 0 && a.job.done === a.result.inspected + 1 && a.job.total === a.job.done)
  assert.ok((a.job.endedAt ?? '') <= (b.job.startedAt ?? ''), 'one after the other')
  assert.ok(inspected(first, one.jobId).every(({ hasImage }) => !hasImage))
  assert.equal(b.result.rejected.length, 0)

  await assert.rejects(
    client.inspection.start({ projectId, source: paths(secret) }),
    problem('FORBIDDEN', 'folderNotAllowed'),
  )
  symlinkSync(path.join(secret), path.join(parts, 'link'))
  await assert.rejects(
    client.inspection.start({ projectId, source: paths(parts) }),
    problem('FORBIDDEN', 'folderNotAllowed'),
  )
})

test('the compute process is killed in an inspection: it is said, each image is judged once', async (t) => {
  const { folder, projectId, first } = await withParts(t)
  const { client, core } = first
  await trained(first, projectId)
  const parts = path.join(path.dirname(folder), 'parts')
  // Enough of them for a kill to come in the middle.
  for (let copy = 0; copy < 12; copy++)
    cpSync(path.join(sampleFolder, 'test'), path.join(parts, String(copy)), { recursive: true })
  first.services.sources.allow(parts)
  const { jobId } = await client.inspection.start({ projectId, source: paths(parts), lot: 'Night' })
  await first.heard((event) => event.kind === 'inspected' && inspected(first, jobId).length >= 20)
  kill(core.compute.pid)
  const { job, result } = await resultOf(first, jobId, 'inspection')
  assert.equal(job.restarts, 1)
  assert.equal(first.told.filter(({ kind }) => kind === 'compute-restarted').length, 1)
  const told = inspected(first, jobId)
  assert.equal(new Set(told.map(({ id }) => id)).size, told.length)
  assert.equal(new Set(told.map(({ sourcePath }) => sourcePath)).size, told.length)
  assert.deepEqual([result.inspected, result.rejected.length, job.total], [told.length, 0, told.length])
  const lot = core.store.inspections.list({ projectId, ...(result.lotId ? { lotId: result.lotId } : {}) })
  assert.deepEqual(new Set(lot.map(({ id }) => id)), new Set(told.map(({ id }) => id)))
})

test('an inspection goes on while a training runs, and what is cancelled keeps what it did', async (t) => {
  const { folder, projectId, first } = await withParts(t)
  const { client } = first
  await trained(first, projectId)
  const config = { ...tiny, epochs: 2000 }
  const run = await client.training.start({ projectId, family: 'ganomaly', config, engine: 'onnx-cpu' })
  await first.heard((event) => event.kind === 'epoch' && event.runId === run.id)
  const { jobId } = await client.inspection.start({
    projectId,
    source: paths(path.join(sampleFolder, 'test', 'good')),
  })
  await resultOf(first, jobId, 'inspection')
  assert.equal((await client.training.get({ id: run.id })).run.state, 'running')
  await client.training.cancel({ id: run.id })
  await first.ended(run.id)

  const parts = path.join(path.dirname(folder), 'parts')
  for (let copy = 0; copy < 20; copy++)
    cpSync(path.join(sampleFolder, 'test'), path.join(parts, String(copy)), { recursive: true })
  first.services.sources.allow(parts)
  const long = await client.inspection.start({ projectId, source: paths(parts) })
  await first.heard((event) => event.kind === 'inspected' && event.jobId === long.jobId)
  await client.jobs.cancel({ id: long.jobId })
  const { job, result } = await resultOf(first, long.jobId, 'inspection')
  assert.equal(job.state, 'cancelled')
  assert.equal(result.inspected, inspected(first, long.jobId).length)
  assert.ok(result.inspected > 0 && result.inspected < (job.total ?? 0))
})

test('a model whose file is gone says so, and nothing of it is stored', async (t) => {
  const { projectId, first } = await withParts(t)
  const { client, core } = first
  const model = await trained(first, projectId)
  const file = core.store.models.file(model.id)
  assert.ok(existsSync(file))
  writeFileSync(file, 'no model')
  const { jobId } = await client.inspection.start({
    projectId,
    source: paths(path.join(sampleFolder, 'test')),
  })
  await first.ended(jobId)
  const job = await client.jobs.get({ id: jobId })
  assert.deepEqual([job.state, job.error?.key], ['failed', 'modelDamaged'])
  assert.equal((await client.history.summary({ projectId })).count, 0)
})
