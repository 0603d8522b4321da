import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isId, newId } from '../../../src/main/store/ids.ts'

test('ids ascend within a millisecond, over time, and when the clock steps back', () => {
  const later = Date.parse('2100-01-01T00:00:00Z')
  const ids = [newId(later), newId(later), newId(later - 60_000), newId(later + 1)]
  assert.deepEqual([...ids].sort(), ids)
  assert.equal(new Set(ids).size, ids.length)
})

test('ten thousand ids of one millisecond are distinct, sorted and fit into a path and a URL', () => {
  const ids = Array.from({ length: 10_000 }, () => newId(0))
  assert.deepEqual([...ids].sort(), ids)
  assert.equal(new Set(ids).size, ids.length)
  assert.ok(ids.every((id) => /^[0-9a-hjkmnp-tv-z]{19}$/.test(id)))
})

test('what could leave a folder is no id', () => {
  for (const text of ['', '..', '../x', 'a/b', 'a\\b', 'a.png', 'ABCDEFGH', 'x'.repeat(41)]) {
    assert.equal(isId(text), false, text)
  }
  assert.equal(isId(newId()), true)
})
