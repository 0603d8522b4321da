import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HistoryError, parseMoment } from '../../../src/main/app/history.ts'

const now = new Date(2026, 2, 15, 14, 30)

test('ages, days and times are read as people mean them', () => {
  assert.equal(parseMoment('90m', now).getTime(), now.getTime() - 90 * 60_000)
  assert.equal(parseMoment('1.5h', now).getTime(), now.getTime() - 90 * 60_000)
  assert.equal(parseMoment('7d', now).getTime(), now.getTime() - 7 * 86_400_000)
  assert.deepEqual(parseMoment('today', now), new Date(2026, 2, 15))
  assert.deepEqual(parseMoment('Yesterday', now), new Date(2026, 2, 14))
  assert.deepEqual(parseMoment('2026-03-01', now), new Date(2026, 2, 1))
  assert.deepEqual(parseMoment('2026-03-01T14:30', now), new Date(2026, 2, 1, 14, 30))
  assert.deepEqual(parseMoment('2026-03-01 14:30', now), new Date(2026, 2, 1, 14, 30))
  assert.equal(parseMoment('2026-03-01T14:30:00Z', now).toISOString(), '2026-03-01T14:30:00.000Z')
})

test('what is no moment is refused with what is one', () => {
  for (const text of ['', 'soon', '2026-13-01', '2026-02-30', '7', '-7d', '2026-03-01T99:00']) {
    assert.throws(
      () => parseMoment(text, now),
      (error) => error instanceof HistoryError && /2026-03-01/.test(error.message),
    )
  }
})
