import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Family, Field } from '../../src/contract/index.ts'
import { aboutTime, roundTime } from '../../src/renderer/pages/train/about.ts'
import {
  changedFields,
  configOf,
  fieldGroups,
  invalid,
  invalidFields,
  plainName,
  presetOf,
  stepOf,
  valuesOfPreset,
} from '../../src/renderer/pages/train/form-model.ts'
import { heldOutOf } from '../../src/renderer/pages/train/snapshot.ts'

function field(name: string, more: Partial<Field>): Field {
  return {
    name,
    kind: 'number',
    group: 'training',
    help: '',
    minimum: null,
    maximum: null,
    options: [],
    initial: 0,
    ...more,
  }
}
const epochs = field('epochs', { kind: 'integer', minimum: 1, maximum: 10_000, initial: 30 })
const rate = field('learningRate', { minimum: 1e-6, maximum: 0.1, initial: 2e-4 })
const channels = field('channels', { kind: 'choice', group: 'view', options: [1, 3], initial: 1 })
const flip = field('flipHorizontal', { kind: 'boolean', group: 'augmentation', initial: false })
const family: Family = {
  name: 'ganomaly',
  title: 'GANomaly',
  summary: '',
  fields: [epochs, rate, channels, flip],
  presets: { quick: { epochs: 10 }, balanced: {}, thorough: { epochs: 90, flipHorizontal: true } },
}

test('a preset fills in the whole form and is recognised again', () => {
  const values = valuesOfPreset(family, 'thorough')
  assert.deepEqual(values, { epochs: 90, learningRate: 2e-4, channels: 1, flipHorizontal: true })
  assert.equal(presetOf(family, values), 'thorough')
  assert.equal(presetOf(family, { ...values, epochs: 91 }), null)
})

test('only what differs from the family is sent; only what differs from the preset is marked', () => {
  const draft = { ...valuesOfPreset(family, 'quick'), learningRate: 1e-3 }
  assert.deepEqual(configOf(family, draft), { epochs: 10, learningRate: 1e-3 })
  assert.deepEqual([...changedFields(family, 'quick', draft)], ['learningRate'])
  assert.deepEqual(configOf(family, { ...draft, epochs: null }), { learningRate: 1e-3 })
})

test('wrong values are named with their range', () => {
  assert.equal(invalid(epochs, 5), null)
  assert.equal(invalid(epochs, null)?.key, 'missing')
  assert.equal(invalid(epochs, Number.NaN)?.key, 'missing')
  assert.equal(invalid(epochs, 2.5)?.key, 'whole')
  assert.deepEqual(invalid(epochs, 0), { key: 'between', values: { minimum: 1, maximum: 10_000 } })
  assert.equal(invalid(field('x', { minimum: 0 }), -1)?.key, 'atLeast')
  assert.equal(invalid(field('x', { maximum: 3 }), 4)?.key, 'atMost')
  assert.equal(invalid(channels, 3), null)
  assert.equal(invalid(channels, 2)?.key, 'choice')
  assert.equal(invalid(flip, true), null)
  assert.deepEqual(
    [...invalidFields(family, { ...valuesOfPreset(family, 'quick'), epochs: -1 }).keys()],
    ['epochs'],
  )
})

test('fields stand in groups; arrow keys move by something sensible', () => {
  assert.deepEqual(
    fieldGroups(family).map(({ group, fields }) => [group, fields.length]),
    [
      ['view', 1],
      ['training', 2],
      ['augmentation', 1],
    ],
  )
  assert.equal(stepOf(epochs), 1)
  assert.equal(stepOf(field('overlap', { minimum: 0, maximum: 0.75, initial: 0.5 })), 0.01)
  assert.equal(stepOf(field('weight', { minimum: 0, maximum: 1000, initial: 50 })), 10)
  assert.equal(plainName('learningRate'), 'learning rate')
})

test('an estimate is said in round numbers', () => {
  assert.deepEqual(roundTime(1), { unit: 'second', value: 5 })
  assert.deepEqual(roundTime(36), { unit: 'second', value: 35 })
  assert.deepEqual(roundTime(59), { unit: 'minute', value: 1 })
  assert.deepEqual(roundTime(473), { unit: 'minute', value: 8 })
  assert.deepEqual(roundTime(7000), { unit: 'hour', value: 2 })
  assert.equal(aboutTime(240, 'en'), '4 min')
})

test('what is held out is said before a training starts', () => {
  const good = (split: 'train' | 'validation' | 'test', count: number) => ({
    split,
    label: 'good' as const,
    count,
  })
  assert.deepEqual(heldOutOf([good('train', 40), good('test', 10)], 0.2), {
    learn: 32,
    holdOut: 8,
    enough: true,
    own: false,
  })
  assert.deepEqual(heldOutOf([good('train', 40), good('validation', 9)], 0.2), {
    learn: 40,
    holdOut: 9,
    enough: true,
    own: true,
  })
  assert.equal(heldOutOf([good('train', 4)], 0.1).holdOut, 2)
  assert.equal(heldOutOf([good('train', 3), good('test', 50)], 0.2).enough, false)
  assert.deepEqual(heldOutOf([], 0.2), { learn: 0, holdOut: 0, enough: false, own: false })
})
