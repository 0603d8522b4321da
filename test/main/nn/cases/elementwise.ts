import type { Tensor } from '@tensorflow/tfjs-core'
import type { TensorFlow } from '../../../../src/main/nn/engines/tensorflow/backend.ts'
import type { Node, Shape } from '../../../../src/main/nn/graph.ts'
import * as elementwise from '../../../../src/main/nn/operations/elementwise.ts'
import type { OperationCase } from '../cases.ts'

const patterns: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3, 5],
    [2, 3, 5],
  ],
  [[2, 3, 5], [5]],
  [
    [3, 1],
    [2, 3, 5],
  ],
  [
    [2, 1, 5],
    [1, 3, 1],
  ],
  [[], [3, 2]],
  [[1], [4]],
  [
    [2, 3, 3, 4],
    [1, 1, 1, 4],
  ],
]

interface Binary {
  readonly name: string
  readonly build: (a: Node, b: Node) => Node
  readonly tensorflow?: (tf: TensorFlow, a: Tensor, b: Tensor) => Tensor
}

const binaries: readonly Binary[] = [
  { name: 'add', build: elementwise.add, tensorflow: (tf, a, b) => tf.add(a, b) },
  { name: 'subtract', build: elementwise.subtract, tensorflow: (tf, a, b) => tf.sub(a, b) },
  { name: 'multiply', build: elementwise.multiply, tensorflow: (tf, a, b) => tf.mul(a, b) },
  { name: 'divide', build: elementwise.divide, tensorflow: (tf, a, b) => tf.div(a, b) },
  // TensorFlow.js's gradients of these two do not undo broadcasting, so it is spelt out.
  {
    name: 'maximum',
    build: elementwise.maximum,
    tensorflow: (tf, a, b) => tf.maximum(tf.add(a, tf.zerosLike(b)), tf.add(b, tf.zerosLike(a))),
  },
  {
    name: 'minimum',
    build: elementwise.minimum,
    tensorflow: (tf, a, b) => tf.minimum(tf.add(a, tf.zerosLike(b)), tf.add(b, tf.zerosLike(a))),
  },
  { name: 'greater', build: elementwise.greater },
]

interface Unary {
  readonly name: string
  readonly build: (x: Node) => Node
  readonly tensorflow?: (tf: TensorFlow, x: Tensor) => Tensor
  readonly low?: number
  readonly high?: number
}

const unaries: readonly Unary[] = [
  { name: 'negate', build: elementwise.negate, tensorflow: (tf, x) => tf.neg(x) },
  { name: 'exp', build: elementwise.exp, tensorflow: (tf, x) => tf.exp(x), low: -3, high: 3 },
  { name: 'log', build: elementwise.log, tensorflow: (tf, x) => tf.log(x), low: 0.3, high: 4 },
  { name: 'sqrt', build: elementwise.sqrt, tensorflow: (tf, x) => tf.sqrt(x), low: 0.3, high: 4 },
  { name: 'tanh', build: elementwise.tanh, tensorflow: (tf, x) => tf.tanh(x), low: -3, high: 3 },
  { name: 'sigmoid', build: elementwise.sigmoid, tensorflow: (tf, x) => tf.sigmoid(x), low: -5, high: 5 },
  { name: 'abs', build: elementwise.abs, tensorflow: (tf, x) => tf.abs(x) },
  { name: 'square', build: elementwise.square, tensorflow: (tf, x) => tf.square(x) },
  { name: 'softplus', build: elementwise.softplus, tensorflow: (tf, x) => tf.softplus(x), low: -9, high: 9 },
  { name: 'relu', build: (x) => elementwise.leakyRelu(x, 0), tensorflow: (tf, x) => tf.relu(x) },
  { name: 'leakyRelu', build: elementwise.leakyRelu, tensorflow: (tf, x) => tf.leakyRelu(x, 0.2) },
  { name: 'slope 0', build: (x) => elementwise.slope(x, 0) },
  { name: 'slope 0.2', build: (x) => elementwise.slope(x, 0.2) },
  { name: 'slope -1', build: (x) => elementwise.slope(x, -1) },
]

const selectShapes: readonly (readonly [Shape, Shape, Shape])[] = [
  [
    [2, 3],
    [2, 3],
    [2, 3],
  ],
  [[2, 1], [3], []],
  [[], [2, 1], [1, 3]],
  [[3], [2, 3], [1]],
]

const show = (shape: Shape): string => `[${shape.join(', ')}]`

export const elementwiseCases: readonly OperationCase[] = [
  ...binaries.flatMap(({ name, build, tensorflow }) =>
    patterns.map(([a, b]): OperationCase => {
      // Divisors keep their distance from 0.
      const range = name === 'divide' ? { low: 0.5, high: 2 } : {}
      return {
        name: `${name} ${show(a)} ${show(b)}`,
        inputs: [{ shape: a }, { shape: b, ...range }],
        build,
        ...(tensorflow ? { tensorflow } : {}),
      }
    }),
  ),
  ...unaries.flatMap(({ name, build, tensorflow, low = -1, high = 1 }) =>
    [[3, 4, 2], [7], []].map((shape): OperationCase => ({
      name: `${name} ${show(shape)}`,
      inputs: [{ shape, low, high }],
      build,
      ...(tensorflow ? { tensorflow } : {}),
    })),
  ),
  ...selectShapes.map(([condition, a, b]): OperationCase => ({
    name: `select ${show(condition)} ${show(a)} ${show(b)}`,
    inputs: [{ shape: condition }, { shape: a }, { shape: b }],
    build: (c, x, y) => elementwise.select(elementwise.greater(c, 0), x, y),
  })),
  {
    name: 'a number on either side',
    inputs: [{ shape: [3, 2], low: 0.5, high: 2 }],
    build: (x) => elementwise.subtract(elementwise.divide(1, x), elementwise.multiply(x, 3)),
    tensorflow: (tf, x) => tf.sub(tf.div(1, x), tf.mul(x, 3)),
  },
  {
    name: 'one value used by several operations',
    inputs: [{ shape: [4] }, { shape: [3, 4] }],
    build: (x, y) =>
      elementwise.multiply(
        elementwise.add(elementwise.tanh(x), elementwise.multiply(x, y)),
        elementwise.exp(x),
      ),
    tensorflow: (tf, x, y) => tf.mul(tf.add(tf.tanh(x), tf.mul(x, y)), tf.exp(x)),
  },
]
