import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  needsLabel,
  optionsOf,
  plainPath,
  plainProblem,
} from '../../src/renderer/pages/samples/import-steps.ts'

test('a person is asked what images are only where the folders do not tell', () => {
  assert.deepEqual((['mvtec', 'labelled-folders', 'csv', 'flat', 'unknown'] as const).filter(needsLabel), [
    'flat',
    'unknown',
  ])
})

test('a defect type goes with defects alone', () => {
  assert.deepEqual(optionsOf({}), {})
  assert.deepEqual(optionsOf({ label: 'good', defectType: 'dent', split: 'test' }), {
    label: 'good',
    split: 'test',
  })
  assert.deepEqual(optionsOf({ label: 'defect', defectType: ' dent ' }), {
    label: 'defect',
    defectType: 'dent',
  })
  assert.deepEqual(optionsOf({ label: 'defect', defectType: '  ' }), { label: 'defect' })
})

test('files that were sent are named as the sender knows them', () => {
  const file = '/data/uploads/1m85ghxxjdxd4fx3sxy/good/broken.png'
  assert.equal(plainPath(file), 'good/broken.png')
  assert.equal(plainPath('C:\\data\\uploads\\1m85ghxxjdxd4fx3sxy\\a.png'), 'a.png')
  assert.equal(plainPath('/line/3/a.png'), '/line/3/a.png')
  assert.deepEqual(plainProblem({ file, reason: `${file} is no image.` }), {
    file: 'good/broken.png',
    reason: 'good/broken.png is no image.',
  })
})
