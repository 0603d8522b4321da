import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attemptKey, Attempts } from '../../../src/main/station/attempts.ts'

test('waits double up to the longest, and are forgotten after an hour', () => {
  let now = 0
  const attempts = new Attempts({ free: 3, longest: 10 }, () => now)
  const waits = Array.from({ length: 9 }, () => {
    attempts.begin('a')
    return attempts.wait('a')
  })
  assert.deepEqual(waits, [0, 0, 1, 2, 4, 8, 10, 10, 10])
  assert.equal(attempts.wait('b'), 0)
  now += 9_500
  assert.equal(attempts.wait('a'), 1)
  now += 3_600_000
  assert.equal(attempts.wait('a'), 0)
  attempts.begin('a')
  assert.equal(attempts.wait('a'), 0, 'counted anew')
})

test('what is remembered has a bound', () => {
  const attempts = new Attempts({ free: 1, longest: 60 }, () => 0)
  for (let count = 0; count < 20_000; count++) attempts.begin(`machine ${count}`)
  assert.equal(attempts.wait('machine 0'), 0)
  assert.equal(attempts.wait('machine 19999'), 1)
})

test('a machine is known by its address, or its network of IPv6', () => {
  assert.equal(attemptKey('192.0.2.1'), '192.0.2.1')
  assert.equal(attemptKey('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(attemptKey('2001:db8:1:2:3:4:5:6'), attemptKey('2001:db8:1:2:ffff::1'))
  assert.notEqual(attemptKey('2001:db8:1:2::1'), attemptKey('2001:db8:1:3::1'))
})
