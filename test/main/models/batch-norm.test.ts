/** Batch normalisation with its hand-made gradient, against definitions and differences in double precision. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createOnnxEngine } from '../../../src/main/nn/engines/onnx/engine.ts'
import { gradients } from '../../../src/main/nn/gradients.ts'
import { Graph, GraphError, sizeOf, type Node, type Shape } from '../../../src/main/nn/graph.ts'
import { BATCH_NORM_EPSILON, batchNorm, runningStatistic } from '../../../src/main/nn/layers.ts'
import { add, multiply, tanh } from '../../../src/main/nn/operations/elementwise.ts'
import { sum } from '../../../src/main/nn/operations/reduction.ts'
import { Random } from '../../../src/main/nn/random.ts'
import { assertClose } from '../nn/compare.ts'
import { evaluate, finiteDifferences } from '../nn/reference.ts'

function setUp(shape: Shape) {
  const graph = new Graph()
  const random = new Random(shape.join())
  const given = new Map<Node, Float64Array>()
  const value = (name: string, of: Shape, offset = 0): Node => {
    const node = graph.input(name, of)
    given.set(
      node,
      new Float64Array(sizeOf(of)).map(() => offset + random.normal()),
    )
    return node
  }
  const channels = shape.at(-1) ?? 0
  const x = value('x', shape, 0.5)
  const gamma = value('gamma', [channels], 1)
  const beta = value('beta', [channels])
  const weights = value('weights', shape)
  return { graph, given, x, gamma, beta, weights, channels, norm: batchNorm(x, gamma, beta) }
}

const shapes: readonly Shape[] = [
  [2, 3, 3, 2],
  [3, 1, 1, 4],
  [6, 3],
]

for (const shape of shapes)
  describe(`batch norm of [${shape.join(', ')}]`, () => {
    const { given, x, gamma, beta, weights, channels, norm } = setUp(shape)
    const of = (node: Node): Float64Array => given.get(node) ?? new Float64Array()

    test('centres and scales each channel by the batch', () => {
      const [output, mean, variance] = evaluate([norm.output, norm.mean, norm.variance], given)
      for (let c = 0; c < channels; c++) {
        const column = of(x).filter((_, i) => i % channels === c)
        const average = column.reduce((a, b) => a + b, 0) / column.length
        const spread = column.reduce((a, b) => a + (b - average) ** 2, 0) / column.length
        // The graph holds its constants (1/n, ε) in single precision.
        assert.ok(Math.abs(mean[c] - average) < 1e-6)
        assert.ok(Math.abs(variance[c] - spread) < 1e-6)
        const normalised = Array.from(
          column,
          (value) =>
            (of(gamma)[c] * (value - average)) / Math.sqrt(spread + BATCH_NORM_EPSILON) + of(beta)[c],
        )
        assertClose(
          output.filter((_, i) => i % channels === c),
          normalised,
          1e-6,
          `channel ${c}`,
        )
      }
    })

    // A loss whose gradient differs from place to place, and one that also goes by the mean and the variance.
    const bent = sum(multiply(tanh(norm.output), weights))
    const losses = {
      'of the output': bent,
      'of the output, mean and variance': add(bent, sum(multiply(norm.variance, add(norm.mean, beta)))),
    }
    for (const [title, loss] of Object.entries(losses))
      test(`gradients ${title} are the differences`, () => {
        const wrt = { x, gamma, beta }
        const slopes = evaluate(gradients(loss, Object.values(wrt)), given)
        Object.entries(wrt).forEach(([name, node], index) =>
          assertClose(slopes[index], finiteDifferences(loss, node, given), 2e-6, name),
        )
      })
  })

test('keeps its precision where the mean is large against the spread', async () => {
  const graph = new Graph()
  const x = graph.input('x', [64, 1])
  const { variance } = batchNorm(x, graph.constant([1], [1]), graph.constant([0], [1]))
  const engine = await createOnnxEngine({ provider: 'cpu' })
  const executable = await engine.compile({ inputs: { x }, outputs: { variance }, states: [] })
  // 1000 ± 0.25, exact in single precision; E[x²] − mean² would be off by a fifth.
  const given = Float32Array.from({ length: 64 }, (_, i) => 1000 + (i % 2 ? 0.25 : -0.25))
  const outputs = await executable.run({ x: given })
  await executable.release()
  assert.ok(Math.abs(outputs.variance[0] / 0.0625 - 1) < 1e-5, `${outputs.variance[0]}`)
})

test('running statistics follow with momentum 0.1', () => {
  const graph = new Graph()
  const before = graph.input('before', [2])
  const batch = graph.input('batch', [2])
  const [next] = evaluate(
    [runningStatistic(before, batch)],
    new Map([
      [before, Float64Array.of(1, -2)],
      [batch, Float64Array.of(3, 0)],
    ]),
  )
  assertClose(next, [1.2, -1.8], 1e-6, 'next')
})

test('scales of another length are refused', () => {
  const graph = new Graph()
  const x = graph.input('x', [2, 3])
  assert.throws(() => batchNorm(x, graph.constant([1, 1], [2]), graph.constant([0, 0, 0], [3])), GraphError)
})
