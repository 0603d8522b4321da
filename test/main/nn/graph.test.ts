/** What the builder refuses, and what it shares. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { broadcastShapes, Graph, GraphError, type Node } from '../../../src/main/nn/graph.ts'
import { add, divide, exp, greater, select } from '../../../src/main/nn/operations/elementwise.ts'
import { concat, pad, reshape, slice, transpose, upsample } from '../../../src/main/nn/operations/layout.ts'
import {
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  matmul,
} from '../../../src/main/nn/operations/linear.ts'
import { broadcast, max, sum } from '../../../src/main/nn/operations/reduction.ts'
import { checkProgram, reachable } from '../../../src/main/nn/program.ts'

const given = (...shape: number[]): Node => new Graph().input('x', shape)

describe('shapes that do not fit are refused', () => {
  const pair = (a: number[], b: number[], build: (a: Node, b: Node) => Node) => (): Node => {
    const graph = new Graph()
    return build(graph.input('a', a), graph.input('b', b))
  }
  const wrong: Readonly<Record<string, () => unknown>> = {
    'sizes that do not broadcast': pair([2, 3], [2], add),
    'a condition that does not broadcast': pair([2], [3], (a, b) => select(greater(a, 0), b, b)),
    'operands of two graphs': () => add(given(2), given(2)),
    'a matrix product of unlike inner sizes': pair([2, 3], [2, 3], matmul),
    'a matrix product of unlike leading sizes': pair([2, 3, 3], [1, 3, 3], matmul),
    'a matrix product with a vector': pair([3], [3, 3], matmul),
    'a reduction over an axis that is not there': () => sum(given(2, 3), [2]),
    'a reduction over an axis before the first': () => max(given(2, 3), [-3]),
    'a reshape to another size': () => reshape(given(2, 3), [5]),
    'a broadcast to fewer': () => broadcast(given(2, 3), [3]),
    'an order with an axis twice': () => transpose(given(2, 3), [0, 0]),
    'an order with an axis that is not there': () => transpose(given(2, 3), [0, 2]),
    'an order of another rank': () => transpose(given(2, 3), [0]),
    'a join of unlike sizes': pair([2, 3], [3, 3], (a, b) => concat([a, b], 1)),
    'a join along an axis that is not there': pair([2, 3], [2, 3], (a, b) => concat([a, b], 2)),
    'a join along an axis before the first': pair([2, 3], [2, 3], (a, b) => concat([a, b], -3)),
    'a join of nothing': () => concat([], 0),
    'a slice past the end': () => slice(given(5), [3], [3]),
    'a slice before the start': () => slice(given(5), [-1], [3]),
    'a slice of negative size': () => slice(given(5), [3], [-1]),
    'padding by less than nothing': () => pad(given(5), [-1], [0]),
    'an enlargement of anything but images': () => upsample(given(5), 2),
    'a convolution of unlike channels': pair([1, 4, 4, 2], [3, 3, 1, 2], conv2d),
    'a convolution larger than its image': pair([1, 2, 2, 1], [3, 3, 1, 1], conv2d),
    'a convolution of anything but images': pair([4, 4], [3, 3, 1, 1], conv2d),
    'an image gradient of another size': pair([1, 2, 2, 1], [3, 3, 1, 1], (dy, w) =>
      conv2dInputGradient(dy, w, [1, 5, 5, 1]),
    ),
    'a filter gradient of another size': pair([1, 4, 4, 1], [1, 2, 2, 1], (x, dy) =>
      conv2dFilterGradient(x, dy, [2, 2, 1, 1]),
    ),
    'a constant of another size': () => new Graph().constant([1, 2], [3]),
    'a negative size': () => new Graph().input('x', [-1]),
    'a name that is taken': pair([1], [1], (a) => a.graph.state('b', [1])),
  }
  for (const [name, build] of Object.entries(wrong)) test(name, () => assert.throws(build, GraphError))
})

test('shapes broadcast as NumPy has it', () => {
  assert.deepEqual(broadcastShapes([2, 1, 3], [4, 1]), [2, 4, 3])
  assert.deepEqual(broadcastShapes([], [2]), [2])
  assert.deepEqual(broadcastShapes([0], [1]), [0])
  assert.throws(() => broadcastShapes([2], [3]), GraphError)
})

describe('equal operations on equal inputs are one node', () => {
  test('and unlike ones are not', () => {
    const graph = new Graph()
    const [a, b] = [graph.input('a', [2, 2]), graph.input('b', [2, 2])]
    assert.equal(divide(a, b), divide(a, b))
    assert.notEqual(divide(a, b), divide(b, a))
    assert.equal(exp(exp(a)), exp(exp(a)))
    assert.notEqual(sum(a, [0]), sum(a, [1]))
    assert.notEqual(sum(a, [0]), sum(a, [0], true))
    assert.notEqual(matmul(a, b), matmul(a, b, { transposeA: true }))
    assert.notEqual(slice(a, [0, 0], [1, 2]), slice(a, [1, 0], [1, 2]))
    const images = graph.input('images', [1, 9, 9, 1])
    const filters = graph.input('filters', [3, 3, 1, 1])
    assert.notEqual(conv2d(images, filters, { stride: 2 }), conv2d(images, filters, { padding: 1 }))
  })

  test('constants by value and shape', () => {
    const graph = new Graph()
    assert.equal(graph.constant([1, 2], [2]), graph.constant([1, 2], [2]))
    assert.notEqual(graph.constant([1, 2], [2]), graph.constant([1, 2], [1, 2]))
    assert.notEqual(graph.constant([Infinity], [1]), graph.constant([Number.NaN], [1]))
    assert.notEqual(graph.constant([1], [1]), graph.constant([1 + 2 ** -23], [1]))
    assert.equal(graph.constant([1], [1]), graph.constant([1 + 2 ** -40], [1]))
  })

  test('operations that change nothing add none', () => {
    const x = given(2, 3)
    assert.equal(reshape(x, [2, 3]), x)
    assert.equal(reshape(reshape(x, [6]), [2, 3]), x)
    assert.equal(transpose(x, [0, 1]), x)
    assert.equal(slice(x, [0, 0], [2, 3]), x)
    assert.equal(pad(x, [0, 0], [0, 0]), x)
    assert.equal(concat([x], 0), x)
    assert.equal(sum(x, []), x)
    assert.equal(x.graph.nodes.length, 2)
  })
})

describe('a program', () => {
  test('is checked as a whole', () => {
    const graph = new Graph()
    const x = graph.input('x', [2])
    const s = graph.state('s', [2])
    const y = add(x, s)
    const state = { node: s, initial: new Float32Array(2) }
    checkProgram({ inputs: { x }, outputs: { y }, states: [state] })
    assert.throws(() => checkProgram({ inputs: {}, outputs: { y }, states: [state] }), /'x'/)
    assert.throws(() => checkProgram({ inputs: { x }, outputs: { y }, states: [] }), /'s'/)
    assert.throws(
      () =>
        checkProgram({ inputs: { x }, outputs: { y }, states: [{ node: s, initial: new Float32Array(3) }] }),
      /'s'.*3 values/,
    )
    assert.throws(
      () => checkProgram({ inputs: { x }, outputs: { y }, states: [{ ...state, next: sum(y) }] }),
      /'s'.*next/,
    )
  })

  test('holds what its outputs and next states need, inputs before users', () => {
    const graph = new Graph()
    const x = graph.input('x', [])
    const s = graph.state('s', [])
    exp(exp(x))
    const y = add(x, 1)
    const next = add(s, y)
    const nodes = reachable({
      inputs: { x },
      outputs: { y },
      states: [{ node: s, initial: new Float32Array(1), next }],
    })
    assert.deepEqual(
      nodes.map(({ operation }) => operation.kind),
      ['input', 'state', 'constant', 'add', 'add'],
    )
    for (const node of nodes)
      for (const input of node.inputs) assert.ok(nodes.indexOf(input) < nodes.indexOf(node))
  })
})
