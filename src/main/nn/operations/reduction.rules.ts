/** Gradient rules of the reductions and of broadcasting. */
import type { Node, Shape } from '../graph.ts'
import { greater, select, subtract } from './elementwise.ts'
import { reshape } from './layout.ts'
import { broadcast, sumTo } from './reduction.ts'
import type { Rules } from './rules.ts'

/** Shape of a reduction's result with the reduced axes kept at size 1. */
function keptShape(node: Node): Shape {
  if (node.operation.kind !== 'sum' && node.operation.kind !== 'max')
    throw new TypeError('a reduction expected')
  const { axes } = node.operation
  return (node.inputs[0] as Node).shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
}

export const reductionRules: Rules<'sum' | 'max' | 'broadcast'> = {
  sum: (g, node) => [broadcast(reshape(g, keptShape(node)), (node.inputs[0] as Node).shape)],
  max: (g, node) => {
    const x = node.inputs[0] as Node
    const kept = keptShape(node)
    const attains = subtract(1, greater(reshape(node, kept), x))
    return [select(attains, broadcast(reshape(g, kept), x.shape), g.graph.constant(0))]
  },
  broadcast: (g, node) => [sumTo(g, (node.inputs[0] as Node).shape)],
}
