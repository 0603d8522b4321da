import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateText, spanOf, yieldOf } from '../../src/renderer/pages/reports/scope.ts'

const none = { from: '', to: '' }
const afternoon = new Date(2026, 10, 24, 15, 30)
const local = (year: number, month: number, day: number) => new Date(year, month - 1, day).toISOString()

test('spans are whole local days, the end exclusive', () => {
  assert.deepEqual(spanOf('today', afternoon, none), {
    since: local(2026, 11, 24),
    until: local(2026, 11, 25),
  })
  assert.deepEqual(spanOf('yesterday', afternoon, none), {
    since: local(2026, 11, 23),
    until: local(2026, 11, 24),
  })
  assert.deepEqual(spanOf('week', afternoon, none), {
    since: local(2026, 11, 18),
    until: local(2026, 11, 25),
  })
})

test('a span goes over the end of a month and a year', () => {
  assert.deepEqual(spanOf('yesterday', new Date(2027, 0, 1), none), {
    since: local(2026, 12, 31),
    until: local(2027, 1, 1),
  })
})

test('both typed dates are inclusive, and one may be open', () => {
  assert.deepEqual(spanOf('custom', afternoon, { from: '2026-11-01', to: '2026-11-30' }), {
    since: local(2026, 11, 1),
    until: local(2026, 12, 1),
  })
  assert.deepEqual(spanOf('custom', afternoon, { from: '2026-11-01', to: '' }), { since: local(2026, 11, 1) })
  assert.deepEqual(spanOf('custom', afternoon, { from: '', to: '2026-11-30' }), { until: local(2026, 12, 1) })
})

test('dates that are none, or the wrong way round, are no span', () => {
  for (const custom of [
    none,
    { from: '2026-11-02', to: '2026-11-01' },
    { from: '2026-02-30', to: '' },
    { from: 'yesterday', to: '2026-11-01' },
  ])
    assert.equal(spanOf('custom', afternoon, custom), undefined, JSON.stringify(custom))
})

test('dates are written as date inputs want them', () => {
  assert.equal(dateText(new Date(2026, 0, 5)), '2026-01-05')
})

test('a yield is a share of what was inspected, and unknown where nothing was', () => {
  assert.equal(yieldOf({ ok: 39, ng: 1 }), 0.975)
  assert.equal(yieldOf({ ok: 0, ng: 0 }), null)
})
