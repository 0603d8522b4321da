/** GANomaly from the same weights on two engines that share no kernel, and in double precision. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { ganomalyLosses, ganomalyStep } from '../../../src/main/models/ganomaly.ts'
import type { Engine, Values } from '../../../src/main/nn/engines/engine.ts'
import { createOnnxEngine } from '../../../src/main/nn/engines/onnx/engine.ts'
import { createTensorflowEngine } from '../../../src/main/nn/engines/tensorflow/engine.ts'
import { gradients } from '../../../src/main/nn/gradients.ts'
import { meanSquaredError } from '../../../src/main/nn/layers.ts'
import type { Program } from '../../../src/main/nn/program.ts'
import { Random } from '../../../src/main/nn/random.ts'
import { evaluate } from '../nn/reference.ts'
import { noiseBatches, relativeDistance, runSteps, tinyGanomaly } from './support/tinyGanomaly.ts'

let onnx: Engine
let tensorflow: Engine
before(async () => {
  onnx = await createOnnxEngine({ provider: 'cpu' })
  tensorflow = await createTensorflowEngine({ backend: 'plain' })
})

/** Gradients of the first step, each network's by its own loss; the image loss smooth, so that no sign can flip. */
function firstGradients(channels: 1 | 3) {
  const config = tinyGanomaly({ channels })
  const { images, generator, discriminator, losses } = ganomalyLosses(config, meanSquaredError)
  const parameters = [...generator.parameters, ...discriminator.parameters]
  const nodes = [
    ...gradients(
      losses.generator,
      generator.parameters.map(({ node }) => node),
    ),
    ...gradients(
      losses.discriminator,
      discriminator.parameters.map(({ node }) => node),
    ),
  ]
  const program: Program = {
    inputs: { images },
    outputs: Object.fromEntries(parameters.map(({ name }, index) => [name, nodes[index]])),
    states: parameters.map(({ node, initial }) => ({ node, initial })),
  }
  return { program, parameters, nodes, batch: noiseBatches(config, 1)[0] }
}

async function outputsOn(engine: Engine, program: Program, images: Float32Array): Promise<Values> {
  const executable = await engine.compile(program)
  const outputs = await executable.run({ images })
  await executable.release()
  return outputs
}

describe('every gradient of the first step agrees to 1e-4', () => {
  for (const channels of [1, 3] as const)
    test(`${channels} channels`, async () => {
      const { program, parameters, nodes, batch } = firstGradients(channels)
      const expected = evaluate(
        nodes,
        new Map([
          [program.inputs.images, Float64Array.from(batch)] as const,
          ...parameters.map(({ node, initial }) => [node, Float64Array.from(initial)] as const),
        ]),
      )
      const byOnnx = await outputsOn(onnx, program, batch)
      const byTensorflow = await outputsOn(tensorflow, program, batch)
      parameters.forEach(({ name }, index) => {
        assert.ok(Math.hypot(...expected[index]) > 1e-6, `${name} has a gradient`)
        const errors = {
          'onnx and tensorflow': relativeDistance(byOnnx[name], byTensorflow[name]),
          'onnx and double precision': relativeDistance(byOnnx[name], expected[index]),
          'tensorflow and double precision': relativeDistance(byTensorflow[name], expected[index]),
        }
        for (const [pair, error] of Object.entries(errors))
          assert.ok(error < 1e-4, `${name}: ${pair} differ by ${error}`)
      })
    })
})

test('ten steps: two engines differ no more than two runs of one whose first numbers are off by a rounding', async () => {
  const config = tinyGanomaly()
  const program = ganomalyStep(config)
  const batches = noiseBatches(config, 10)
  const [ours, theirs] = [
    await runSteps(onnx, program, batches),
    await runSteps(tensorflow, program, batches),
  ]

  // Weights and images off by 1e-7 of their value, about one rounding: what float32 can know of them.
  const drifted = []
  for (const seed of [1, 2, 3]) {
    const random = new Random(seed)
    const nudged = (values: Float32Array): Float32Array =>
      values.map((value) => value * (1 + 1e-7 * random.normal()))
    drifted.push(
      await runSteps(
        onnx,
        { ...program, states: program.states.map((state) => ({ ...state, initial: nudged(state.initial) })) },
        batches.map(nudged),
      ),
    )
  }
  // An engine rounds at every operation, hundreds one after another, not once at the start: ten times as much.
  const allowed = (drifts: readonly number[]): number => 10 * Math.max(...drifts, 1.2e-7)

  for (const name of Object.keys(ours.losses[0])) {
    const apart = (other: readonly Readonly<Record<string, number>>[]): number =>
      Math.max(...other.map((losses, step) => Math.abs(losses[name] / ours.losses[step][name] - 1)))
    const bound = allowed(drifted.map(({ losses }) => apart(losses)))
    assert.ok(bound < 1e-4, `${name}: drift alone explains ${bound}, too much for a test`)
    assert.ok(apart(theirs.losses) <= bound, `${name} differs by ${apart(theirs.losses)}, allowed ${bound}`)
  }
  for (const { node, initial } of program.states) {
    const name = node.operation.kind === 'state' ? node.operation.name : ''
    const moved = relativeDistance(ours.state[name], initial)
    assert.ok(moved > 1e-6, `${name} was trained`)
    const bound = allowed(drifted.map(({ state }) => relativeDistance(state[name], ours.state[name])))
    const apart = relativeDistance(theirs.state[name], ours.state[name])
    assert.ok(apart <= bound, `${name} differs by ${apart}, allowed ${bound}`)
  }
})
