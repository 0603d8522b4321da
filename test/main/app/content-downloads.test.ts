import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { evaluationHeatmap, historyCsv, modelFile, reportAddress } from '../../../src/contract/addresses.ts'
import type { InspectEvent } from '../../../src/main/compute/messages.ts'
import { encodeMap } from '../../../src/main/imaging/mapfile.ts'
import { addModel, aCalibration, anInspection, aSample, type Bench } from '../store/support.ts'
import { temporaryServices } from './support/services.ts'

type Setting = ReturnType<typeof temporaryServices>

/** The trainer's metadata, as far as reports read it: the store's support writes less. */
function describeModel({ store }: Setting, { modelId }: Bench): void {
  const metadata = {
    family: 'ganomaly',
    training: { images: 40, epochs: 9 },
    input: { size: 64 },
    calibration: {},
  }
  store.connection
    .prepare<[string, string]>('UPDATE model SET metadata = ? WHERE id = ?')
    .run(JSON.stringify(metadata), modelId)
}

async function inspected(setting: Setting, count: number): Promise<Bench> {
  const bench = await addModel(setting.store, 'Kolben 7/8 "links"')
  describeModel(setting, bench)
  const lot = setting.store.lots.findOrCreate(bench.projectId, 'Früh')
  setting.store.inspections.createMany(
    Array.from({ length: count }, (_, index) =>
      anInspection(bench, {
        fileName: index === 3 ? '=cmd|x.png' : `part-${index}.png`,
        verdict: index % 4 === 0 ? 'ng' : 'ok',
        normalisedScore: index / count,
        lotId: index < 3 ? lot.id : null,
        inspectedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
      }),
    ),
  )
  return bench
}

test('reports of a lot, a span or everything come as PDF, table and a page in which nothing can run', async (t) => {
  const setting = temporaryServices(t)
  const { ask, store } = setting
  const { projectId } = await inspected(setting, 8)
  const [lot] = store.lots.list(projectId)
  assert.ok(lot)
  const pdf = await ask(reportAddress(projectId, 'pdf', { lotId: lot.id }))
  assert.deepEqual([pdf.status, pdf.headers.get('content-type')], [200, 'application/pdf'])
  assert.equal((await pdf.text()).slice(0, 5), '%PDF-')
  const name = pdf.headers.get('content-disposition') ?? ''
  assert.match(
    name,
    /^attachment; filename="Kolben 7-8 -links- Fr_h\.pdf"; filename\*=UTF-8''Kolben%207-8%20-links-%20Fr%C3%BCh\.pdf$/,
  )
  const html = await ask(reportAddress(projectId, 'html', {}))
  assert.match(html.headers.get('content-security-policy') ?? '', /default-src 'none'.*sandbox/)
  assert.match(html.headers.get('content-disposition') ?? '', /^inline/)
  assert.equal(html.headers.get('cache-control'), 'no-store')
  assert.ok((await html.text()).includes('part-4.png'))
  const span = { since: '2026-01-01T00:00:02.000Z', until: '2026-01-01T00:00:04.000Z' }
  const csv = await ask(reportAddress(projectId, 'csv', span))
  const rows = parse(await csv.text(), { bom: true, columns: true }) as Record<string, string>[]
  assert.deepEqual(
    rows.map((row) => row.file),
    ['part-2.png', "'=cmd|x.png"],
  )
  const head = await ask(reportAddress(projectId, 'csv', span), { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])

  const none = await ask(reportAddress(projectId, 'pdf', { since: '2030-01-01T00:00:00.000Z' }))
  assert.deepEqual([none.status, ((await none.json()) as { key: string }).key], [422, 'nothingToReport'])
  const other = store.lots.findOrCreate(store.projects.create({ name: 'other' }).id, 'x')
  for (const [address, status] of [
    [reportAddress(projectId, 'pdf', { lotId: other.id }), 404],
    [reportAddress(projectId, 'pdf', { since: 'yesterday' }), 422],
    [reportAddress('nothing1', 'pdf', {}), 404],
    [`downloads/reports/${projectId}.exe`, 404],
    ['downloads/reports/..%2fflawline.db', 404],
    ['downloads', 404],
  ] as const)
    assert.equal((await ask(address)).status, status, address)
  assert.equal((await ask(reportAddress(projectId, 'pdf', {}), { method: 'POST', body: '' })).status, 405)
})

test('the history comes as a table row by row, filtered as on the page, with both verdicts', async (t) => {
  const setting = temporaryServices(t)
  const { ask, store, clientOf } = setting
  const { projectId } = await inspected(setting, 1234)
  const [newest] = store.inspections.list({ projectId, limit: 1, verdict: 'ng' })
  assert.ok(newest)
  await clientOf().history.review({ id: newest.id, verdict: 'ok', reason: 'dust, "only"' })
  const table = async (address: string) => {
    const response = await ask(address)
    assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8')
    return parse(await response.text(), { bom: true, columns: true }) as Record<string, string>[]
  }
  const all = await table(historyCsv({ projectId }))
  assert.equal(all.length, 1234)
  assert.equal(new Set(all.map((row) => row.inspection)).size, 1234)
  const overridden = await table(historyCsv({ projectId, overridden: true }))
  assert.deepEqual(
    overridden.map((row) => [
      row.inspection,
      row.verdict,
      row.model_verdict,
      row.reviewer,
      row.review_reason,
    ]),
    [[newest.id, 'ok', 'ng', 'Ada', 'dust, "only"']],
  )
  const scored = await table(historyCsv({ projectId, minimumScore: 0.5, maximumScore: 0.51, verdict: 'ok' }))
  assert.ok(
    scored.length > 0 && scored.every((row) => Number(row.normalised_score) >= 0.5 && row.verdict === 'ok'),
  )
  assert.equal((await ask(`downloads/history/${projectId}.csv?minimumScore=high`)).status, 422)
})

test('a model file comes whole, once', async (t) => {
  const setting = temporaryServices(t)
  const { modelId } = await inspected(setting, 1)
  const first = await setting.ask(modelFile(modelId))
  assert.equal(first.headers.get('content-length'), '5')
  assert.match(first.headers.get('content-disposition') ?? '', /^attachment; .*\.onnx/)
  assert.equal(await first.text(), 'graph')
  const known = { headers: { 'if-none-match': first.headers.get('etag') ?? '' } }
  assert.equal((await setting.ask(modelFile(modelId), known)).status, 304)
})

test('a sample is judged once for each threshold, and never enters the history', async (t) => {
  const setting = temporaryServices(t)
  const { ask, store, core } = setting
  const bench = await inspected(setting, 1)
  const [sample] = store.samples.createMany([await aSample(store, bench.projectId, 'judged')])
  const [stranger] = store.samples.createMany([
    await aSample(store, store.projects.create({ name: 'other' }).id, 'stranger'),
  ])
  assert.ok(sample && stranger)
  const map = await encodeMap({ width: 4, height: 4, data: new Float32Array(16).fill(0.9) })
  let judged = 0
  t.mock.method(
    core.compute,
    'run',
    async (_job: string, _input: object, hooks: { onEvent(event: InspectEvent): void }) => {
      judged += 1
      if (judged === 3)
        hooks.onEvent({ kind: 'rejected', id: sample.id, problem: 'truncated', message: 'cut' })
      else hooks.onEvent({ kind: 'inspected', map } as unknown as InspectEvent)
      return Promise.resolve({ state: 'finished' })
    },
  )
  const address = evaluationHeatmap(bench.modelId, sample.id)
  const [first, second] = await Promise.all([ask(address), ask(address)])
  assert.deepEqual([first.status, first.headers.get('cache-control')], [200, 'private, no-cache'])
  assert.deepEqual(await first.arrayBuffer(), await second.arrayBuffer())
  assert.equal((await ask(address)).status, 200)
  assert.equal(judged, 1)
  const known = { headers: { 'if-none-match': first.headers.get('etag') ?? '' } }
  assert.equal((await ask(address, known)).status, 304)
  // Another threshold, another heatmap under the same address.
  store.calibrations.create(aCalibration(bench.modelId, 2))
  assert.equal((await ask(address, known)).status, 200)
  assert.equal(judged, 2)
  assert.equal(store.inspections.count({ projectId: bench.projectId }), 1)
  store.calibrations.create(aCalibration(bench.modelId, 3))
  assert.equal((await ask(address)).status, 422)
  assert.equal((await ask(evaluationHeatmap(bench.modelId, stranger.id))).status, 404)
})
