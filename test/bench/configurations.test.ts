/** The arithmetic that the benchmarks claim is the arithmetic that the graphs contain. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspectionOperations, trainingOperations, type Configuration } from '../../bench/configurations.ts'
import { ganomaly } from '../../src/main/models/ganomaly.ts'
import { Graph, type Node } from '../../src/main/nn/graph.ts'
import { nameOf, reachable, type Program } from '../../src/main/nn/program.ts'

const configurations: readonly Configuration[] = [
  { name: 'small', size: 32, channels: 1, width: 8, latent: 10, batch: 2 },
  { name: 'colour', size: 64, channels: 3, width: 4, latent: 12, batch: 3 },
]

/** The settings of a configuration, with the defaults of the rest. */
const settings = (configuration: Configuration) => ganomaly.schema.parse(configuration)

/** Operations of all convolutions and their gradients in a program, from the shapes of their nodes alone. */
function countOperations(program: Program): number {
  let sum = 0
  for (const node of reachable(program)) {
    if (!node.operation.kind.startsWith('conv2d')) continue
    const tensors: readonly Node[] = [...node.inputs, node]
    const filter = node.operation.kind === 'conv2dFilterGradient' ? node : node.inputs[1]
    assert.ok(filter)
    const [height = 0, width = 0, wide = 0, narrow = 0] = filter.shape
    // Every product runs over the positions of the smaller of the two images.
    const positions = Math.min(
      ...tensors
        .filter((tensor) => tensor !== filter)
        .map(({ shape }) => (shape[0] ?? 0) * (shape[1] ?? 0) * (shape[2] ?? 0)),
    )
    sum += 2 * positions * height * width * wide * narrow
  }
  return sum
}

for (const configuration of configurations) {
  test(`a training step of '${configuration.name}' takes the operations that are counted for it`, () => {
    const counted = countOperations(ganomaly.trainingProgram(settings(configuration))) / configuration.batch
    assert.equal(trainingOperations(configuration), counted)
  })

  test(`an inspection of '${configuration.name}' takes the operations that are counted for it`, () => {
    const config = settings(configuration)
    const { size, channels, batch } = config
    const { states } = ganomaly.trainingProgram(config)
    const trained = Object.fromEntries(states.map(({ node, initial }) => [nameOf(node), initial]))
    const images = new Graph().input('images', [batch, size, size, channels])
    const { reconstruction, latent } = ganomaly.inspection(images, config, trained)
    const outputs = { reconstruction, latent }
    const counted = countOperations({ inputs: { images }, outputs, states: [] }) / batch
    assert.equal(inspectionOperations(configuration), counted)
  })
}

test('at 32 px one image costs about sixteen encoder passes to train on and three to inspect', () => {
  const configuration: Configuration = { name: '', size: 32, channels: 1, width: 64, latent: 100, batch: 64 }
  const unit = inspectionOperations(configuration) / 3
  const units = trainingOperations(configuration) / unit
  assert.ok(units > 15.6 && units < 16, String(units))
})
