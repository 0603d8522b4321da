/** Repetition: rows that each stop in their own time, on both engines. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as ort from 'onnxruntime-node'
import { createOnnxEngine } from '../../../src/main/nn/engines/onnx/engine.ts'
import { exportOnnx } from '../../../src/main/nn/engines/onnx/export.ts'
import { createTensorflowEngine } from '../../../src/main/nn/engines/tensorflow/engine.ts'
import { gradients } from '../../../src/main/nn/gradients.ts'
import { Graph, type Node } from '../../../src/main/nn/graph.ts'
import {
  add,
  divide,
  greater,
  multiply,
  subtract,
  square,
} from '../../../src/main/nn/operations/elementwise.ts'
import { iterate } from '../../../src/main/nn/operations/iteration.ts'
import { matmul } from '../../../src/main/nn/operations/linear.ts'
import { sum } from '../../../src/main/nn/operations/reduction.ts'

/** Heron's square roots of [N, 2] rows, and the passes that each took, as [N, 3]: stops when a row's squares fit. */
function roots(x: Node, steps: number, tolerance: number): Node {
  const { graph } = x
  const start = matmul(multiply(x, 0), graph.constant([0, 0, 0, 0, 0, 0], [2, 3]))
  const first = add(start, graph.constant([1, 1, 0], [1, 3]))
  const left = graph.constant([1, 0, 0, 1, 0, 0], [3, 2])
  return iterate('roots', [first], steps, ([value]) => {
    const guess = matmul(value, left)
    const better = multiply(add(guess, divide(x, guess)), 0.5)
    const error = sum(square(subtract(square(better), x)), [1])
    const counted = add(
      matmul(better, left, { transposeB: true }),
      multiply(value, graph.constant([0, 0, 1], [3])),
    )
    return {
      next: [add(counted, graph.constant([0, 0, 1], [3]))],
      goOn: greater(error, tolerance),
    }
  })
}

function plainRoots(numbers: readonly number[], steps: number, tolerance: number): number[] {
  let [a, b] = [1, 1]
  for (let pass = 1; ; pass++) {
    a = (a + numbers[0] / a) / 2
    b = (b + numbers[1] / b) / 2
    const error = (a * a - numbers[0]) ** 2 + (b * b - numbers[1]) ** 2
    if (pass === steps || error <= tolerance) return [a, b, pass]
  }
}

const numbers = [
  [1, 1],
  [2, 3],
  [500, 7],
  [0.01, 90000],
  [4, 1],
] as const
const data = Float32Array.from(numbers.flat())

async function exported(steps: number, tolerance: number, given: Float32Array): Promise<Float32Array> {
  const x = new Graph().input('x', [1, 2])
  const file = exportOnnx({ inputs: { x }, outputs: { y: roots(x, steps, tolerance) } }, {})
  const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3 })
  const { y } = await session.run({ x: new ort.Tensor('float32', given, [given.length / 2, 2]) })
  await session.release()
  return y.data as Float32Array
}

function assertRoots(actual: Float32Array, steps: number, tolerance: number): void {
  const expected = numbers.flatMap((row) => plainRoots(row, steps, tolerance))
  assert.equal(actual.length, expected.length)
  expected.forEach((value, i) => assert.ok(Math.abs(actual[i] / value - 1) < 1e-5, `${actual[i]}, ${value}`))
}

describe('each row goes through as many passes as it needs', () => {
  for (const steps of [1, 5, 40]) {
    test(`in an exported model, ${steps} at most`, async () =>
      assertRoots(await exported(steps, 1e-3, data), steps, 1e-3))

    test(`on TensorFlow.js, ${steps} at most`, async () => {
      const x = new Graph().input('x', [numbers.length, 2])
      const engine = await createTensorflowEngine({ backend: 'plain' })
      const executable = await engine.compile({
        inputs: { x },
        outputs: { y: roots(x, steps, 1e-3) },
        states: [],
      })
      const { y } = await executable.run({ x: data })
      await executable.release()
      assertRoots(y, steps, 1e-3)
    })
  }

  test('whatever rows it is with', async () => {
    const together = await exported(40, 1e-3, data)
    for (let row = 0; row < numbers.length; row++)
      assert.deepEqual(
        await exported(40, 1e-3, data.slice(2 * row, 2 * row + 2)),
        together.slice(3 * row, 3 * row + 3),
      )
  })

  test('and the passes are few where little is asked', () => {
    const passes = numbers.map((row) => plainRoots(row, 40, 1e-3)[2])
    assert.equal(new Set(passes).size > 2, true, passes.join())
  })
})

describe('what cannot be is refused', () => {
  const graph = new Graph()
  const x = graph.input('x', [3, 2])
  const ones = graph.constant(1, [3])

  test('no steps, other shapes, one decision for all', () => {
    assert.throws(() => iterate('a', [x], 0, ([value]) => ({ next: [value], goOn: ones })), /0 steps/)
    assert.throws(
      () => iterate('b', [x], 2, ([value]) => ({ next: [sum(value, [1])], goOn: ones })),
      /what it was given/,
    )
    assert.throws(
      () => iterate('c', [x], 2, ([value]) => ({ next: [value], goOn: sum(value) })),
      /decision a row/,
    )
  })

  test('a gradient through it', () => {
    const y = iterate('d', [x], 2, ([value]) => ({ next: [multiply(value, 2)], goOn: ones }))
    assert.throws(() => gradients(sum(y), [x]), /repetition/)
  })

  test('a training program with it on ONNX Runtime', async () => {
    const y = iterate('e', [x], 2, ([value]) => ({ next: [multiply(value, 2)], goOn: ones }))
    const engine = await createOnnxEngine({ provider: 'cpu' })
    await assert.rejects(engine.compile({ inputs: { x }, outputs: { y }, states: [] }), /exported/)
  })
})
