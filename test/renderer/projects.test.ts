import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProjectOverview } from '../../src/contract/index.ts'
import { nextStep, pageOf, parseScale, shownProjects } from '../../src/renderer/pages/projects/cards.ts'

const empty: ProjectOverview = {
  id: 'project1',
  name: 'Flange',
  description: 'Line 3',
  millimetresPerPixel: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  archivedAt: null,
  good: 0,
  defect: 0,
  unlabelled: 0,
  models: 0,
  inspections: 0,
  currentModel: null,
  lastLot: null,
  lastActivity: '2026-01-01T00:00:00.000Z',
  coverSampleId: null,
  running: 0,
}

test('a project leads on to what it lacks: images, labels, a model, then parts', () => {
  assert.equal(nextStep(empty), 'import')
  assert.equal(nextStep({ ...empty, unlabelled: 9 }), 'label')
  assert.equal(nextStep({ ...empty, defect: 3 }), 'label')
  assert.equal(nextStep({ ...empty, good: 9, unlabelled: 1 }), 'train')
  assert.equal(nextStep({ ...empty, good: 9, models: 1 }), 'inspect')
  // An imported model needs no images.
  assert.equal(nextStep({ ...empty, models: 1 }), 'inspect')
})

test('an import opens its dialog at once; the other steps are pages', () => {
  assert.deepEqual(pageOf('import'), { name: 'samples', query: { import: '1' } })
  assert.deepEqual(pageOf('label'), { name: 'samples', query: {} })
  assert.deepEqual(pageOf('inspect'), { name: 'inspect', query: {} })
})

test('archived projects are shown apart, and all words of a search must occur', () => {
  const archived = { ...empty, id: 'project2', name: 'Old flange', archivedAt: '2026-02-01T00:00:00.000Z' }
  const names = (search: string, isArchived = false) =>
    shownProjects([empty, archived], { search, archived: isArchived }).map((one) => one.name)
  assert.deepEqual(names(''), ['Flange'])
  assert.deepEqual(names('', true), ['Old flange'])
  assert.deepEqual(names('line FLANGE'), ['Flange'])
  assert.deepEqual(names('flange washer'), [])
})

test('a scale may be typed with a comma, may be left out, and must be above zero', () => {
  assert.equal(parseScale(' 0,05 '), 0.05)
  assert.equal(parseScale('0.05'), 0.05)
  assert.equal(parseScale(''), null)
  for (const wrong of ['0', '-1', 'abc', '1,000.5', '1001', 'Infinity'])
    assert.equal(parseScale(wrong), undefined)
})
