import type { Shape } from '../../../../src/main/nn/graph.ts'
import { broadcast, max, mean, sum, sumTo } from '../../../../src/main/nn/operations/reduction.ts'
import type { OperationCase } from '../cases.ts'

const axisChoices: readonly (readonly [Shape, readonly number[] | undefined, boolean])[] = [
  [[2, 3, 4], undefined, false],
  [[2, 3, 4], undefined, true],
  [[2, 3, 4], [0], false],
  [[2, 3, 4], [-1], true],
  [[2, 3, 4], [1, 2], false],
  [[2, 3, 4], [0, -1], true],
  [[2, 3, 4], [-2, 0], false],
  [[3, 1, 2], [1], false],
  [[2, 2, 3, 5], [0, 1, 2], false],
  [[5], [0], false],
  [[], undefined, false],
]

const broadcasts: readonly (readonly [Shape, Shape])[] = [
  [[3], [2, 3]],
  [
    [2, 1, 3],
    [2, 4, 3],
  ],
  [[], [2, 2]],
  [[1], [5]],
  [
    [2, 1, 1, 3],
    [2, 3, 2, 3],
  ],
]

export const reductionCases: readonly OperationCase[] = [
  ...axisChoices.flatMap(([shape, axes, keepAxes]): OperationCase[] => {
    const label = `[${shape.join(', ')}] over ${axes ? `[${axes.join(', ')}]` : 'all'}${keepAxes ? ' kept' : ''}`
    const inputs = [{ shape }]
    const chosen = axes ? [...axes] : undefined
    return [
      {
        name: `sum ${label}`,
        inputs,
        build: (x) => sum(x, axes, keepAxes),
        tensorflow: (tf, x) => tf.sum(x, chosen, keepAxes),
      },
      {
        name: `mean ${label}`,
        inputs,
        build: (x) => mean(x, axes, keepAxes),
        tensorflow: (tf, x) => tf.mean(x, chosen, keepAxes),
      },
      {
        name: `max ${label}`,
        inputs,
        build: (x) => max(x, axes, keepAxes),
        tensorflow: (tf, x) => tf.max(x, chosen, keepAxes),
      },
    ]
  }),
  ...broadcasts.flatMap(([from, to]): OperationCase[] => [
    {
      name: `broadcast [${from.join(', ')}] to [${to.join(', ')}]`,
      inputs: [{ shape: from }],
      build: (x) => broadcast(x, to),
      tensorflow: (tf, x) => tf.add(x, tf.zeros([...to])),
    },
    {
      name: `sumTo [${to.join(', ')}] to [${from.join(', ')}]`,
      inputs: [{ shape: to }],
      build: (x) => sumTo(x, from),
    },
  ]),
]
