/** Cases of every operation as data: the same ones run on each engine, on the reference and on TensorFlow.js. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { TensorFlow } from '../../../src/main/nn/engines/tensorflow/backend.ts'
import { gradients } from '../../../src/main/nn/gradients.ts'
import { Graph, type Node, type Shape } from '../../../src/main/nn/graph.ts'
import { uniform } from '../../../src/main/nn/initialisers.ts'
import { multiply } from '../../../src/main/nn/operations/elementwise.ts'
import { sum } from '../../../src/main/nn/operations/reduction.ts'
import { Random } from '../../../src/main/nn/random.ts'
import { elementwiseCases } from './cases/elementwise.ts'
import { layoutCases } from './cases/layout.ts'
import { linearCases } from './cases/linear.ts'
import { reductionCases } from './cases/reduction.ts'

export interface InputSpecification {
  readonly shape: Shape
  /** Values are uniform between these; −1 and 1 when left out. */
  readonly low?: number
  readonly high?: number
}

export interface OperationCase {
  readonly name: string
  readonly inputs: readonly InputSpecification[]
  readonly build: (...nodes: Node[]) => Node
  /** The same in TensorFlow.js's public functions, which it can differentiate. */
  readonly tensorflow?: (tf: TensorFlow, ...tensors: Tensor[]) => Tensor
}

export const cases: readonly OperationCase[] = [
  ...elementwiseCases,
  ...reductionCases,
  ...layoutCases,
  ...linearCases,
]

/** A case in a graph, with values, and the gradients of a weighted sum of its result. */
export interface CaseGraph {
  readonly inputs: readonly Node[]
  readonly values: readonly Float32Array[]
  readonly result: Node
  /** What the result is multiplied by before it is summed: without, a gradient would be 1 too often. */
  readonly weights: Float32Array
  readonly loss: Node
  readonly gradients: readonly Node[]
}

/** @param prefix keeps several cases of one graph apart */
export function draw(operation: OperationCase, graph = new Graph(), prefix = ''): CaseGraph {
  const random = new Random(operation.name)
  const inputs = operation.inputs.map(({ shape }, index) => graph.input(`${prefix}x${index}`, shape))
  const values = operation.inputs.map(({ shape, low = -1, high = 1 }) => uniform(shape, low, high, random))
  const result = operation.build(...inputs)
  const weights = uniform(result.shape, -1, 1, random)
  const loss = sum(multiply(result, graph.constant(weights, result.shape)))
  return { inputs, values, result, weights, loss, gradients: gradients(loss, inputs) }
}
