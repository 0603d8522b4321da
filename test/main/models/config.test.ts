import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { augmentOf, commonSchema, fitOf } from '../../../src/main/models/config.ts'
import { families, familyNamed } from '../../../src/main/models/families.ts'
import { ganomaly } from '../../../src/main/models/ganomaly.ts'

describe('families', () => {
  test('are found by name; another name is answered with those that there are', () => {
    assert.equal(familyNamed('ganomaly'), ganomaly)
    assert.throws(() => familyNamed('gan'), /'gan'.*ganomaly/)
    assert.throws(() => familyNamed('toString'), /'toString'/)
  })

  for (const family of Object.values(families))
    test(`${family.name}: every field has a default and a help text`, () => {
      const defaults = family.schema.parse({}) as Record<string, unknown>
      for (const [name, field] of Object.entries(family.schema.shape)) {
        assert.ok((field.description ?? '').length > 10, `${name} is explained`)
        assert.notEqual(defaults[name], undefined, `${name} has a default`)
      }
      assert.ok(family.title && family.summary)
    })
})

describe("GANomaly's settings", () => {
  test('are by default those of the paper and its reference implementation', () => {
    const defaults = ganomaly.schema.parse({})
    assert.equal(defaults.learningRate, 2e-4)
    assert.equal(defaults.latent, 100)
    assert.deepEqual([defaults.adversarialWeight, defaults.imageWeight, defaults.latentWeight], [1, 50, 1])
  })

  test('augment nothing by default', () => {
    assert.deepEqual(augmentOf(commonSchema.parse({})), {
      flipHorizontal: false,
      flipVertical: false,
      quarterTurns: false,
      shift: 0,
      brightness: 0,
    })
  })

  const allowed: Readonly<Record<string, readonly unknown[]>> = {
    size: [32, 64, 128, 256],
    channels: [1, 3],
    fit: ['stretch', 'letterbox', 'centre-crop', 'tile'],
    overlap: [0, 0.75],
    scale: [0.05, 4],
    batch: [2, 512],
    epochs: [1, 10_000],
    learningRate: [1e-6, 0.1],
    seed: [0, 2 ** 31 - 1],
    shift: [0, 0.25],
    brightness: [0, 0.5],
    width: [4, 128],
    latent: [4, 1024],
    imageWeight: [0, 1000],
  }
  const refused: Readonly<Record<string, readonly unknown[]>> = {
    size: [16, 48, 100, 512, 64.5, '64', null],
    channels: [0, 2, 4],
    fit: ['crop', ''],
    overlap: [-0.1, 0.8, NaN],
    scale: [0, 5, Infinity],
    batch: [1, 0, 2.5, 1000],
    epochs: [0, 1.5, 20_000],
    learningRate: [0, -1e-3, 0.2, NaN],
    seed: [-1, 0.5, 2 ** 31],
    shift: [-0.1, 0.5],
    brightness: [0.6],
    flipHorizontal: ['yes', 1],
    width: [2, 200],
    latent: [1, 2000],
    imageWeight: [-1],
  }
  for (const [name, candidates] of Object.entries(allowed))
    test(`${name} may be ${candidates.join(', ')}`, () => {
      for (const value of candidates)
        assert.ok(ganomaly.schema.safeParse({ [name]: value }).success, `${value}`)
    })
  for (const [name, candidates] of Object.entries(refused))
    test(`${name} may not be ${candidates.map(String).join(', ')}; the message names the field`, () => {
      for (const value of candidates) {
        const result = ganomaly.schema.safeParse({ [name]: value })
        assert.ok(!result.success, `${value}`)
        assert.deepEqual(result.error.issues[0].path, [name])
      }
    })

  test('say how images become views', () => {
    const config = commonSchema.parse({ fit: 'tile', size: 64, overlap: 0.25, scale: 2 })
    assert.deepEqual(fitOf(config), { mode: 'tile', size: 64, overlap: 0.25, scale: 2 })
  })
})
