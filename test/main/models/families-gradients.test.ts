/** First steps of each family on two engines that share no kernel; second-order gradients beside differences. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { anogan, anoganLosses } from '../../../src/main/models/anogan.ts'
import { TrainingScope } from '../../../src/main/models/dcgan.ts'
import { egbad, egbadLosses } from '../../../src/main/models/egbad.ts'
import { criticLoss, encoderLosses, fAnogan } from '../../../src/main/models/f-anogan.ts'
import { skipGanomaly, skipGanomalyLosses } from '../../../src/main/models/skip-ganomaly.ts'
import type { Engine, Values } from '../../../src/main/nn/engines/engine.ts'
import { createOnnxEngine } from '../../../src/main/nn/engines/onnx/engine.ts'
import { createTensorflowEngine } from '../../../src/main/nn/engines/tensorflow/engine.ts'
import { gradients } from '../../../src/main/nn/gradients.ts'
import { Graph, type Node } from '../../../src/main/nn/graph.ts'
import { uniform } from '../../../src/main/nn/initialisers.ts'
import { meanSquaredError } from '../../../src/main/nn/layers.ts'
import type { Program, StateVariable } from '../../../src/main/nn/program.ts'
import { Random } from '../../../src/main/nn/random.ts'
import { evaluate } from '../nn/reference.ts'
import { inputsOf, lively, tiny, trainedFor } from './support/tinyFamilies.ts'
import { relativeDistance } from './support/tinyGanomaly.ts'

let onnx: Engine
let tensorflow: Engine
before(async () => {
  onnx = await createOnnxEngine({ provider: 'cpu' })
  tensorflow = await createTensorflowEngine({ backend: 'plain' })
})

/** Gradients of each network's parameters by its own loss. */
function gradientProgram(
  inputs: Readonly<Record<string, Node>>,
  networks: readonly (readonly [TrainingScope, Node])[],
  frozen: readonly StateVariable[] = [],
): Program {
  const outputs = networks.flatMap(([{ parameters }, loss]) => {
    const slopes = gradients(
      loss,
      parameters.map(({ node }) => node),
    )
    return parameters.map(({ name }, index) => [name, slopes[index]] as const)
  })
  return {
    inputs,
    outputs: Object.fromEntries(outputs),
    states: [
      ...frozen,
      ...networks.flatMap(([{ parameters }]) => parameters.map(({ node, initial }) => ({ node, initial }))),
    ],
  }
}

async function agree(program: Program, inputs: Values, values: Values): Promise<void> {
  const on = async (engine: Engine): Promise<Values> => {
    const executable = await engine.compile(program)
    await executable.writeState(values)
    const outputs = await executable.run(inputs)
    await executable.release()
    return outputs
  }
  const [ours, theirs] = [await on(onnx), await on(tensorflow)]
  for (const [name, expected] of Object.entries(theirs)) {
    assert.ok(Math.hypot(...expected) > 1e-7, `${name} has a gradient`)
    const error = relativeDistance(ours[name], expected)
    assert.ok(error < 2e-4, `${name}: the engines differ by ${error}`)
  }
}

describe('every gradient of the first step agrees on two engines', () => {
  test('Skip-GANomaly', async () => {
    const config = tiny(skipGanomaly)
    // The image loss smooth, so that no sign can flip.
    const { images, generator, discriminator, losses } = skipGanomalyLosses(config, meanSquaredError)
    const program = gradientProgram({ images }, [
      [generator, losses.generator],
      [discriminator, losses.discriminator],
    ])
    await agree(program, inputsOf(program, config), lively(program))
  })

  for (const changes of [
    {},
    { adversarialLoss: 'wasserstein', batch: 2 },
    { generatorLoss: 'feature-matching' },
  ] as const) {
    const title = Object.values(changes)[0] ?? 'as published'
    test(`EGBAD, ${title}`, async () => {
      const config = tiny(egbad, changes)
      const { inputs, generator, encoder, discriminator, losses } = egbadLosses(config)
      const program = gradientProgram(inputs, [
        [generator, losses.generator],
        [encoder, losses.encoder],
        [discriminator, losses.discriminator],
      ])
      await agree(heard(program, changes), inputsOf(program, config), lively(program))
    })

    test(`AnoGAN, ${title}`, async () => {
      const config = tiny(anogan, changes)
      const { inputs, generator, discriminator, losses } = anoganLosses(config)
      const program = gradientProgram(inputs, [
        [generator, losses.generator],
        [discriminator, losses.discriminator],
      ])
      await agree(heard(program, changes), inputsOf(program, config), lively(program))
    })
  }

  test("f-AnoGAN's critic", async () => {
    const config = tiny(fAnogan, { batch: 2 })
    const { program, inputs, values } = criticProgram(config)
    await agree(program, inputs, values)
  })

  test("f-AnoGAN's encoder", async () => {
    const config = tiny(fAnogan)
    const { inputs, encoder, frozen, losses } = encoderLosses(config)
    const program = gradientProgram(inputs, [[encoder, losses.encoder]], frozen)
    const game = await trainedFor(onnx, fAnogan, config, 2, 'wgan')
    await agree(program, inputsOf(program, config), { ...lively(program), ...game })
  })
})

/** Without a critic's last bias: it shifts real and made alike, and the Wasserstein loss does not see it. */
function heard(program: Program, { adversarialLoss }: { readonly adversarialLoss?: string }): Program {
  if (adversarialLoss !== 'wasserstein') return program
  const outputs = Object.entries(program.outputs).filter(
    ([name]) => !/^(discriminator|critic)\/(output|code)\/bias$/.test(name),
  )
  return { ...program, outputs: Object.fromEntries(outputs) }
}

function criticProgram(config: ReturnType<typeof tiny<ReturnType<typeof fAnogan.schema.parse>>>) {
  const graph = new Graph()
  const { batch, size, channels } = config
  const shape = [batch, size, size, channels]
  const random = new Random('critic')
  const real = graph.input('real', shape)
  const made = graph.input('made', shape)
  const share = graph.input('share', [batch])
  const critic = new TrainingScope(graph, 'critic', random)
  const { loss, penalty } = criticLoss(critic, { real, made, share }, config)
  const whole = gradientProgram({ real, made, share }, [[critic, loss]])
  return {
    program: heard(whole, { adversarialLoss: 'wasserstein' }),
    critic,
    penalty,
    inputs: {
      real: uniform(shape, -1, 1, random),
      made: uniform(shape, -1, 1, random),
      share: uniform([batch], 0, 1, random),
    },
    values: lively(whole),
  }
}

test("the penalty's second-order gradients are those of finite differences", () => {
  const config = tiny(fAnogan, { batch: 2 })
  const { program, critic, penalty, inputs, values } = criticProgram(config)
  const given = new Map<Node, Float64Array>([
    ...Object.entries(program.inputs).map(
      ([name, node]) => [node, Float64Array.from(inputs[name as keyof typeof inputs])] as const,
    ),
    ...critic.parameters.map(({ name, node }) => [node, Float64Array.from(values[name])] as const),
  ])
  const nodes = critic.parameters.map(({ node }) => node)
  const slopes = evaluate(gradients(penalty, nodes), given)
  const random = new Random('places')
  let largest = 0
  critic.parameters.forEach(({ name, node }, index) => {
    const before = given.get(node) ?? new Float64Array()
    const place = random.integer(before.length)
    const at = (change: number): number => {
      const moved = before.slice()
      moved[place] += change
      return evaluate([penalty], new Map([...given, [node, moved]]))[0][0]
    }
    const difference = (at(1e-6) - at(-1e-6)) / 2e-6
    largest = Math.max(largest, Math.abs(difference))
    assert.ok(
      Math.abs(slopes[index][place] - difference) < 1e-6 * (1 + Math.abs(difference)),
      `${name}: ${slopes[index][place]}, not ${difference}`,
    )
  })
  assert.ok(largest > 1e-3)
})
