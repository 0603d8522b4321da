/**
 * Trains a tiny GANomaly for some steps on the webgpu provider and prints losses, final state and what crossed
 * between JavaScript and the device at each step, as JSON. A process of its own: the Vulkan driver is chosen by
 * environment variables that count when a process starts.
 */
import * as ort from 'onnxruntime-node'
import { ganomalyStep } from '../../../../src/main/models/ganomaly.ts'
import { createOnnxEngine } from '../../../../src/main/nn/engines/onnx/engine.ts'
import { noiseBatches, tinyGanomaly } from './tinyGanomaly.ts'

/** Names of a run's tensors that lay in JavaScript's memory, and how many did not. */
export interface Crossing {
  readonly given: readonly string[]
  readonly got: readonly string[]
  readonly stayedBefore: number
  readonly stayedAfter: number
}

export interface GpuSteps {
  readonly losses: readonly Readonly<Record<string, number>>[]
  readonly state: Readonly<Record<string, readonly number[]>>
  readonly crossings: readonly Crossing[]
  /** Downloads of single tensors during the steps. */
  readonly downloads: number
}

type Tensors = Readonly<Record<string, ort.Tensor>>
const crossings: Crossing[] = []
let downloads = 0

const inJavaScript = (tensors: Tensors): string[] =>
  Object.keys(tensors).filter((name) => tensors[name].location === 'cpu')

/** Watches every run of any session, and every download of a single tensor. */
function spy(): void {
  const sessions = (ort.InferenceSession as unknown as { prototype: ort.InferenceSession }).prototype
  const run = sessions.run as (feeds: Tensors, ...rest: unknown[]) => Promise<Tensors>
  sessions.run = async function (this: ort.InferenceSession, feeds: Tensors, ...rest: unknown[]) {
    // Looked at before the run, after which the engine may have freed them.
    const given = inJavaScript(feeds)
    const stayedBefore = Object.keys(feeds).length - given.length
    const results = await run.call(this, feeds, ...rest)
    const got = inJavaScript(results)
    crossings.push({ given, got, stayedBefore, stayedAfter: Object.keys(results).length - got.length })
    return results
  }
  const tensors = ort.Tensor.prototype as ort.Tensor
  const getData = tensors.getData as (...rest: unknown[]) => ReturnType<ort.Tensor['getData']>
  tensors.getData = function (this: ort.Tensor, ...rest: unknown[]) {
    downloads += 1
    return getData.apply(this, rest)
  }
}

const config = tinyGanomaly()
const engine = await createOnnxEngine({ provider: 'webgpu' })
const executable = await engine.compile(ganomalyStep(config))
spy()
const losses: Readonly<Record<string, number>>[] = []
for (const images of noiseBatches(config, 4)) {
  const outputs = await executable.run({ images })
  losses.push(Object.fromEntries(Object.entries(outputs).map(([name, [value]]) => [name, value])))
}
const seen = { crossings: crossings.slice(), downloads }
const state = Object.fromEntries(
  Object.entries(await executable.readState()).map(([name, data]) => [name, Array.from(data)]),
)
await executable.release()
process.stdout.write(JSON.stringify({ losses, state, ...seen } satisfies GpuSteps))
