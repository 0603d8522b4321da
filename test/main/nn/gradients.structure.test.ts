/** Which paths gradients take: shared values, detached ones, frozen networks, gradients stated by hand. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gradients } from '../../../src/main/nn/gradients.ts'
import { Graph, GraphError, type Node } from '../../../src/main/nn/graph.ts'
import { batchNorm } from '../../../src/main/nn/layers.ts'
import {
  add,
  detach,
  exp,
  log,
  multiply,
  sigmoid,
  square,
  tanh,
} from '../../../src/main/nn/operations/elementwise.ts'
import { mean, sum } from '../../../src/main/nn/operations/reduction.ts'
import { assertClose } from './compare.ts'
import { evaluate, finiteDifferences } from './reference.ts'

const scalar = (graph: Graph, name: string): Node => graph.input(name, [])
const valuesOf = (nodes: readonly Node[], ...given: readonly (readonly [Node, number])[]): number[] =>
  evaluate(nodes, new Map(given.map(([node, value]) => [node, Float64Array.of(value)]))).map(
    ([value]) => value,
  )

describe('paths', () => {
  test('contributions of every use add up', () => {
    const graph = new Graph()
    const x = scalar(graph, 'x')
    const y = add(multiply(x, x), multiply(x, 3))
    assert.deepEqual(valuesOf(gradients(multiply(y, x), [x]), [x, 2]), [3 * 4 + 6 * 2])
  })

  test('by a value in between, and by the loss itself', () => {
    const graph = new Graph()
    const x = scalar(graph, 'x')
    const y = square(x)
    const loss = multiply(y, 5)
    assert.deepEqual(valuesOf(gradients(loss, [y, loss, x]), [x, 2]), [5, 1, 20])
  })

  test('what the loss does not depend on has a gradient of zeros', () => {
    const graph = new Graph()
    const x = scalar(graph, 'x')
    const other = graph.input('other', [2, 3])
    const [gradient] = gradients(square(x), [other])
    assert.deepEqual(gradient.shape, [2, 3])
    assert.deepEqual(evaluate([gradient], new Map()), [new Float64Array(6)])
  })

  test('nothing flows through a detached value', () => {
    const graph = new Graph()
    const x = scalar(graph, 'x')
    const loss = multiply(detach(square(x)), x)
    assert.deepEqual(valuesOf(gradients(loss, [x]), [x, 3]), [9])
  })

  test('the gradient by a detached value itself is had', () => {
    const graph = new Graph()
    const x = scalar(graph, 'x')
    const held = detach(square(x))
    assert.deepEqual(valuesOf(gradients(multiply(held, held), [held, x]), [x, 3]), [18, 0])
  })

  test('nothing is added to the graph for a network that is not asked for', () => {
    const graph = new Graph()
    const x = scalar(graph, 'x')
    const frozen = exp(tanh(exp(scalar(graph, 'frozen'))))
    const loss = multiply(x, frozen)
    const before = graph.nodes.length
    gradients(loss, [x])
    // A 1 and the two products of the one operation on the path; none for exp, tanh and exp.
    assert.ok(graph.nodes.length - before <= 3)
  })

  test('a loss that is no scalar is refused', () => {
    const graph = new Graph()
    const x = graph.input('x', [2])
    assert.throws(() => gradients(x, [x]), GraphError)
    assert.deepEqual(gradients(graph.input('one', [1, 1]), [x])[0].shape, [2])
  })
})

describe('gradients stated by hand', () => {
  /** log sigmoid(x), whose derivative is 1 − sigmoid(x). */
  function logSigmoid(x: Node): Node {
    const output = log(sigmoid(x))
    x.graph.customGradients.set(output, {
      inputs: [x],
      rule: (gradient) => [multiply(gradient, sigmoid(multiply(x, -1)))],
    })
    return output
  }

  test('take part in the chain rule on both sides, and are differentiated again', () => {
    const graph = new Graph()
    const x = scalar(graph, 'x')
    const given = new Map([[x, Float64Array.of(0.7)]])
    const byHand = multiply(square(logSigmoid(multiply(x, 3))), x)
    const plainGraph = new Graph()
    const plainX = scalar(plainGraph, 'x')
    const plain = multiply(square(log(sigmoid(multiply(plainX, 3)))), plainX)
    const twice = (loss: Node, by: Node): Node[] => {
      const [first] = gradients(loss, [by])
      return [first, ...gradients(first, [by])]
    }
    const expected = evaluate(twice(plain, plainX), new Map([[plainX, Float64Array.of(0.7)]]))
    evaluate(twice(byHand, x), given).forEach((value, order) =>
      assertClose(value, expected[order], 1e-12, `order ${order + 1}`),
    )
  })

  test('are used in place of the chain rule', () => {
    const graph = new Graph()
    const x = scalar(graph, 'x')
    const straightThrough = multiply(square(x), 1)
    graph.customGradients.set(straightThrough, { inputs: [x], rule: (gradient) => [multiply(gradient, 100)] })
    assert.deepEqual(valuesOf(gradients(multiply(straightThrough, 2), [x]), [x, 5]), [200])
  })

  test('reach only the inputs that are asked for', () => {
    const graph = new Graph()
    const a = scalar(graph, 'a')
    const b = scalar(graph, 'b')
    const product = multiply(a, exp(b))
    graph.customGradients.set(product, {
      inputs: [a, b],
      rule: (gradient) => [multiply(gradient, exp(b)), multiply(gradient, product)],
    })
    assertClose(
      valuesOf(gradients(square(product), [b, a]), [a, 2], [b, 1]),
      [8 * Math.E ** 2, 4 * Math.E ** 2],
      1e-12,
      'gradients',
    )
    assertClose(valuesOf(gradients(product, [b]), [a, 2], [b, 1]), [2 * Math.E], 1e-12, 'one of them')
  })

  test('batch normalisation: the folded gradient equals finite differences, to the second order', () => {
    const graph = new Graph()
    const x = graph.input('x', [3, 2, 2, 2])
    const gamma = graph.input('gamma', [2])
    const beta = graph.input('beta', [2])
    const { output, mean: average, variance } = batchNorm(x, gamma, beta)
    const shape = graph.constant(
      Float32Array.from({ length: 24 }, (_, index) => Math.sin(index * 1.7)),
      x.shape,
    )
    const loss = add(
      mean(multiply(square(output), shape)),
      add(sum(square(average)), sum(multiply(variance, average))),
    )
    const given = new Map([
      [x, Float64Array.from({ length: 24 }, (_, index) => Math.cos(index * index) * 2 + (index % 2))],
      [gamma, Float64Array.of(1.3, 0.7)],
      [beta, Float64Array.of(-0.2, 0.4)],
    ])
    const wanted = [x, gamma, beta]
    const first = gradients(loss, wanted)
    evaluate(first, given).forEach((value, index) =>
      assertClose(value, finiteDifferences(loss, wanted[index], given), 1e-8, `by ${index}`),
    )
    const penalty = sum(square(first[0]))
    evaluate(gradients(penalty, wanted), given).forEach((value, index) =>
      assertClose(value, finiteDifferences(penalty, wanted[index], given), 1e-7, `again by ${index}`),
    )
  })
})
