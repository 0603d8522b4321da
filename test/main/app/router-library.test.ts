import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { ORPCError } from '@orpc/server'
import type { LiveEvent } from '../../../src/contract/live.ts'
import type { Inspection } from '../../../src/contract/history.ts'
import { addModel, addRun, anInspection, aSample } from '../store/support.ts'
import { layOut } from './pictures.ts'
import { callerNamed, ended, temporaryServices } from './support/services.ts'

const problem = (code: string, key: string) => (error: unknown) => {
  assert.ok(error instanceof ORPCError, String(error))
  const data = error.data as { key?: string }
  assert.deepEqual([error.code, data.key], [code, key])
  return true
}

const pathsOf = (paths: string[]) => ({ kind: 'paths' as const, paths })

test('a project is made, renamed, put away, taken back, and deleted by typing its name', async (t) => {
  const { clientOf, store } = temporaryServices(t)
  const { projects } = clientOf()
  const made = await projects.create({ name: '  Bracket ', millimetresPerPixel: 0.05 })
  assert.deepEqual([made.name, made.description, made.archivedAt], ['Bracket', '', null])
  await assert.rejects(projects.create({ name: 'BRACKET' }), problem('INVALID', 'nameTaken'))
  await assert.rejects(projects.create({ name: '   ' }), problem('INVALID', 'badName'))
  const other = await projects.create({ name: 'Ring' })
  await assert.rejects(projects.update({ id: other.id, name: 'bracket' }), problem('INVALID', 'nameTaken'))
  const renamed = await projects.update({ id: made.id, name: 'Left bracket', millimetresPerPixel: null })
  assert.deepEqual([renamed.name, renamed.millimetresPerPixel], ['Left bracket', null])
  assert.notEqual((await projects.archive({ id: made.id, archived: true })).archivedAt, null)
  assert.deepEqual(
    (await projects.list()).map(({ name, archivedAt }) => [name, archivedAt !== null]),
    [
      ['Left bracket', true],
      ['Ring', false],
    ],
  )
  assert.equal((await projects.archive({ id: made.id, archived: false })).archivedAt, null)
  await assert.rejects(projects.delete({ id: made.id, name: 'Left' }), problem('INVALID', 'badName'))
  const run = addRun(store, made.id)
  store.runs.start(run)
  await assert.rejects(projects.delete({ id: made.id, name: 'Left bracket' }), problem('BUSY', 'projectBusy'))
  store.runs.finish(run, 'cancelled')
  await projects.delete({ id: made.id, name: ' Left bracket ' })
  await assert.rejects(projects.get({ id: made.id }), problem('NOT_FOUND', 'noProject'))
})

test('a card shows the model that inspects, the last lot after reviews, and what happened last', async (t) => {
  const { clientOf, store } = temporaryServices(t)
  const client = clientOf()
  const bench = await addModel(store)
  const { projectId: id } = bench
  const empty = await client.projects.get({ id })
  assert.deepEqual([empty.lastLot, empty.coverSampleId, empty.inspections], [null, null, 0])
  const samples = store.samples.createMany([
    { ...(await aSample(store, id, 'bad')), label: 'defect', defectType: 'crack' },
    await aSample(store, id, 'good'),
  ])
  const lot = store.lots.findOrCreate(id, 'Monday')
  const at = (inspectedAt: string, lotId: string | null) => anInspection(bench, { inspectedAt, lotId })
  const [, second] = store.inspections.createMany([
    at('2027-01-01T00:00:00.000Z', null),
    at('2027-01-02T00:00:00.000Z', lot.id),
    at('2027-01-03T00:00:00.000Z', lot.id),
  ])
  await client.history.review({ id: second?.id ?? '', verdict: 'ok' })
  const [card] = await client.projects.list()
  assert.deepEqual(
    [card?.good, card?.defect, card?.models, card?.inspections, card?.running],
    [1, 1, 1, 3, 0],
  )
  assert.deepEqual(card?.lastLot, { id: lot.id, name: 'Monday', ok: 1, ng: 1 })
  assert.equal(card.lastActivity, '2027-01-03T00:00:00.000Z')
  assert.equal(card.coverSampleId, samples[1]?.id)
  assert.deepEqual([card.currentModel?.id, card.currentModel?.family], [bench.modelId, 'ganomaly'])
})

test('the sample project comes once, with its images', async (t) => {
  const { clientOf, services } = temporaryServices(t)
  const client = clientOf()
  const { project, jobId } = await client.projects.createSample()
  assert.ok(jobId !== null)
  const job = await ended(services, jobId)
  assert.ok(job.result?.kind === 'import')
  assert.deepEqual([job.state, job.result.problems], ['finished', []])
  assert.equal((await client.projects.get({ id: project.id })).good > 0, true)
  await client.projects.archive({ id: project.id, archived: true })
  const again = await client.projects.createSample()
  assert.deepEqual([again.project.id, again.project.archivedAt, again.jobId], [project.id, null, null])
})

test('samples are paged, marked, marked back and deleted, and every page hears of it', async (t) => {
  const { root, clientOf, services, store } = temporaryServices(t, ['line'])
  const { samples, projects } = clientOf()
  const { id: projectId } = await projects.create({ name: 'p' })
  const line = path.join(root, 'line')
  await layOut(line, {
    'good/1.png': true,
    'good/2.png': true,
    'defect/crack/3.png': true,
    'flat/4.png': true,
  })
  const source = pathsOf([line])
  const plan = await samples.plan({ projectId, source })
  assert.deepEqual([plan.layout, plan.good, plan.defect, plan.notes.length], ['labelled-folders', 2, 1, 1])
  const flat = pathsOf([path.join(line, 'flat')])
  const unknown = await samples.plan({ projectId, source: flat })
  assert.deepEqual([unknown.layout, unknown.images], ['unknown', 1])
  const labelled = await samples.plan({
    projectId,
    source: flat,
    options: { label: 'defect', defectType: 'dent' },
  })
  assert.deepEqual([labelled.layout, labelled.defect, labelled.defectTypes], ['flat', 1, ['dent']])
  const file = pathsOf([path.join(line, 'flat/4.png')])
  assert.equal((await samples.plan({ projectId, source: file, options: { label: 'good' } })).good, 1)
  await ended(services, (await samples.import({ projectId, source })).jobId)

  const heard: LiveEvent[] = []
  t.mock.method(services.live, 'publish', (event: LiveEvent) => heard.push(event))
  const page = await samples.page({ projectId, offset: 1, limit: 2 })
  assert.deepEqual([page.total, page.samples.length], [3, 2])
  assert.equal('sha256' in (page.samples[0] ?? {}), false)
  const ids = await samples.ids({ projectId })
  assert.deepEqual(
    page.samples.map(({ id }) => id),
    ids.slice(1),
  )
  const before = new Map(
    (await samples.page({ projectId, offset: 0, limit: 9 })).samples.map((one) => [one.id, one]),
  )

  const change = await samples.update({
    ids: [...ids, 'gonelongago'],
    label: 'defect',
    defectType: ' dent ',
    split: 'test',
  })
  assert.equal(change.before.length, 3)
  assert.equal((await samples.page({ projectId, defectType: 'dent', offset: 0, limit: 9 })).total, 3)
  await samples.update({ ids: ids.slice(0, 1), label: 'good' })
  // What is good has no defect type; what was not asked for stays.
  const good = await samples.get({ id: ids[0] ?? '' })
  assert.deepEqual([good.label, good.defectType, good.split], ['good', null, 'test'])
  assert.deepEqual(await samples.restore({ samples: change.before }), { restored: 3 })
  for (const id of ids) assert.deepEqual(await samples.get({ id }), before.get(id))
  assert.ok(
    heard.some(
      (event) => event.kind === 'changed' && event.topic === 'samples' && event.projectId === projectId,
    ),
  )

  const [first = '', ...others] = ids
  store.snapshots.create({
    projectId,
    seed: 1,
    validationFraction: 0.2,
    members: [{ sampleId: first, split: 'train' }],
  })
  assert.deepEqual(await samples.delete({ ids }), { deleted: 2, kept: 1 })
  assert.deepEqual(await samples.ids({ projectId }), [first])
  await assert.rejects(samples.get({ id: others[0] ?? '' }), problem('NOT_FOUND', 'noSample'))
})

test('history is paged to its end, reviewed by name, and a withdrawn review leaves the model’s word', async (t) => {
  const { clientOf, store } = temporaryServices(t)
  const bench = await addModel(store)
  const { projectId } = bench
  store.projects.update(projectId, { millimetresPerPixel: 0.5 })
  const lot = store.lots.findOrCreate(projectId, 'Monday')
  const region = {
    box: { x: 1, y: 2, width: 3, height: 4 },
    contour: [
      [1, 2],
      [4, 2],
      [4, 6],
    ] as [number, number][],
    areaPixels: 12,
    peak: 0.8,
    peakAt: [2, 3] as [number, number],
  }
  const made = store.inspections.createMany(
    Array.from({ length: 25 }, (_, index) =>
      anInspection(bench, {
        fileName: `part-${index}.png`,
        verdict: index % 5 === 0 ? 'ng' : 'ok',
        lotId: index < 10 ? lot.id : null,
        inspectedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, Math.floor(index / 2))).toISOString(),
        regions: index === 5 ? [region] : [],
      }),
    ),
  )
  const { history } = clientOf()
  const seen: Inspection[] = []
  for (let after; ;) {
    const { inspections, next } = await history.page({ projectId, limit: 10, ...(after ? { after } : {}) })
    seen.push(...inspections)
    if (next === null) break
    after = next
  }
  assert.deepEqual(
    seen.map(({ id }) => id),
    made.map(({ id }) => id).reverse(),
  )
  const id = made[5]?.id ?? ''
  const otto = clientOf(callerNamed('Otto', 'operator'))
  const reviewed = await otto.history.review({ id, verdict: 'ok', defectType: 'crack', reason: ' dust ' })
  assert.deepEqual([reviewed.verdict, reviewed.finalVerdict], ['ng', 'ok'])
  assert.deepEqual(
    [reviewed.review?.reviewer, reviewed.review?.reason, reviewed.review?.defectType],
    ['Otto', 'dust', null],
  )
  await history.review({ id: made[1]?.id ?? '', verdict: 'ng', defectType: 'crack' })
  assert.deepEqual(await history.defectTypes({ projectId }), ['crack'])
  const summary = await history.summary({ projectId })
  assert.deepEqual([summary.count, summary.ok, summary.ng, summary.overridden], [25, 20, 5, 2])
  const overridden = await history.page({ projectId, overridden: true, verdict: 'ok', limit: 9 })
  assert.deepEqual(
    overridden.inspections.map((one) => one.id),
    [id],
  )
  assert.deepEqual(
    (await history.lots({ projectId })).map(({ name, summary: { ok, ng, overridden: changed } }) => [
      name,
      ok,
      ng,
      changed,
    ]),
    [['Monday', 8, 2, 2]],
  )

  const detail = await history.get({ id })
  assert.equal(detail.regions[0]?.areaSquareMillimetres, 3)
  assert.deepEqual([detail.previousId, detail.nextId], [made[4]?.id, made[6]?.id])
  assert.deepEqual((await history.get({ id: made[9]?.id ?? '' })).nextId, null)
  assert.deepEqual([detail.threshold.mode, detail.threshold.value], ['false-alarm-rate', 1])

  const withdrawn = await history.withdrawReview({ id })
  assert.deepEqual([withdrawn.review, withdrawn.finalVerdict], [null, 'ng'])
  await history.withdrawReview({ id })
  assert.deepEqual(
    (await history.get({ id })).reviews.map(({ verdict, reviewer }) => [verdict, reviewer]),
    [
      [null, 'Ada'],
      ['ok', 'Otto'],
    ],
  )
  await assert.rejects(
    history.review({ id: 'nothing1', verdict: 'ok' }),
    problem('NOT_FOUND', 'noInspection'),
  )
})

test('the settings page learns who asks, what is measured and how much room all takes', async (t) => {
  const { clientOf, store, services } = temporaryServices(t)
  const { system } = clientOf(callerNamed('Otto', 'operator'))
  const info = await system.info()
  assert.deepEqual(
    [info.user, info.face, info.instance],
    [{ name: 'Otto', role: 'operator' }, 'station', services.instance],
  )
  assert.equal(await system.engines(), null)
  const project = store.projects.create({ name: 'p' })
  store.samples.createMany([await aSample(store, project.id, 'twelve bytes')])
  const use = await system.storage()
  assert.deepEqual([use.folder, use.images, use.maps], [store.folder, 12, 0])
  assert.ok(use.database > 4096 && use.free > 0)
})
