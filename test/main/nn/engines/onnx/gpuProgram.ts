/** One program of a case or two of every operation: a software GPU takes seconds to start, so it starts once. */
import type { Values } from '../../../../../src/main/nn/engines/engine.ts'
import { gradients } from '../../../../../src/main/nn/gradients.ts'
import { Graph, type Node } from '../../../../../src/main/nn/graph.ts'
import { normal } from '../../../../../src/main/nn/initialisers.ts'
import { square, subtract } from '../../../../../src/main/nn/operations/elementwise.ts'
import { matmul } from '../../../../../src/main/nn/operations/linear.ts'
import { mean } from '../../../../../src/main/nn/operations/reduction.ts'
import { adam } from '../../../../../src/main/nn/optimisers.ts'
import type { Program } from '../../../../../src/main/nn/program.ts'
import { Random } from '../../../../../src/main/nn/random.ts'
import { cases, draw } from '../../cases.ts'

const chosen = [
  'add [2, 1, 5] [1, 3, 1]',
  'subtract [2, 3, 5] [5]',
  'multiply [] [3, 2]',
  'divide [3, 1] [2, 3, 5]',
  'maximum [2, 1, 5] [1, 3, 1]',
  'minimum [2, 3, 5] [5]',
  'greater [2, 3, 5] [5]',
  'select [2, 1] [3] []',
  ...['exp', 'log', 'sqrt', 'tanh', 'sigmoid', 'abs', 'softplus', 'relu', 'leakyRelu'].map(
    (kind) => `${kind} [7]`,
  ),
  'sum [2, 3, 4] over [0, -1] kept',
  'mean [2, 2, 3, 5] over [0, 1, 2]',
  'max [2, 3, 4] over [1, 2]',
  'broadcast [2, 1, 3] to [2, 4, 3]',
  'reshape [2, 6] to [3, 4]',
  'transpose [2, 3, 4, 5] by [0, 3, 1, 2]',
  'concat [2, 3] [2, 1] [2, 2] along 1',
  'slice [2, 3, 2, 3] at [0, 1, 1, 0] of [2, 5, 4, 3]',
  'pad [1, 2, 3, 2] by [0, 1, 2, 0] [0, 2, 0, 0]',
  'upsample [2, 3, 1, 2] by 3',
  'matmul [4, 3]ᵀ [5, 4]ᵀ',
  'matmul [2, 3, 4] [2, 4, 5]',
  'conv2d [3, 8, 8, 1] [4, 4, 1, 2] stride 2 2 padding 1 1 1 1',
  'conv2d [2, 5, 8, 1] [2, 3, 1, 2] stride 2 1 padding 1 0 2 1',
  'conv2dInputGradient [2, 5, 8, 1] [2, 3, 1, 2] stride 2 2 padding 0 1 0 1',
  'conv2dFilterGradient [1, 7, 6, 2] [3, 3, 2, 3] stride 1 1 padding 1 1 1 1',
]

export interface GpuProgram {
  readonly program: Program
  readonly inputs: Values
  /** Values of the inputs, for the reference. */
  readonly given: ReadonlyMap<Node, Float64Array>
}

export function describeGpuProgram(): GpuProgram {
  const graph = new Graph()
  const inputs: Record<string, Node> = {}
  const values: Record<string, Float32Array> = {}
  const outputs: Record<string, Node> = {}
  chosen.forEach((name, number) => {
    const operation = cases.find((candidate) => candidate.name === name)
    if (!operation) throw new Error(`no case '${name}'`)
    const drawn = draw(operation, graph, `${number} `)
    drawn.inputs.forEach((node, index) => {
      inputs[`${number} x${index}`] = node
      values[`${number} x${index}`] = drawn.values[index]
    })
    outputs[name] = drawn.result
    drawn.gradients.forEach((node, index) => (outputs[`${name} by input ${index}`] = node))
  })
  // A linear layer under training: its state must move on where it is.
  const random = new Random('training')
  const images = graph.input('images', [4, 3])
  inputs.images = images
  values.images = normal([4, 3], 0, 1, random)
  const weights = graph.state('weights', [3, 2])
  const [gradient] = gradients(mean(square(subtract(matmul(images, weights), 1))), [weights])
  const { next, states } = adam('adam', { learningRate: 0.1 }).updates([{ node: weights, gradient }])
  return {
    program: {
      inputs,
      outputs,
      states: [{ node: weights, initial: normal([3, 2], 0, 1, random), next: next[0] }, ...states],
    },
    inputs: values,
    given: new Map(Object.entries(inputs).map(([name, node]) => [node, Float64Array.from(values[name])])),
  }
}
