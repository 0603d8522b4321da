/** Losses and published scores of each family beside the same in double precision, written from the papers. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { adversarialLosses } from '../../../src/main/models/adversarial.ts'
import { anogan } from '../../../src/main/models/anogan.ts'
import type { CommonConfig } from '../../../src/main/models/config.ts'
import { egbad } from '../../../src/main/models/egbad.ts'
import { fAnogan } from '../../../src/main/models/f-anogan.ts'
import type { Family } from '../../../src/main/models/family.ts'
import { skipGanomaly } from '../../../src/main/models/skip-ganomaly.ts'
import type { Engine, Values } from '../../../src/main/nn/engines/engine.ts'
import { createOnnxEngine } from '../../../src/main/nn/engines/onnx/engine.ts'
import { Graph } from '../../../src/main/nn/graph.ts'
import {
  plainAnogan,
  plainCritic,
  plainEgbad,
  plainEgbadScore,
  plainEncoder,
  plainFAnoganScore,
  plainSkipGanomaly,
  plainSkipScore,
  plainWganGenerator,
} from './support/plainFamilies.ts'
import { initialOf, inputsOf, lively, stepped, tiny, trainedFor } from './support/tinyFamilies.ts'
import { noiseBatches } from './support/tinyGanomaly.ts'

let engine: Engine
before(async () => {
  engine = await createOnnxEngine({ provider: 'cpu' })
})

function assertLosses(
  actual: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, number>>,
): void {
  assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort())
  for (const [name, value] of Object.entries(expected))
    assert.ok(
      Math.abs(actual[name] - value) < 2e-5 * Math.abs(value) + 1e-6,
      `${name}: ${actual[name]}, not ${value}`,
    )
}

/** The published score as the inspection graph gives it. */
async function scoresOf<Config extends CommonConfig>(
  family: Family<Config>,
  config: Config,
  images: Float32Array,
  weights: Values,
): Promise<Float32Array> {
  const { batch, size, channels } = config
  const node = new Graph().input('images', [batch, size, size, channels])
  const { latent, reconstruction } = family.inspection(node, config, weights)
  assert.deepEqual(latent.shape, [batch])
  assert.deepEqual(reconstruction.shape, [batch, size, size, channels])
  const executable = await engine.compile({
    inputs: { images: node },
    outputs: { latent, reconstruction },
    states: [],
  })
  const outputs = await executable.run({ images })
  await executable.release()
  assert.ok(outputs.reconstruction.every((value) => value >= 0 && value <= 1))
  return outputs.latent
}

function assertScores(actual: Float32Array, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length)
  expected.forEach((value, n) => {
    assert.ok(value > 0)
    assert.ok(Math.abs(actual[n] / value - 1) < 1e-5, `${actual[n]}, not ${value}`)
  })
}

describe('Skip-GANomaly', () => {
  for (const channels of [1, 3] as const)
    test(`its losses, ${channels} channels`, async () => {
      const config = tiny(skipGanomaly, { channels })
      const program = skipGanomaly.trainingProgram(config)
      const { images } = inputsOf(program, config)
      const values = lively(program)
      const { losses } = await stepped(engine, program, { images }, values)
      assertLosses(losses, plainSkipGanomaly(images, config, values))
    })

  test('its score: 0.9 · residual + 0.1 · features', async () => {
    const config = tiny(skipGanomaly)
    const weights = await trainedFor(engine, skipGanomaly, config, 3)
    const [images] = noiseBatches(config, 1)
    assertScores(
      await scoresOf(skipGanomaly, config, images, weights),
      plainSkipScore(images, config, weights),
    )
  })
})

describe('EGBAD', () => {
  for (const adversarialLoss of adversarialLosses)
    for (const generatorLoss of ['cross-entropy', 'feature-matching'] as const)
      test(`its losses: ${adversarialLoss}, generator by ${generatorLoss}`, async () => {
        const config = tiny(egbad, { adversarialLoss, generatorLoss, batch: 2 })
        const program = egbad.trainingProgram(config)
        const inputs = inputsOf(program, config)
        const values = lively(program)
        const { losses } = await stepped(engine, program, inputs, values)
        assertLosses(losses, plainEgbad(inputs, config, values))
      })

  for (const score of ['feature-matching', 'cross-entropy'] as const)
    test(`its score by ${score}`, async () => {
      const config = tiny(egbad, { score })
      const weights = await trainedFor(engine, egbad, config, 3)
      const [images] = noiseBatches(config, 1)
      assertScores(await scoresOf(egbad, config, images, weights), plainEgbadScore(images, config, weights))
    })
})

describe('AnoGAN', () => {
  for (const adversarialLoss of adversarialLosses)
    for (const generatorLoss of ['cross-entropy', 'feature-matching'] as const)
      test(`its losses: ${adversarialLoss}, generator by ${generatorLoss}`, async () => {
        const config = tiny(anogan, { adversarialLoss, generatorLoss, batch: 2 })
        const program = anogan.trainingProgram(config)
        const inputs = inputsOf(program, config)
        const values = lively(program)
        const { losses } = await stepped(engine, program, inputs, values)
        assertLosses(losses, plainAnogan(inputs, config, values))
      })
})

describe('f-AnoGAN', () => {
  test("the critic's loss with its gradient penalty, and the generator's by the critic that has learnt", async () => {
    const config = tiny(fAnogan, { criticSteps: 1, batch: 2 })
    const program = fAnogan.trainingProgram(config, 'wgan')
    const inputs = inputsOf(program, config)
    const initial = lively(program)
    const { losses, state } = await stepped(engine, program, inputs, initial)
    const learnt = Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith('critic/')))
    assertLosses(losses, {
      ...plainCritic({ ...inputs, noise: inputs.noiseCritic }, config, initial),
      generator: plainWganGenerator(inputs.noiseGenerator, config, { ...initial, ...learnt }),
    })
  })

  test('five critic steps in one program are five of one step with the generator at rest', async () => {
    const config = tiny(fAnogan, { batch: 2 })
    assert.equal(config.criticSteps, 5)
    const program = fAnogan.trainingProgram(config, 'wgan')
    const inputs = inputsOf(program, config)
    const together = await stepped(engine, program, inputs, lively(program))
    const single = fAnogan.trainingProgram({ ...config, criticSteps: 1 }, 'wgan')
    const initial = lively(single)
    const atRest = Object.fromEntries(Object.entries(initial).filter(([name]) => !name.includes('critic/')))
    let state: Values = initial
    let losses: Readonly<Record<string, number>> = {}
    for (let step = 0; step < 5; step++) {
      const part = (name: string): Float32Array => {
        const length = inputs[name].length / 5
        return inputs[name].slice(step * length, (step + 1) * length)
      }
      ;({ losses, state } = await stepped(
        engine,
        single,
        {
          images: part('images'),
          noiseCritic: part('noiseCritic'),
          uniform: part('uniform'),
          noiseGenerator: inputs.noiseGenerator,
        },
        { ...state, ...atRest },
      ))
    }
    for (const [name, value] of Object.entries(losses))
      assert.ok(Math.abs(together.losses[name] - value) < 1e-4 * (1 + Math.abs(value)), name)
    for (const name of Object.keys(state).filter((one) => one.startsWith('critic/')))
      state[name].forEach((value, i) => assert.ok(Math.abs(together.state[name][i] - value) < 2e-6, name))
  })

  for (const encoder of ['izi_f', 'izi', 'ziz'] as const)
    test(`the encoder's losses: ${encoder}`, async () => {
      const config = tiny(fAnogan, { encoder, kappa: 0.7 })
      const game = await trainedFor(engine, fAnogan, config, 2, 'wgan')
      const program = fAnogan.trainingProgram(config, 'encoder')
      const inputs = inputsOf(program, config)
      const { losses, state } = await stepped(engine, program, inputs, game)
      assertLosses(losses, plainEncoder(inputs, config, { ...initialOf(program), ...game }))
      for (const [name, data] of Object.entries(state)) {
        if (/^(generator|critic)\//.test(name)) assert.deepEqual(data, game[name], `${name} is at rest`)
        if (/^encoder\/.*filters$/.test(name)) assert.notDeepEqual(data, initialOf(program)[name])
      }
    })

  test('its score: residual + κ · features', async () => {
    const config = tiny(fAnogan, { kappa: 0.7 })
    const game = await trainedFor(engine, fAnogan, config, 2, 'wgan')
    const encoder = await trainedFor(engine, fAnogan, config, 3, 'encoder')
    const weights = { ...encoder, ...game }
    const [images] = noiseBatches(config, 1)
    assertScores(await scoresOf(fAnogan, config, images, weights), plainFAnoganScore(images, config, weights))
  })

  test('its phases make the epochs, each at least one', () => {
    const phases = (changes: object) =>
      fAnogan.phases?.(tiny(fAnogan, changes)).map(({ name, epochs, inspects }) => [name, epochs, inspects])
    assert.deepEqual(phases({ epochs: 100 }), [
      ['wgan', 70, false],
      ['encoder', 30, true],
    ])
    assert.deepEqual(phases({ epochs: 2 }), [
      ['wgan', 1, false],
      ['encoder', 1, true],
    ])
    assert.deepEqual(phases({ epochs: 10, encoderShare: 0.95 }), [
      ['wgan', 1, false],
      ['encoder', 9, true],
    ])
    assert.ok(!fAnogan.schema.safeParse({ epochs: 1 }).success)
  })
})
