import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StorageError, type InspectionFilter } from '../../../src/main/store/index.ts'
import { addModel, anInspection, seededRandom, temporaryStore } from './support.ts'

const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof StorageError && error.problem === 'conflict' && pattern.test(error.message)

test('a review stands beside the verdict; a withdrawal takes its word back and is kept too', async (t) => {
  const store = temporaryStore(t)
  const { id } = store.inspections.create(anInspection(await addModel(store)))
  const by = { inspectionId: id, reviewer: 'Ada' }
  assert.equal(store.reviews.newest(id), undefined)
  store.reviews.create({ ...by, verdict: 'ok', defectType: null, reason: 'dust' })
  assert.deepEqual(pick(store.inspections.get(id)), ['ng', 'ok', null, 'ok'])
  store.reviews.create({ ...by, verdict: 'ng', defectType: 'crack', reason: '' })
  assert.deepEqual(pick(store.inspections.get(id)), ['ng', 'ng', 'crack', 'ng'])
  store.reviews.create({ ...by, verdict: null, defectType: null, reason: '' })
  assert.deepEqual(pick(store.inspections.get(id)), ['ng', null, null, 'ng'])
  assert.deepEqual(
    store.reviews
      .list(id)
      .map(({ verdict, defectType, reason, reviewer }) => [verdict, defectType, reason, reviewer]),
    [
      [null, null, '', 'Ada'],
      ['ng', 'crack', '', 'Ada'],
      ['ok', null, 'dust', 'Ada'],
    ],
  )
  assert.equal(store.reviews.newest(id)?.verdict, null)
  assert.throws(
    () =>
      store.reviews.create({ ...by, inspectionId: 'nothing', verdict: 'ok', defectType: null, reason: '' }),
    (error) => error instanceof StorageError && error.problem === 'not-found',
  )
})

test('neither a review nor what was judged can be rewritten or deleted, but a whole project can', async (t) => {
  const store = temporaryStore(t)
  const bench = await addModel(store)
  const { id } = store.inspections.create(anInspection(bench))
  store.reviews.create({ inspectionId: id, verdict: 'ok', defectType: null, reason: '', reviewer: 'Ada' })
  const run = (sql: string) => () => store.connection.execute(sql)
  assert.throws(run(`UPDATE review SET verdict = 'ng'`), refused(/never rewritten/))
  assert.throws(run('DELETE FROM review'), refused(/never deleted/))
  assert.throws(run(`UPDATE inspection SET verdict = 'ok'`), refused(/never rewritten/))
  assert.throws(run('UPDATE inspection SET score = 0, threshold = 1'), refused(/never rewritten/))
  assert.deepEqual(pick(store.inspections.get(id)), ['ng', 'ok', null, 'ok'])
  assert.equal(store.projects.delete(bench.projectId), true)
  assert.deepEqual(store.reviews.list(id), [])
})

test('filters and sums go by the final verdict and agree with a plain list', async (t) => {
  const store = temporaryStore(t)
  const bench = await addModel(store)
  const { projectId } = bench
  const lots = ['a', 'b'].map((name) => store.lots.findOrCreate(projectId, name).id)
  const random = seededRandom(11)
  const made = store.inspections.createMany(
    Array.from({ length: 200 }, (_, index) =>
      anInspection(bench, {
        verdict: random() < 0.4 ? 'ng' : 'ok',
        lotId: lots[index % 3] ?? null,
        normalisedScore: Math.round(random() * 100) / 100,
        fileName: `Größe-${index}_%.png`,
        inspectedAt: new Date(Date.UTC(2026, 2, 1, 0, Math.floor(index / 4))).toISOString(),
      }),
    ),
  )
  for (const { id } of made) {
    if (random() < 0.5) continue
    const verdict = random() < 0.5 ? 'ok' : 'ng'
    const defectType = verdict === 'ng' && random() < 0.5 ? 'crack' : null
    store.reviews.create({ inspectionId: id, verdict, defectType, reason: '', reviewer: 'Ada' })
  }
  const all = made.map(({ id }) => store.inspections.get(id))
  type One = (typeof all)[number]
  const overridden = (one: One): boolean => one.finalVerdict !== one.verdict
  const cases: [Omit<InspectionFilter, 'projectId'>, (one: One) => boolean][] = [
    [{ verdict: 'ng' }, (one) => one.finalVerdict === 'ng'],
    [{ overridden: true }, overridden],
    [{ overridden: false }, (one) => !overridden(one)],
    [{ overridden: true, verdict: 'ok' }, (one) => overridden(one) && one.finalVerdict === 'ok'],
    [{ defectType: 'crack' }, (one) => one.reviewDefectType === 'crack'],
    [
      { minimumScore: 0.25, maximumScore: 0.5 },
      (one) => one.normalisedScore >= 0.25 && one.normalisedScore <= 0.5,
    ],
    [{ fileName: 'GRÖSSE-1' }, () => false],
    [{ fileName: 'größe-1' }, (one) => one.fileName.startsWith('Größe-1')],
    [
      { fileName: 'GRÖßE-1', lotId: lots[0] ?? '' },
      (one) => one.fileName.startsWith('Größe-1') && one.lotId === lots[0],
    ],
    [{ fileName: '9_%' }, (one) => one.fileName.includes('9_%')],
    [
      { lotId: lots[1] ?? '', overridden: true, verdict: 'ng' },
      (one) => one.lotId === lots[1] && overridden(one) && one.finalVerdict === 'ng',
    ],
  ]
  for (const [filter, keep] of cases) {
    const expected = all.filter(keep)
    const name = JSON.stringify(filter)
    assert.deepEqual(store.inspections.list({ projectId, ...filter, order: 'oldest' }), expected, name)
    assert.deepEqual([...store.inspections.each({ projectId, ...filter }, 7)], [...expected].reverse(), name)
    const count = (of: (one: One) => boolean): number => expected.filter(of).length
    const {
      ok,
      ng,
      modelOk,
      modelNg,
      overridden: changed,
      ...rest
    } = store.inspections.summary({ projectId, ...filter })
    assert.deepEqual(
      [rest.count, ok, ng, modelOk, modelNg, changed],
      [
        expected.length,
        count((one) => one.finalVerdict === 'ok'),
        count((one) => one.finalVerdict === 'ng'),
        count((one) => one.verdict === 'ok'),
        count((one) => one.verdict === 'ng'),
        count(overridden),
      ],
      name,
    )
  }
  const summaries = store.inspections.lotSummaries(projectId)
  assert.deepEqual([...summaries.keys()].sort(), [...lots].sort())
  for (const lotId of lots)
    assert.deepEqual(summaries.get(lotId), store.inspections.summary({ projectId, lotId }))
  assert.deepEqual(store.reviews.defectTypes(projectId), ['crack'])
})

function pick(one: {
  verdict: string
  reviewVerdict: string | null
  reviewDefectType: string | null
  finalVerdict: string
}) {
  return [one.verdict, one.reviewVerdict, one.reviewDefectType, one.finalVerdict]
}
