/** Opens engines by name and measures which is fastest on this machine. */
import { normal } from '../initialisers.ts'
import { Graph } from '../graph.ts'
import { gradients } from '../gradients.ts'
import { meanSquaredError } from '../layers.ts'
import { leakyRelu } from '../operations/elementwise.ts'
import { conv2d, convTranspose2d } from '../operations/linear.ts'
import { adam } from '../optimisers.ts'
import type { Program } from '../program.ts'
import { Random } from '../random.ts'
import { type Engine } from './engine.ts'
import { createOnnxEngine, type OnnxProvider } from './onnx/engine.ts'
import { createTensorflowEngine } from './tensorflow/engine.ts'

/** Engines that can be asked for by name, `auto` aside. */
export const engineNames = [
  'onnx-cpu',
  'onnx-webgpu',
  'onnx-dml',
  'onnx-cuda',
  'onnx-coreml',
  'tensorflow',
  'tensorflow-plain',
] as const
export type EngineName = (typeof engineNames)[number]

/** @throws EngineUnavailableError when it does not load here */
export async function openEngine(name: EngineName): Promise<Engine> {
  if (name === 'tensorflow') return createTensorflowEngine({ backend: 'native' })
  if (name === 'tensorflow-plain') return createTensorflowEngine({ backend: 'plain' })
  return createOnnxEngine({ provider: name.slice('onnx-'.length) as OnnxProvider })
}

/** One engine on this machine. */
export interface EngineSpeed {
  readonly name: EngineName
  readonly available: boolean
  /** Why it is not available. */
  readonly reason?: string
  /** Training images per second of `measuredStep`. */
  readonly imagesPerSecond?: number
}

const BATCH = 16
const SIZE = 32

/** A small real training step: two convolutions, two transposed ones, all gradients, Adam. */
export function measuredStep(): Program {
  const graph = new Graph()
  const random = new Random(1)
  const images = graph.input('images', [BATCH, SIZE, SIZE, 1])
  const shapes = [
    [4, 4, 1, 32],
    [4, 4, 32, 64],
    [4, 4, 32, 64],
    [4, 4, 1, 32],
  ] as const
  const filters = shapes.map((shape, index) => graph.state(`filters${index}`, shape))
  const options = { stride: 2, padding: 1 }
  const [a, b, c, d] = filters as [
    (typeof filters)[0],
    (typeof filters)[0],
    (typeof filters)[0],
    (typeof filters)[0],
  ]
  const code = leakyRelu(conv2d(leakyRelu(conv2d(images, a, options)), b, options))
  const rebuilt = convTranspose2d(leakyRelu(convTranspose2d(code, c, options)), d, options)
  const loss = meanSquaredError(rebuilt, images)
  const slopes = gradients(loss, filters)
  const { next, states } = adam('adam', { learningRate: 1e-3 }).updates(
    filters.map((node, index) => ({ node, gradient: slopes[index] })),
  )
  return {
    inputs: { images },
    outputs: { loss },
    states: [
      ...filters.map((node, index) => ({
        node,
        initial: normal(node.shape, 0, 0.02, random),
        next: next[index],
      })),
      ...states,
    ],
  }
}

/** Seconds that one engine is timed for, after a first step that also compiles. */
const TIMED_SECONDS = 1

/**
 * Times `measuredStep` on each named engine (TensorFlow.js's plain backend, a reference for tests, only when named).
 *
 * @param measured is told of each engine as soon as it is known
 */
export async function measureEngines(
  names: readonly EngineName[] = engineNames.filter((name) => name !== 'tensorflow-plain'),
  measured: (speed: EngineSpeed) => void = () => undefined,
): Promise<readonly EngineSpeed[]> {
  const speeds: EngineSpeed[] = []
  for (const name of names) {
    const speed = await measure(name)
    speeds.push(speed)
    measured(speed)
  }
  return speeds
}

async function measure(name: EngineName): Promise<EngineSpeed> {
  try {
    const engine = await openEngine(name)
    const executable = await engine.compile(measuredStep())
    const images = new Float32Array(BATCH * SIZE * SIZE).fill(0.5)
    await executable.run({ images })
    const times: number[] = []
    const begin = performance.now()
    while (performance.now() - begin < TIMED_SECONDS * 1000 || times.length < 3) {
      const before = performance.now()
      await executable.run({ images })
      times.push(performance.now() - before)
    }
    await executable.release()
    const median = times.sort((a, b) => a - b)[times.length >> 1]
    return { name, available: true, imagesPerSecond: (1000 * BATCH) / median }
  } catch (error) {
    return { name, available: false, reason: error instanceof Error ? error.message : String(error) }
  }
}
