import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { ganomaly, ganomalyLosses, ganomalyStep } from '../../../src/main/models/ganomaly.ts'
import type { Engine } from '../../../src/main/nn/engines/engine.ts'
import { createOnnxEngine } from '../../../src/main/nn/engines/onnx/engine.ts'
import { sizeOf } from '../../../src/main/nn/graph.ts'
import { assertClose } from '../nn/compare.ts'
import { plainInspection, plainTraining } from './support/plainGanomaly.ts'
import { noiseBatches, runSteps, tinyGanomaly } from './support/tinyGanomaly.ts'

let engine: Engine
before(async () => {
  engine = await createOnnxEngine({ provider: 'cpu' })
})

const values = (states: readonly { readonly name: string; readonly initial: Float32Array }[]) =>
  Object.fromEntries(states.map(({ name, initial }) => [name, initial]))

describe('the architecture', () => {
  /** Shapes as [4, 4, C, F] in order of creation; batch norms have a scale and a shift after their filters. */
  const layers = (filters: readonly (readonly [string, number, number, 'norm'?])[]) =>
    filters.flatMap(([name, c, f, norm]) => {
      const features = name.startsWith('decoder') ? c : f
      const own: [string, readonly number[]][] = [[`generator/${name}/filters`, [4, 4, c, f]]]
      if (norm) own.push([`generator/${name}/gamma`, [features]], [`generator/${name}/beta`, [features]])
      return own
    })
  const shapesOf = (options: Parameters<typeof tinyGanomaly>[0]) =>
    ganomalyLosses(tinyGanomaly(options)).generator.parameters.map(({ name, node }) => [name, node.shape])

  test('of 32 pixels: three convolutions and a code, and the way back', () => {
    const encoder = (name: string) =>
      [
        [`${name}/0`, 1, 64],
        [`${name}/1`, 64, 128, 'norm'],
        [`${name}/2`, 128, 256, 'norm'],
        [`${name}/code`, 256, 100],
      ] as const
    assert.deepEqual(
      shapesOf({ size: 32, channels: 1, width: 64, latent: 100 }),
      layers([
        ...encoder('encoder1'),
        ['decoder/code', 256, 100, 'norm'],
        ['decoder/0', 128, 256, 'norm'],
        ['decoder/1', 64, 128, 'norm'],
        ['decoder/image', 1, 64],
        ...encoder('encoder2'),
      ]),
    )
  })

  test('of 128 pixels: two halvings more', () => {
    const encoder = (name: string) =>
      [
        [`${name}/0`, 3, 8],
        [`${name}/1`, 8, 16, 'norm'],
        [`${name}/2`, 16, 32, 'norm'],
        [`${name}/3`, 32, 64, 'norm'],
        [`${name}/4`, 64, 128, 'norm'],
        [`${name}/code`, 128, 20],
      ] as const
    assert.deepEqual(
      shapesOf({ size: 128, channels: 3, width: 8, latent: 20 }),
      layers([
        ...encoder('encoder1'),
        ['decoder/code', 128, 20, 'norm'],
        ['decoder/0', 64, 128, 'norm'],
        ['decoder/1', 32, 64, 'norm'],
        ['decoder/2', 16, 32, 'norm'],
        ['decoder/3', 8, 16, 'norm'],
        ['decoder/image', 3, 8],
        ...encoder('encoder2'),
      ]),
    )
  })

  // Counted by PyTorch on the same networks written for it.
  for (const [size, channels, width, latent, generatorCount, discriminatorCount] of [
    [32, 1, 64, 100, 3_200_384, 661_248],
    [64, 1, 32, 100, 3_297_472, 693_632],
    [128, 3, 32, 100, 10_823_872, 2_796_928],
    [256, 3, 8, 64, 2_885_680, 703_840],
  ] as const)
    test(`has PyTorch's number of parameters at ${size} pixels`, () => {
      const built = ganomalyLosses(tinyGanomaly({ size, channels, width, latent, batch: 2 }))
      const count = ({ parameters }: typeof built.generator): number =>
        parameters.reduce((sum, { node }) => sum + sizeOf(node.shape), 0)
      assert.deepEqual(
        [count(built.generator), count(built.discriminator)],
        [generatorCount, discriminatorCount],
      )
    })

  test('starts from N(0, 0.02), batch norm from N(1, 0.02) and 0', () => {
    const { generator, discriminator } = ganomalyLosses(tinyGanomaly({ width: 16, latent: 64 }))
    const all = (ending: string): number[] =>
      [...generator.parameters, ...discriminator.parameters]
        .filter(({ name }) => name.endsWith(ending))
        .flatMap(({ initial }) => Array.from(initial))
    const moments = (numbers: readonly number[]) => {
      const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length
      return [mean, Math.sqrt(numbers.reduce((a, b) => a + (b - mean) ** 2, 0) / numbers.length)]
    }
    const [mean, deviation] = moments(all('/filters'))
    assert.ok(Math.abs(mean) < 2e-4 && Math.abs(deviation - 0.02) < 2e-4, `${mean} ± ${deviation}`)
    const [scaleMean, scaleDeviation] = moments(all('/gamma'))
    assert.ok(Math.abs(scaleMean - 1) < 5e-3 && Math.abs(scaleDeviation - 0.02) < 5e-3)
    assert.ok(all('/beta').every((value) => value === 0))
  })

  test('first values come from the seed', () => {
    const draw = (seed: number) => values(ganomalyLosses(tinyGanomaly({ seed })).generator.parameters)
    assert.deepEqual(draw(3), draw(3))
    assert.notDeepEqual(draw(3), draw(4))
  })
})

for (const [title, changes] of [
  ['grey', { channels: 1 }],
  ['grey, the generator by cross-entropy', { generatorLoss: 'cross-entropy' }],
  ['colour, twice the size, an odd batch', { channels: 3, size: 64, batch: 3, width: 4, latent: 5 }],
] as const)
  describe(`the training step, ${title}`, () => {
    const config = tinyGanomaly(changes)
    const program = ganomalyStep(config)
    const built = ganomalyLosses(config)
    const [images] = noiseBatches(config, 1)
    const initial = values([...built.generator.parameters, ...built.discriminator.parameters])
    const expected = plainTraining(images, config, initial)

    test('its losses are those of the same networks in plain JavaScript', async () => {
      const { losses } = await runSteps(engine, program, [images])
      assert.deepEqual(Object.keys(losses[0]).sort(), Object.keys(expected.losses).sort())
      for (const [name, value] of Object.entries(expected.losses))
        assert.ok(Math.abs(losses[0][name] / value - 1) < 1e-5, `${name}: ${losses[0][name]}, not ${value}`)
    })

    test('its reconstruction too', async () => {
      const executable = await engine.compile({
        inputs: { images: built.images },
        outputs: { rebuilt: built.reconstruction },
        states: [...built.generator.parameters],
      })
      const { rebuilt } = await executable.run({ images })
      await executable.release()
      assert.deepEqual(built.reconstruction.shape, expected.reconstruction.shape)
      assertClose(rebuilt, expected.reconstruction.data, 1e-5, 'reconstruction')
    })

    test('running statistics take a tenth of the batch, the variance unbiased', async () => {
      const { state } = await runSteps(engine, program, [images])
      const layers = Object.keys(state).filter((name) => name.endsWith('/mean'))
      assert.ok(layers.length >= 7)
      for (const layer of layers.map((name) => name.slice(0, -'/mean'.length))) {
        const batch = expected.statistics.get(layer)
        assert.ok(batch, layer)
        const unbiased = batch.count / (batch.count - 1)
        assertClose(
          state[`${layer}/mean`],
          batch.mean.map((value) => 0.1 * value),
          1e-6,
          layer,
        )
        assertClose(
          state[`${layer}/variance`],
          batch.variance.map((value) => 0.9 + 0.1 * unbiased * value),
          1e-6,
          layer,
        )
      }
    })

    test('moves every parameter, by the learning rate at most', async () => {
      const { state } = await runSteps(engine, program, [images])
      for (const [name, before] of Object.entries(initial)) {
        const moves = state[name].map((value, i) => Math.abs(value - before[i]))
        assert.ok(Math.max(...moves) > 0.5 * config.learningRate, `${name} moves`)
        assert.ok(Math.max(...moves) < 1.001 * config.learningRate + 1e-7, `${name} does not jump`)
      }
    })
  })

test('weights of the losses weigh', async () => {
  const config = tinyGanomaly({ adversarialWeight: 2, imageWeight: 3, latentWeight: 5 })
  const { losses } = await runSteps(engine, ganomalyStep(config), noiseBatches(config, 1))
  const { generator, adversarial, image, latent } = losses[0]
  assert.ok(Math.abs(generator - (2 * adversarial + 3 * image + 5 * latent)) < 1e-5 * generator)
})

test('a weight of 0 silences its loss: the other parameters learn as without it', async () => {
  const config = tinyGanomaly({ imageWeight: 0, adversarialWeight: 0, latentWeight: 0 })
  const { losses, state } = await runSteps(engine, ganomalyStep(config), noiseBatches(config, 1))
  assert.equal(losses[0].generator, 0)
  for (const { name, initial } of ganomalyLosses(config).generator.parameters)
    assert.deepEqual(state[name], initial, name)
})

describe('inspection', () => {
  const config = tinyGanomaly({ channels: 3, batch: 3 })

  test('is the trained generator by its running statistics', async () => {
    const batches = noiseBatches(config, 4)
    const { state } = await runSteps(engine, ganomalyStep(config), batches)
    const weights = Object.fromEntries(
      Object.entries(state).filter(([name]) => ganomaly.isInspectionState(name)),
    )
    assert.ok(
      Object.keys(weights).every((name) => !name.startsWith('discriminator') && !name.startsWith('adam')),
    )
    const { images } = ganomalyLosses(config)
    const { reconstruction, latent } = ganomaly.inspection(images, config, weights)
    const executable = await engine.compile({
      inputs: { images },
      outputs: { reconstruction, latent },
      states: [],
    })
    const outputs = await executable.run({ images: batches[0] })
    await executable.release()
    const expected = plainInspection(batches[0], config, weights)
    assertClose(outputs.reconstruction, expected.reconstruction, 1e-5, 'reconstruction')
    assert.deepEqual(latent.shape, [config.batch])
    expected.latent.forEach((value, i) => assert.ok(Math.abs(outputs.latent[i] / value - 1) < 1e-4))
    assert.ok(outputs.reconstruction.every((value) => value >= 0 && value <= 1))
  })

  test('names what a checkpoint lacks', () => {
    const { images } = ganomalyLosses(config)
    assert.throws(() => ganomaly.inspection(images, config, {}), /generator\/encoder1\/0\/filters/)
  })
})

test('a discriminator that has won is started anew, as in the reference implementation', () => {
  assert.equal(ganomaly.restart({ generator: 1, discriminator: 9e-6 }), 'discriminator/')
  assert.equal(ganomaly.restart({ generator: 1, discriminator: 2e-5 }), null)
  assert.equal(ganomaly.restart({ generator: 1 }), null)
})
