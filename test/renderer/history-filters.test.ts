import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  countFilters,
  filtersOf,
  historyFilter,
  queryOf,
  type Filters,
} from '../../src/renderer/pages/history/filters.ts'

const now = new Date(2026, 10, 24, 15, 30)
const midnight = (year: number, month: number, day: number): string =>
  new Date(year, month - 1, day).toISOString()

test('an address holds the whole filter and gives it back', () => {
  const filters: Filters = {
    lotId: 'abc123def',
    verdict: 'ng',
    defectType: 'scratch & dent',
    overridden: true,
    from: '2026-11-01',
    to: '2026-11-24',
    minimumScore: 0,
    maximumScore: 0.75,
    fileName: '100 %.png',
  }
  assert.deepEqual(filtersOf(queryOf(filters)), filters)
  assert.deepEqual(filtersOf(queryOf({ span: 'week' })), { span: 'week' })
  assert.deepEqual(queryOf({}), {})
  assert.deepEqual(queryOf({ fileName: '' }), {})
})

test('an address that makes no sense filters nothing', () => {
  assert.deepEqual(
    filtersOf({
      lot: '../../etc',
      verdict: 'perhaps',
      span: 'century',
      from: '2026-02-31',
      to: 'today',
      min: '-1',
      max: 'x',
      overridden: 'no',
      file: ['a', 'b'],
      type: null,
    }),
    {},
  )
})

test('days are local and both inclusive', () => {
  const filter = historyFilter('project1', { from: '2026-11-01', to: '2026-11-30' }, now)
  assert.equal(filter.since, midnight(2026, 11, 1))
  assert.equal(filter.until, midnight(2026, 12, 1))
})

test('spans begin at midnight and have no end', () => {
  assert.deepEqual(historyFilter('project1', { span: 'today' }, now), {
    projectId: 'project1',
    since: midnight(2026, 11, 24),
  })
  assert.equal(historyFilter('project1', { span: 'week' }, now).since, midnight(2026, 11, 18))
  assert.equal(historyFilter('project1', { span: 'month' }, now).since, midnight(2026, 10, 26))
})

test('a named span wins over days in the same address', () => {
  assert.deepEqual(filtersOf({ span: 'today', from: '2026-11-01' }), { span: 'today' })
})

test('two ends of a range are one filter', () => {
  assert.equal(countFilters({}), 0)
  assert.equal(countFilters({ from: '2026-11-01', to: '2026-11-02' }), 1)
  assert.equal(countFilters({ minimumScore: 0, maximumScore: 1, verdict: 'ok' }), 2)
})
