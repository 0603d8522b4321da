/** Gradient rules of the element-wise operations. */
import type { Node } from '../graph.ts'
import {
  divide,
  greater,
  multiply,
  negate,
  select,
  slope,
  square,
  subtract,
  type Binary,
  type Unary,
} from './elementwise.ts'
import { sumTo } from './reduction.ts'
import type { Rules } from './rules.ts'

const toInputs =
  (rule: (gradient: Node, a: Node, b: Node, out: Node) => readonly [Node | null, Node | null]) =>
  (gradient: Node, node: Node): readonly (Node | null)[] => {
    const [a, b] = node.inputs as readonly [Node, Node]
    const [da, db] = rule(gradient, a, b, node)
    return [da && sumTo(da, a.shape), db && sumTo(db, b.shape)]
  }

const ofUnary =
  (rule: (gradient: Node, x: Node, out: Node) => Node | null) =>
  (gradient: Node, node: Node): readonly (Node | null)[] => [rule(gradient, node.inputs[0] as Node, node)]

export const elementwiseRules: Rules<Binary | Unary | 'select' | 'leakyRelu' | 'slope'> = {
  add: toInputs((g) => [g, g]),
  subtract: toInputs((g) => [g, negate(g)]),
  multiply: toInputs((g, a, b) => [multiply(g, b), multiply(g, a)]),
  divide: toInputs((g, _a, b, out) => [divide(g, b), negate(divide(multiply(g, out), b))]),
  maximum: toInputs((g, a, b) => [multiply(g, subtract(1, greater(b, a))), multiply(g, greater(b, a))]),
  minimum: toInputs((g, a, b) => [multiply(g, subtract(1, greater(a, b))), multiply(g, greater(a, b))]),
  greater: () => [null, null],
  select: (g, node) => {
    const [condition, a, b] = node.inputs as readonly [Node, Node, Node]
    const zero = g.graph.constant(0)
    return [null, sumTo(select(condition, g, zero), a.shape), sumTo(select(condition, zero, g), b.shape)]
  },
  negate: ofUnary((g) => negate(g)),
  exp: ofUnary((g, _x, out) => multiply(g, out)),
  log: ofUnary((g, x) => divide(g, x)),
  sqrt: ofUnary((g, _x, out) => divide(multiply(g, 0.5), out)),
  tanh: ofUnary((g, _x, out) => multiply(g, subtract(1, square(out)))),
  sigmoid: ofUnary((g, _x, out) => multiply(g, multiply(out, subtract(1, out)))),
  abs: ofUnary((g, x) => multiply(g, slope(x, -1))),
  detach: () => [null],
  leakyRelu: (g, node) => {
    if (node.operation.kind !== 'leakyRelu') throw new TypeError('leakyRelu expected')
    return [multiply(g, slope(node.inputs[0] as Node, node.operation.alpha))]
  },
  slope: () => [null],
}
