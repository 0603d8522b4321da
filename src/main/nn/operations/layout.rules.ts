/** Gradient rules of the operations that move values. */
import type { Node } from '../graph.ts'
import { pad, reshape, slice, transpose } from './layout.ts'
import { sum } from './reduction.ts'
import type { Rules } from './rules.ts'

export const layoutRules: Rules<'reshape' | 'transpose' | 'concat' | 'slice' | 'pad' | 'upsample'> = {
  reshape: (g, node) => [reshape(g, (node.inputs[0] as Node).shape)],
  transpose: (g, node) => {
    if (node.operation.kind !== 'transpose') throw new TypeError('transpose expected')
    const { order } = node.operation
    return [
      transpose(
        g,
        order.map((_, axis) => order.indexOf(axis)),
      ),
    ]
  },
  concat: (g, node) => {
    if (node.operation.kind !== 'concat') throw new TypeError('concat expected')
    const { axis } = node.operation
    let start = 0
    return node.inputs.map((part) => {
      const starts = part.shape.map((_, i) => (i === axis ? start : 0))
      start += part.shape[axis] ?? 0
      return slice(g, starts, part.shape)
    })
  },
  slice: (g, node) => {
    if (node.operation.kind !== 'slice') throw new TypeError('slice expected')
    const { starts } = node.operation
    const whole = (node.inputs[0] as Node).shape
    return [
      pad(
        g,
        starts,
        whole.map((size, axis) => size - (starts[axis] ?? 0) - (node.shape[axis] ?? 0)),
      ),
    ]
  },
  pad: (g, node) => {
    if (node.operation.kind !== 'pad') throw new TypeError('pad expected')
    return [slice(g, node.operation.before, (node.inputs[0] as Node).shape)]
  },
  upsample: (g, node) => {
    if (node.operation.kind !== 'upsample') throw new TypeError('upsample expected')
    const { factor } = node.operation
    const [n = 0, h = 0, w = 0, c = 0] = (node.inputs[0] as Node).shape
    return [sum(reshape(g, [n, h, factor, w, factor, c]), [2, 4])]
  },
}
