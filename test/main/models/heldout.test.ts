/** What held-out images say of a model, with made-up ones that rebuild perfectly well or far too well. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Family } from '../../../src/main/models/family.ts'
import { ganomaly, type GanomalyConfig } from '../../../src/main/models/ganomaly.ts'
import { HeldOut } from '../../../src/main/models/heldout.ts'
import { Inspector, ModelFileError } from '../../../src/main/models/inspector.ts'
import type { Calibration, ModelMetadata, TrainingSample } from '../../../src/main/models/types.ts'
import { add, multiply } from '../../../src/main/nn/operations/elementwise.ts'
import { mean } from '../../../src/main/nn/operations/reduction.ts'
import { Random } from '../../../src/main/nn/random.ts'
import { drawPart, savePart, tinyConfig, withDefect, Workshop } from './support/parts.ts'

const part = { width: 64, height: 64 }

/** Rebuilds any image as a good part without its grain: all that is wrong stays in the difference. */
const knowing: Family<GanomalyConfig> = {
  ...ganomaly,
  inspection: (images, { size }) => {
    const ideal = Float32Array.from(
      { length: size * size },
      (_, i) => 0.55 + (0.25 * (i % size)) / size + (0.1 * Math.floor(i / size)) / size,
    )
    return {
      reconstruction: add(multiply(images, 0), images.graph.constant(ideal, [1, size, size, 1])),
      latent: mean(images, [1, 2, 3]),
    }
  },
}

/** Has learnt to rebuild whatever it sees, but for a trifle. */
const copying: Family<GanomalyConfig> = {
  ...ganomaly,
  inspection: (images) => ({ reconstruction: multiply(images, 0.999), latent: mean(images, [1, 2, 3]) }),
}

let workshop: Workshop
let good: readonly TrainingSample[]
let defects: readonly TrainingSample[]
before(async () => {
  workshop = await Workshop.open([part], { train: 0, validation: 12 })
  good = workshop.samples
  const random = new Random('defects')
  defects = await Promise.all(
    [0, 1, 2, 3].map(async (index) => {
      const file = path.join(workshop.folder, `defect${index}.png`)
      await savePart(
        file,
        withDefect(drawPart(random, part), { x: 8 + 12 * index, y: 20, side: 8, value: 0.3 }),
      )
      return { id: `defect${index}`, file, split: 'validation' as const, label: 'defect' as const }
    }),
  )
})
after(() => workshop.close())

const open = (samples: readonly TrainingSample[], family: Family, config = {}): Promise<HeldOut> =>
  HeldOut.open(samples, family, ganomaly.schema.parse({ ...tinyConfig, size: 64, ...config }), (_, error) =>
    assert.fail(error.message),
  )

describe('the validation of an epoch', () => {
  for (const fit of ['stretch', 'tile'])
    test(`prefers a model that shows faults to one that rebuilds anything, ${fit}`, async () => {
      for (const samples of [good, [...good, ...defects]]) {
        const known = await (await open(samples, knowing, { fit })).validate({})
        const copied = await (await open(samples, copying, { fit })).validate({})
        assert.ok(known > 0 && copied < 1)
        assert.ok(known < copied - 0.1, `${known} and ${copied}`)
      }
    })

  test('is the same each time', async () => {
    const heldOut = await open(good, knowing)
    assert.equal(await heldOut.validate({}), await heldOut.validate({}))
  })
})

describe('a finished model', () => {
  const describeWith =
    (config: GanomalyConfig) =>
    (calibration: Calibration): string =>
      JSON.stringify({
        version: 1,
        family: 'made-up',
        config,
        input: { size: 64, channels: 1, range: [0, 1], layout: 'NCHW' },
        fit: { mode: config.fit, size: 64, overlap: config.overlap, scale: config.scale },
        calibration,
        training: {
          epochs: 1,
          bestEpoch: 1,
          engine: 'none',
          seconds: 1,
          images: 1,
          views: 1,
          seed: 1,
          finished: '2026-01-01T00:00:00.000Z',
        },
        application: 'test',
      } satisfies ModelMetadata)

  for (const fit of ['stretch', 'tile'] as const)
    test(`is calibrated by good parts alone, each scored as one that it has not seen, ${fit}`, async () => {
      const config = ganomaly.schema.parse({ ...tinyConfig, size: 64, fit, overlap: 0.5, scale: 1.25 })
      const heldOut = await open([...good, ...defects], knowing, config)
      assert.equal(heldOut.goodCount, good.length)
      const { calibration, model } = await heldOut.finish({}, 0.05, describeWith(config))
      assert.equal(calibration.goodScores.map.length, good.length)
      assert.ok(calibration.threshold.value > calibration.goodScores.map[good.length >> 1])
      if (fit === 'stretch') assert.equal(calibration.position, null, "the model's own map has the positions")

      const file = path.join(workshop.folder, `${fit}.onnx`)
      await writeFile(file, model)
      const inspector = await Inspector.open(file)
      assert.deepEqual(inspector.metadata.calibration, calibration)
      const scoresOf = async (images: HeldOut['images']): Promise<number[]> =>
        (await inspector.judgeMany(images.map(({ raster }) => raster))).map(({ scores }) => scores.map)
      // An image is closer to statistics that it is part of: the model's own scores would be too kind.
      const seen = await scoresOf(heldOut.images.filter(({ defect }) => !defect))
      const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
      assert.ok(sum(calibration.goodScores.map) >= sum(seen))
      for (const score of await scoresOf(heldOut.images.filter(({ defect }) => defect)))
        assert.ok(score > calibration.threshold.value, `${score} is over ${calibration.threshold.value}`)
      await inspector.release()
    })

  test('without its description is no model', async () => {
    const { model } = await (await open(good, knowing)).finish({}, 0.05, () => '{}')
    const file = path.join(workshop.folder, 'nameless.onnx')
    await writeFile(file, model)
    await assert.rejects(Inspector.open(file), ModelFileError)
  })
})

test('held-out images that cannot be read are told and left out', async () => {
  const file = path.join(workshop.folder, 'broken.png')
  await writeFile(file, 'no picture')
  const skipped: string[] = []
  const heldOut = await HeldOut.open(
    [{ id: 'broken', file, split: 'validation', label: 'good' }, ...good],
    ganomaly,
    ganomaly.schema.parse(tinyConfig),
    ({ id }) => skipped.push(id),
  )
  assert.deepEqual(skipped, ['broken'])
  assert.equal(heldOut.goodCount, good.length)
})
