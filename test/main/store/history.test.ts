import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from '../../../src/main/store/index.ts'
import type { InspectionFilter } from '../../../src/main/store/index.ts'
import {
  addModel,
  anInspection,
  atEnd,
  seededRandom,
  steppingClock,
  temporaryFolder,
  temporaryStore,
} from './support.ts'

const after = { id: 'a', inspectedAt: '2026-01-01T00:00:00.000Z' }
/** Filters and the index that each is to walk. */
const plans: [Omit<InspectionFilter, 'projectId'>, string][] = [
  [{}, 'time'],
  [{ limit: 20 }, 'time'],
  [{ since: '2026-01-01', until: '2026-02-01' }, 'time'],
  [{ minimumScore: 0.4, maximumScore: 0.6 }, 'time'],
  [{ overridden: false }, 'time'],
  [{ fileName: 'part' }, 'time'],
  [{ after }, 'time'],
  [{ verdict: 'ng' }, 'verdict'],
  [{ verdict: 'ng', since: '2026-01-01', limit: 50 }, 'verdict'],
  [{ verdict: 'ng', minimumScore: 0.4, fileName: 'part' }, 'verdict'],
  [{ verdict: 'ok', overridden: false }, 'verdict'],
  [{ after, verdict: 'ng' }, 'verdict'],
  [{ modelId: 'm' }, 'model'],
  [{ modelId: 'm', verdict: 'ng', minimumScore: 0.1 }, 'model'],
  [{ overridden: true }, 'review'],
  [{ overridden: true, verdict: 'ng', modelId: 'm', after }, 'review'],
  [{ defectType: 'crack' }, 'defect_type'],
  [{ defectType: 'crack', overridden: true, verdict: 'ng', since: '2026-01-01' }, 'defect_type'],
  [{ lotId: 'l' }, 'lot'],
  [{ lotId: 'l', verdict: 'ng' }, 'lot'],
  [{ lotId: 'l', overridden: true, defectType: 'crack' }, 'lot'],
  [{ lotId: 'l', modelId: 'm', verdict: 'ok', since: '2026-01-01' }, 'lot'],
  [{ after, lotId: 'l', verdict: 'ng' }, 'lot'],
]

test('no history query scans the table or sorts: each walks an index in order', (t) => {
  const store = temporaryStore(t)
  for (const [filter, index] of plans) {
    for (const order of ['newest', 'oldest'] as const) {
      const plan = store.inspections.explain({ projectId: 'p', order, ...filter })
      const name = JSON.stringify({ ...filter, order })
      assert.equal(plan.length, 1, `${name}: ${plan.join('; ')}`)
      assert.match(plan[0] ?? '', new RegExp(`^SEARCH inspection USING INDEX inspection_by_${index} `), name)
    }
  }
})

test('a summary is counted from an index alone, unless it asks for names or types', (t) => {
  const store = temporaryStore(t)
  for (const [filter] of plans) {
    const plan = store.inspections.explain({ projectId: 'p', ...filter }, 'summary')
    const covering =
      filter.fileName === undefined && filter.modelId === undefined && filter.defectType === undefined
    assert.equal(plan.length, 1)
    assert.match(
      plan[0] ?? '',
      covering ? /^SEARCH inspection USING COVERING INDEX/ : /^SEARCH inspection USING (COVERING )?INDEX/,
      JSON.stringify(filter),
    )
  }
  const lots = store.inspections.explain({ projectId: 'p' }, 'lots')
  assert.equal(lots.length, 2, lots.join('; '))
  assert.match(lots[0] ?? '', /^SEARCH lot USING (COVERING )?INDEX/)
  assert.match(lots[1] ?? '', /^SEARCH inspection USING COVERING INDEX inspection_by_lot /)
})

test('deleting needs no scan either: every reference has an index', (t) => {
  const { connection } = temporaryStore(t)
  const tables = connection
    .prepare<[], { name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .all()
  for (const { name } of tables) {
    const references = connection.prepare<[string], { from: string }>(
      'SELECT "from" FROM pragma_foreign_key_list(?)',
    )
    for (const { from } of references.all(name)) {
      const plan = connection
        .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN SELECT 1 FROM ${name} WHERE ${from} = 'x'`)
        .all()
      assert.match(plan[0]?.detail ?? '', /^SEARCH/, `${name}.${from}`)
    }
  }
})

test('filters, order, pages and the summary agree with a plain list', async (t) => {
  const store = openStore(temporaryFolder(t), { now: steppingClock() })
  atEnd(t, () => store.close())
  const bench = await addModel(store)
  const other = await addModel(store, 'another project')
  const lots = ['a', 'b'].map((name) => store.lots.findOrCreate(bench.projectId, name).id)
  const random = seededRandom(5)
  const all = store.inspections.createMany(
    Array.from({ length: 120 }, (_, index) =>
      anInspection(index % 10 === 9 ? other : bench, {
        verdict: random() < 0.3 ? 'ng' : 'ok',
        lotId: index % 10 === 9 || random() < 0.5 ? null : (lots[random() < 0.5 ? 0 : 1] ?? null),
        milliseconds: index,
        // Ties in time, so that the id has to decide.
        inspectedAt: new Date(Date.UTC(2026, 2, 1, 0, Math.floor(index / 7))).toISOString(),
      }),
    ),
  )
  const { projectId } = bench
  const [since, until] = ['2026-03-01T00:03:00.000Z', '2026-03-01T00:11:00.000Z']
  const filters: [InspectionFilter, (one: (typeof all)[number]) => boolean][] = [
    [{ projectId }, () => true],
    [{ projectId, verdict: 'ng' }, (one) => one.verdict === 'ng'],
    [{ projectId, lotId: lots[0] ?? '' }, (one) => one.lotId === lots[0]],
    [{ projectId, since, until }, (one) => one.inspectedAt >= since && one.inspectedAt < until],
    [{ projectId, modelId: other.modelId }, () => false],
  ]
  for (const [filter, keep] of filters) {
    const expected = all.filter((one) => one.projectId === projectId && keep(one))
    const newestFirst = [...expected].reverse()
    assert.deepEqual(store.inspections.list({ ...filter, order: 'oldest' }), expected)
    assert.deepEqual(store.inspections.list(filter), newestFirst)
    assert.deepEqual([...store.inspections.each(filter, 7)], newestFirst)
    assert.deepEqual([...store.inspections.each({ ...filter, limit: 10 }, 4)], newestFirst.slice(0, 10))
    const ng = expected.filter((one) => one.verdict === 'ng').length
    const total = expected.reduce((sum, one) => sum + one.milliseconds, 0)
    assert.equal(store.inspections.count(filter), expected.length)
    assert.deepEqual(store.inspections.summary(filter), {
      count: expected.length,
      ok: expected.length - ng,
      ng,
      modelOk: expected.length - ng,
      modelNg: ng,
      overridden: 0,
      meanMilliseconds: expected.length === 0 ? null : total / expected.length,
      first: expected[0]?.inspectedAt ?? null,
      last: expected.at(-1)?.inspectedAt ?? null,
    })
  }
})
