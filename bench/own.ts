/**
 * Measures this code on one configuration and prints one line of JSON. Started by train.ts and inspect.ts.
 * Like the peer: two runs to warm up, then at least three and for `--seconds`, all on one random batch.
 */
import { parseArgs } from 'node:util'
import { ganomalyInspection, ganomalyStep } from '../src/main/models/ganomaly.ts'
import { Graph } from '../src/main/nn/graph.ts'
import { createOnnxEngine } from '../src/main/nn/engines/onnx/engine.ts'
import { slice } from '../src/main/nn/operations/layout.ts'
import { matmul } from '../src/main/nn/operations/linear.ts'
import { nameOf, type Program } from '../src/main/nn/program.ts'

const { values: given } = parseArgs({
  options: Object.fromEntries(
    ['what', 'size', 'channels', 'width', 'latent', 'batch', 'threads', 'seconds'].map((name) => [
      name,
      { type: 'string' as const },
    ]),
  ),
})
const number = (name: string): number => Number(given[name])
const [size, channels, width, latent] = [
  number('size'),
  number('channels'),
  number('width'),
  number('latent'),
]
const [batch, seconds] = [number('batch'), number('seconds')]
const shape = { size, channels, width, latent }

const engine = await createOnnxEngine({ provider: 'cpu', threads: number('threads') })
const step = ganomalyStep({
  ...shape,
  batch,
  learningRate: 2e-4,
  seed: 0,
  weights: { adversarial: 1, image: 50, latent: 1 },
})
const matrixRate = await measureMatrixRate(2048, 2)
const result =
  given['what'] === 'train'
    ? { trainImagesPerSecond: batch * (await rate(step, noise(batch), seconds)) }
    : {
        inspectImagesPerSecond: batch * (await rate(inspection(batch), noise(batch), seconds)),
        inspectMillisecondsSingle: 1000 / (await rate(inspection(1), noise(1), seconds)),
      }
console.log(JSON.stringify({ ...result, matrixRate }))

/** Runs per second of a program. */
async function rate(program: Program, images: Float32Array, duration: number): Promise<number> {
  const executable = await engine.compile(program)
  const runs = await runsPerSecond(() => executable.run({ images }), duration)
  await executable.release()
  return runs
}

async function runsPerSecond(run: () => Promise<unknown>, duration: number): Promise<number> {
  await run()
  await run()
  const start = performance.now()
  let count = 0
  while (performance.now() - start < duration * 1000 || count < 3) {
    await run()
    count++
  }
  return count / ((performance.now() - start) / 1000)
}

/** The inspection program with the untrained weights of the step: speed does not depend on their values. */
function inspection(count: number): Program {
  const trained = Object.fromEntries(step.states.map(({ node, initial }) => [nameOf(node), initial]))
  const graph = new Graph()
  const images = graph.input('images', [count, size, size, channels])
  const { reconstruction, latent: score } = ganomalyInspection(images, shape, trained)
  return { inputs: { images }, outputs: { reconstruction, score }, states: [] }
}

/** Uniform noise in [0, 1). */
function noise(count: number): Float32Array {
  return Float32Array.from({ length: count * size * size * channels }, () => Math.random())
}

/** Floating-point operations per second of a square matrix product on this engine; only one number is copied out. */
async function measureMatrixRate(side: number, duration: number): Promise<number> {
  const graph = new Graph()
  const [a, b] = [graph.state('a', [side, side]), graph.state('b', [side, side])]
  const initial = Float32Array.from({ length: side * side }, () => Math.random() - 0.5)
  const corner = slice(matmul(a, b), [0, 0], [1, 1])
  const states = [a, b].map((node) => ({ node, initial }))
  const executable = await engine.compile({ inputs: {}, outputs: { corner }, states })
  const runs = await runsPerSecond(() => executable.run({}), duration)
  await executable.release()
  return runs * 2 * side ** 3
}
