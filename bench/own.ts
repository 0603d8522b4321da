/**
 * Measures this code on one configuration and prints one line of JSON. Started by train.ts and inspect.ts.
 * Like the peer: two runs to warm up, then at least three and for `--seconds`, all on one random batch.
 */
import { parseArgs } from 'node:util'
import { exportModel, neutralStatistics } from '../src/main/models/exporter.ts'
import { ganomaly } from '../src/main/models/ganomaly.ts'
import { ModelRuntime } from '../src/main/models/runtime.ts'
import { Graph } from '../src/main/nn/graph.ts'
import { createOnnxEngine } from '../src/main/nn/engines/onnx/engine.ts'
import { slice } from '../src/main/nn/operations/layout.ts'
import { matmul } from '../src/main/nn/operations/linear.ts'
import { nameOf } from '../src/main/nn/program.ts'

const { values: given } = parseArgs({
  options: Object.fromEntries(
    ['what', 'size', 'channels', 'width', 'latent', 'batch', 'threads', 'seconds'].map((name) => [
      name,
      { type: 'string' as const },
    ]),
  ),
})
const number = (name: string): number => Number(given[name])
const { seconds, threads } = { seconds: number('seconds'), threads: number('threads') }
const config = ganomaly.schema.parse(
  Object.fromEntries(['size', 'channels', 'width', 'latent', 'batch'].map((name) => [name, number(name)])),
)
const { size, channels, batch } = config

const engine = await createOnnxEngine({ provider: 'cpu', threads })
const matrixRate = await measureMatrixRate(2048, 2)
const result = given['what'] === 'train' ? await measureTraining() : await measureInspection()
console.log(JSON.stringify({ ...result, matrixRate }))

async function measureTraining(): Promise<object> {
  const executable = await engine.compile(ganomaly.trainingProgram(config))
  const images = noise(batch)
  const steps = await runsPerSecond(() => executable.run({ images }), seconds)
  await executable.release()
  return { trainImagesPerSecond: batch * steps }
}

/** The exported file, as inspection runs it. Weights are untrained: speed does not depend on their values. */
async function measureInspection(): Promise<object> {
  const { states } = ganomaly.trainingProgram(config)
  const weights = Object.fromEntries(states.map(({ node, initial }) => [nameOf(node), initial]))
  const neutral = { mean: 0, deviation: 1 }
  const score = { defaultScore: 'map', latent: neutral, map: neutral } as const
  const file = exportModel(ganomaly, config, weights, neutralStatistics(size), score, {})
  const runtime = await ModelRuntime.open(file, { threads })
  const measure = async (count: number): Promise<number> => {
    const views = noise(count)
    return runsPerSecond(() => runtime.run(views, count, channels, size), seconds)
  }
  const [batches, singles] = [await measure(batch), await measure(1)]
  await runtime.release()
  return { inspectImagesPerSecond: batch * batches, inspectMillisecondsSingle: 1000 / singles }
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
