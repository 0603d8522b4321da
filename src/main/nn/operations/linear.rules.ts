/** Gradient rules of the matrix product and of the three convolutions: each is made of the other two. */
import type { ConvolutionGeometry, Node } from '../graph.ts'
import { conv2d, conv2dFilterGradient, conv2dInputGradient, matmul } from './linear.ts'
import type { Rules } from './rules.ts'

function geometryFrom(node: Node): ConvolutionGeometry {
  if ('geometry' in node.operation) return node.operation.geometry
  throw new TypeError('a convolution expected')
}

export const linearRules: Rules<'matmul' | 'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'> = {
  matmul: (g, node) => {
    if (node.operation.kind !== 'matmul') throw new TypeError('matmul expected')
    const { transposeA: tA, transposeB: tB } = node.operation
    const [a, b] = node.inputs as readonly [Node, Node]
    return [
      tA ? matmul(b, g, { transposeA: tB, transposeB: true }) : matmul(g, b, { transposeB: !tB }),
      tB ? matmul(g, a, { transposeA: true, transposeB: tA }) : matmul(a, g, { transposeA: !tA }),
    ]
  },
  conv2d: (g, node) => {
    const [x, filters] = node.inputs as readonly [Node, Node]
    const geometry = geometryFrom(node)
    return [
      conv2dInputGradient(g, filters, x.shape, geometry),
      conv2dFilterGradient(x, g, filters.shape, geometry),
    ]
  },
  conv2dInputGradient: (g, node) => {
    const [dy, filters] = node.inputs as readonly [Node, Node]
    const geometry = geometryFrom(node)
    return [conv2d(g, filters, geometry), conv2dFilterGradient(g, dy, filters.shape, geometry)]
  },
  conv2dFilterGradient: (g, node) => {
    const [x, dy] = node.inputs as readonly [Node, Node]
    const geometry = geometryFrom(node)
    return [conv2dInputGradient(dy, g, x.shape, geometry), conv2d(x, g, geometry)]
  },
}
