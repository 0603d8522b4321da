import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as ort from 'onnxruntime-node'
import { createOnnxEngine } from '../../../../../src/main/nn/engines/onnx/engine.ts'
import { exportOnnx } from '../../../../../src/main/nn/engines/onnx/export.ts'
import { Graph, sizeOf, type Node, type Shape } from '../../../../../src/main/nn/graph.ts'
import { conv2d, conv2dInputGradient } from '../../../../../src/main/nn/operations/linear.ts'

const batch = 3
const numbers = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i) * Math.cos(0.3 * i * seed))

/** The file's results for three images beside those of the engine's own lowering, which is tested elsewhere. */
async function compare(shape: Shape, build: (x: Node) => Node): Promise<void> {
  const make = (count: number): { x: Node; y: Node } => {
    const x = new Graph().input('x', [count, ...shape])
    return { x, y: build(x) }
  }
  const data = numbers(batch * sizeOf(shape), 2)
  const { x, y } = make(batch)
  const engine = await createOnnxEngine({ provider: 'cpu', threads: 1 })
  const executable = await engine.compile({ inputs: { x }, outputs: { y }, states: [] })
  const { y: expected } = await executable.run({ x: data })
  await executable.release()

  const exported = make(1)
  const file = exportOnnx({ inputs: { x: exported.x }, outputs: { y: exported.y } }, {})
  const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3 })
  const { y: result } = await session.run({ x: new ort.Tensor('float32', data, [batch, ...shape]) })
  await session.release()
  assert.deepEqual(result?.dims, y.shape)
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  assert.ok(largest > 0.1)
  expected.forEach((value, i) =>
    assert.ok(Math.abs(value - (result.data[i] as number)) <= 1e-5 * largest, `${i}: ${value}`),
  )
}

const filters = (x: Node, shape: Shape): Node => x.graph.constant(numbers(sizeOf(shape), 5), shape)

test('convolutions of an exported file, with many results and with few', async () => {
  const options = { stride: 2, padding: 1 }
  await compare([32, 20, 3], (x) => conv2d(x, filters(x, [4, 4, 3, 5]), options))
  await compare([8, 8, 7], (x) => conv2d(x, filters(x, [4, 4, 7, 6]), options))
})

test('transposed convolutions of an exported file, to few channels and to many', async () => {
  for (const channels of [1, 3, 6])
    for (const [height, width] of [
      [16, 10],
      [4, 4],
    ] as const)
      await compare([height, width, 8], (dy) =>
        conv2dInputGradient(
          dy,
          filters(dy, [4, 4, channels, 8]),
          [dy.shape[0] ?? 1, 2 * height, 2 * width, channels],
          {
            stride: 2,
            padding: 1,
          },
        ),
      )
})
