/** Where a function bends, breaks or overflows, its value and gradient are agreed on: [x, y] of a scalar. */
import { gradients } from '../../../src/main/nn/gradients.ts'
import type { Node } from '../../../src/main/nn/graph.ts'
import {
  abs,
  greater,
  leakyRelu,
  log,
  maximum,
  minimum,
  negate,
  select,
  sigmoid,
  slope,
  softplus,
} from '../../../src/main/nn/operations/elementwise.ts'
import { concat, reshape } from '../../../src/main/nn/operations/layout.ts'
import { max } from '../../../src/main/nn/operations/reduction.ts'

export interface ExactCase {
  readonly name: string
  readonly build: (x: Node) => Node
  readonly expected: readonly (readonly [number, number])[]
}

const derivative =
  (build: (x: Node) => Node) =>
  (x: Node): Node =>
    gradients(build(x), [x])[0]

const two = (x: Node): Node => x.graph.constant(2)

export const exactCases: readonly ExactCase[] = [
  {
    name: 'greater is strict',
    build: (x) => greater(x, 2),
    expected: [
      [1, 0],
      [2, 0],
      [3, 1],
    ],
  },
  {
    name: 'leaky ReLU',
    build: (x) => leakyRelu(x, 0.25),
    expected: [
      [-2, -0.5],
      [0, 0],
      [3, 3],
    ],
  },
  {
    name: 'slope of leaky ReLU: at 0 that of the left side',
    build: derivative((x) => leakyRelu(x, 0.25)),
    expected: [
      [-2, 0.25],
      [0, 0.25],
      [2 ** -60, 1],
      [1e30, 1],
    ],
  },
  {
    name: 'slope of ReLU',
    build: (x) => slope(x, 0),
    expected: [
      [-1e30, 0],
      [-(2 ** -60), 0],
      [0, 0],
      [2 ** -60, 1],
    ],
  },
  {
    name: 'slope of the absolute value, away from 0',
    build: derivative(abs),
    expected: [
      [-3, -1],
      [-(2 ** -60), -1],
      [2 ** -60, 1],
      [3, 1],
    ],
  },
  {
    name: 'the gradient of maximum goes to the first where equal',
    build: derivative((x) => maximum(x, two(x))),
    expected: [
      [1, 0],
      [2, 1],
      [3, 1],
    ],
  },
  {
    name: 'the gradient of minimum goes to the first where equal',
    build: derivative((x) => minimum(two(x), x)),
    expected: [
      [1, 1],
      [2, 0],
      [3, 0],
    ],
  },
  {
    name: 'the gradient of max goes to every position that attains it',
    build: derivative((x) => max(concat([reshape(x, [1]), reshape(x, [1]), x.graph.constant([1], [1])], 0))),
    expected: [
      [0.5, 0],
      [1, 2],
      [2, 2],
    ],
  },
  {
    name: 'select does not look at the other branch',
    build: (x) => select(greater(x, 0), log(x), negate(x)),
    expected: [
      [1, 0],
      [-4, 4],
    ],
  },
  {
    name: 'any condition but 0 is true',
    build: (x) => select(x, two(x), x.graph.constant(3)),
    expected: [
      [-0.25, 2],
      [0, 3],
      [1e-3, 2],
    ],
  },
  {
    name: 'softplus does not overflow',
    build: softplus,
    expected: [
      [-200, 0],
      [200, 200],
      [3e38, Math.fround(3e38)],
    ],
  },
  {
    name: 'the gradient of softplus does not overflow',
    build: derivative(softplus),
    expected: [
      [-200, 0],
      [200, 1],
    ],
  },
  {
    name: 'sigmoid does not overflow',
    build: sigmoid,
    expected: [
      [-200, 0],
      [200, 1],
      [0, 0.5],
    ],
  },
]
