import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  keepOnly,
  moveCursor,
  nothingSelected,
  selectAll,
  selectOne,
  selectSpan,
  spanTo,
  stepFrom,
  toggleOne,
} from '../../src/renderer/pages/samples/selection.ts'

const ids = Array.from({ length: 20 }, (_, index) => `s${index}`)
const between = (first: number, last: number) => ids.slice(first, last + 1)

test('a click selects one, Ctrl adds and removes', () => {
  const one = selectOne(3, 's3')
  const two = toggleOne(one, 5, 's5')
  assert.deepEqual([...two.ids], ['s3', 's5'])
  assert.deepEqual([...toggleOne(two, 3, 's3').ids], ['s5'])
  assert.deepEqual([...selectOne(7, 's7').ids], ['s7'])
})

test('Shift selects from the anchor, forwards and backwards, and the anchor stays', () => {
  const start = selectOne(5, 's5')
  assert.deepEqual(spanTo(start, 8), [5, 8])
  const forwards = selectSpan(start, 8, between(5, 8))
  assert.equal(forwards.ids.size, 4)
  assert.deepEqual(spanTo(forwards, 2), [2, 5])
  const backwards = selectSpan(forwards, 2, between(2, 5))
  assert.deepEqual([...backwards.ids], ['s2', 's3', 's4', 's5'])
  assert.equal(backwards.cursor, 2)
})

test('Ctrl+Shift adds a span to what is selected', () => {
  const two = toggleOne(selectOne(0, 's0'), 10, 's10')
  assert.deepEqual([...selectSpan(two, 12, between(10, 12), true).ids], ['s0', 's10', 's11', 's12'])
})

test('Shift before any click begins a span where it was', () => {
  assert.deepEqual(spanTo(nothingSelected, 4), [4, 4])
  assert.equal(selectSpan(nothingSelected, 4, ['s4']).anchor, 4)
})

test('moving alone and selecting all keep the cursor', () => {
  const moved = moveCursor(selectOne(2, 's2'), 6)
  assert.equal(moved.cursor, 6)
  assert.deepEqual([...moved.ids], ['s2'])
  const all = selectAll(moved, ids)
  assert.equal(all.ids.size, 20)
  assert.equal(all.cursor, 6)
})

test('what is gone leaves the selection; nothing else changes it', () => {
  const two = toggleOne(selectOne(0, 's0'), 1, 's1')
  assert.equal(
    keepOnly(two, () => true),
    two,
  )
  assert.deepEqual([...keepOnly(two, (id) => id !== 's0').ids], ['s1'])
})

test('arrows walk the grid and stop at its edges', () => {
  const grid = { total: 18, columns: 5, rows: 2 }
  assert.equal(stepFrom(null, 'right', grid), 0)
  assert.equal(stepFrom(0, 'left', grid), 0)
  assert.equal(stepFrom(4, 'right', grid), 5)
  assert.equal(stepFrom(7, 'up', grid), 2)
  assert.equal(stepFrom(2, 'up', grid), 2)
  assert.equal(stepFrom(7, 'down', grid), 12)
  // The last row is short: from above its gap it is reached all the same.
  assert.equal(stepFrom(14, 'down', grid), 17)
  assert.equal(stepFrom(16, 'down', grid), 16)
  assert.equal(stepFrom(17, 'right', grid), 17)
  assert.equal(stepFrom(8, 'pageUp', grid), 3)
  assert.equal(stepFrom(3, 'pageUp', grid), 3)
  assert.equal(stepFrom(9, 'first', grid), 0)
  assert.equal(stepFrom(null, 'last', grid), 17)
})
