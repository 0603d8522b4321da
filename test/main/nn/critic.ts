/** A small critic with a gradient penalty (Gulrajani et al., 2017, arXiv 1704.00028), as f-AnoGAN trains one. */
import { gradients } from '../../../src/main/nn/gradients.ts'
import { Graph, type Node, type Shape } from '../../../src/main/nn/graph.ts'
import { normal } from '../../../src/main/nn/initialisers.ts'
import { add, leakyRelu, sqrt, square, subtract } from '../../../src/main/nn/operations/elementwise.ts'
import { reshape } from '../../../src/main/nn/operations/layout.ts'
import { conv2d, matmul } from '../../../src/main/nn/operations/linear.ts'
import { mean, sum } from '../../../src/main/nn/operations/reduction.ts'
import { Random } from '../../../src/main/nn/random.ts'

export interface Critic {
  readonly images: Node
  readonly parameters: readonly Node[]
  /** One value an image, [N, 1]. */
  readonly criticism: Node
  /** Gradient of the summed criticism by the images. */
  readonly slope: Node
  /** Mean of (|slope of an image| − 1)². */
  readonly penalty: Node
  readonly given: ReadonlyMap<Node, Float64Array>
}

export function drawCritic(): Critic {
  const graph = new Graph()
  const random = new Random('critic')
  const given = new Map<Node, Float64Array>()
  const value = (name: string, shape: Shape): Node => {
    const node = graph.input(name, shape)
    given.set(node, Float64Array.from(normal(shape, 0, 0.6, random)))
    return node
  }
  const images = value('images', [2, 7, 6, 1])
  const first = value('first', [3, 3, 1, 3])
  const bias = value('bias', [3])
  const second = value('second', [2, 2, 3, 4])
  const last = value('last', [2 * 1 * 4, 1])
  const hidden = leakyRelu(add(conv2d(images, first, { stride: 2, padding: 1 }), bias))
  const features = leakyRelu(conv2d(hidden, second, { stride: 2 }))
  const criticism = matmul(reshape(features, [2, 8]), last)
  const [slope] = gradients(sum(criticism), [images])
  const lengths = sqrt(sum(square(slope), [1, 2, 3]))
  const penalty = mean(square(subtract(lengths, 1)))
  return { images, parameters: [first, second, last, bias], criticism, slope, penalty, given }
}
