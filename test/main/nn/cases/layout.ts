import type { Shape } from '../../../../src/main/nn/graph.ts'
import {
  concat,
  pad,
  reshape,
  slice,
  transpose,
  upsample,
} from '../../../../src/main/nn/operations/layout.ts'
import type { OperationCase } from '../cases.ts'

const reshapes: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 6],
    [3, 4],
  ],
  [[2, 3, 4], [24]],
  [[1, 1], []],
  [
    [2, 3],
    [1, 2, 1, 3],
  ],
]

const orders: readonly (readonly [Shape, readonly number[]])[] = [
  [
    [2, 3],
    [1, 0],
  ],
  [
    [2, 3, 4],
    [2, 0, 1],
  ],
  [
    [2, 3, 4, 5],
    [0, 3, 1, 2],
  ],
  [
    [2, 3, 4, 5],
    [3, 2, 1, 0],
  ],
  [
    [2, 1, 3, 2, 2],
    [0, 3, 1, 4, 2],
  ],
]

const concats: readonly (readonly [readonly Shape[], number])[] = [
  [[[2], [3], [1]], 0],
  [
    [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    1,
  ],
  [
    [
      [1, 2, 2, 3],
      [1, 2, 2, 1],
    ],
    -1,
  ],
  [
    [
      [2, 1, 2],
      [2, 3, 2],
    ],
    1,
  ],
]

const slices: readonly (readonly [Shape, readonly number[], Shape])[] = [
  [[7], [2], [3]],
  [
    [3, 4, 5],
    [1, 0, 2],
    [2, 4, 1],
  ],
  [
    [2, 5, 4, 3],
    [0, 1, 1, 0],
    [2, 3, 2, 3],
  ],
]

const pads: readonly (readonly [Shape, readonly number[], readonly number[]])[] = [
  [[3], [1], [2]],
  [
    [2, 3],
    [0, 2],
    [1, 0],
  ],
  [
    [1, 2, 3, 2],
    [0, 1, 2, 0],
    [0, 2, 0, 0],
  ],
]

const upsamples: readonly (readonly [Shape, number])[] = [
  [[1, 2, 3, 1], 2],
  [[2, 3, 1, 2], 3],
  [[1, 5, 4, 2], 2],
]

const show = (shape: readonly number[]): string => `[${shape.join(', ')}]`

export const layoutCases: readonly OperationCase[] = [
  ...reshapes.map(([from, to]): OperationCase => ({
    name: `reshape ${show(from)} to ${show(to)}`,
    inputs: [{ shape: from }],
    build: (x) => reshape(x, to),
    tensorflow: (tf, x) => tf.reshape(x, [...to]),
  })),
  ...orders.map(([shape, order]): OperationCase => ({
    name: `transpose ${show(shape)} by ${show(order)}`,
    inputs: [{ shape }],
    build: (x) => transpose(x, order),
    tensorflow: (tf, x) => tf.transpose(x, [...order]),
  })),
  ...concats.map(([shapes, axis]): OperationCase => ({
    name: `concat ${shapes.map(show).join(' ')} along ${axis}`,
    inputs: shapes.map((shape) => ({ shape })),
    build: (...parts) => concat(parts, axis),
    tensorflow: (tf, ...parts) => tf.concat(parts, axis),
  })),
  ...slices.map(([shape, starts, sizes]): OperationCase => ({
    name: `slice ${show(sizes)} at ${show(starts)} of ${show(shape)}`,
    inputs: [{ shape }],
    build: (x) => slice(x, starts, sizes),
    tensorflow: (tf, x) => tf.slice(x, [...starts], [...sizes]),
  })),
  ...pads.map(([shape, before, after]): OperationCase => ({
    name: `pad ${show(shape)} by ${show(before)} ${show(after)}`,
    inputs: [{ shape }],
    build: (x) => pad(x, before, after),
    tensorflow: (tf, x) =>
      tf.pad(
        x,
        before.map((count, axis) => [count, after[axis]]),
      ),
  })),
  ...upsamples.map(([shape, factor]): OperationCase => ({
    name: `upsample ${show(shape)} by ${factor}`,
    inputs: [{ shape }],
    build: (x) => upsample(x, factor),
    // Not resizeNearestNeighbor, whose gradient is wrong for images one pixel wide.
    tensorflow: (tf, x) => {
      const repeated = (size: number): number[] =>
        Array.from({ length: size * factor }, (_, index) => Math.floor(index / factor))
      return tf.gather(
        tf.gather(x, tf.tensor1d(repeated(shape[1]), 'int32'), 1),
        tf.tensor1d(repeated(shape[2]), 'int32'),
        2,
      )
    },
  })),
]
