import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  defectTypesOf,
  facetCounts,
  matchesFilter,
  totalsOf,
  type CountRow,
} from '../../src/renderer/pages/samples/facets.ts'
import { commandOf } from '../../src/renderer/pages/samples/hotkeys.ts'

const rows: CountRow[] = [
  { split: 'train', label: 'good', defectType: null, count: 40 },
  { split: 'validation', label: 'good', defectType: null, count: 10 },
  { split: 'test', label: 'good', defectType: null, count: 5 },
  { split: 'test', label: 'defect', defectType: 'scratch', count: 7 },
  { split: 'test', label: 'defect', defectType: 'dent', count: 9 },
  { split: 'test', label: 'defect', defectType: null, count: 1 },
  { split: 'train', label: 'unlabelled', defectType: null, count: 3 },
]

test('totals count every image once; test images are not for training', () => {
  assert.deepEqual(totalsOf(rows), {
    all: 75,
    labels: { good: 55, defect: 17, unlabelled: 3 },
    splits: { train: 43, validation: 10, test: 22 },
    goodForTraining: 50,
  })
  assert.equal(totalsOf([]).all, 0)
})

test('a choice is counted with the other filters as they are, not with its own', () => {
  const labels = facetCounts(rows, { split: 'test', label: 'good' }, 'label')
  assert.equal(labels.get('good'), 5)
  assert.equal(labels.get('defect'), 17)
  assert.equal(labels.get('unlabelled'), undefined)
  const types = facetCounts(rows, { label: 'defect' }, 'defectType')
  assert.deepEqual(
    [...types],
    [
      ['scratch', 7],
      ['dent', 9],
      [null, 1],
    ],
  )
})

test('the keys 1 to 9 are the defect types, most frequent first', () => {
  const types = defectTypesOf(rows)
  assert.deepEqual(types, ['dent', 'scratch'])
  const key = (name: string, more = {}) =>
    commandOf({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more }, types)
  assert.deepEqual(key('2'), { kind: 'defect', type: 'scratch' })
  assert.equal(key('3'), undefined)
  assert.deepEqual(key('G', { shiftKey: true }), { kind: 'label', label: 'good' })
  assert.deepEqual(key('e'), { kind: 'split', split: 'test' })
  assert.deepEqual(key('z', { ctrlKey: true }), { kind: 'undo' })
  // Shortcuts of the browser and the menu are left alone.
  assert.equal(key('d', { ctrlKey: true }), undefined)
  assert.equal(key('1', { altKey: true }), undefined)
})

test('a sample that was given another label is known not to match its filter any more', () => {
  const sample = { label: 'good', split: 'train', defectType: null, originalName: 'Part_07.PNG' } as const
  assert.equal(matchesFilter(sample, { label: 'good', name: 'part_' }), true)
  assert.equal(matchesFilter(sample, { label: 'unlabelled' }), false)
  assert.equal(matchesFilter(sample, { name: '08' }), false)
  assert.equal(matchesFilter(sample, {}), true)
})
