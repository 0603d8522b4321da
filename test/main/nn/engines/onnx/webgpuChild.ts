/**
 * Runs one program made of many cases on the webgpu provider and prints what comes out, as JSON.
 * A process of its own: the Vulkan driver is chosen by environment variables that count when a process starts.
 */
import { InferenceSession, type OnnxValue } from 'onnxruntime-node'
import { createOnnxEngine } from '../../../../../src/main/nn/engines/onnx/engine.ts'
import { describeGpuProgram } from './gpuProgram.ts'

type TensorsByName = Readonly<Record<string, OnnxValue>>

/** Where the tensors of each session run were: what was on the CPU crossed to or from JavaScript. */
const runs: { readonly fed: Record<string, string>; readonly fetched: Record<string, string> }[] = []

const sessions = (InferenceSession as unknown as { prototype: InferenceSession }).prototype
const run = sessions.run as (feeds: TensorsByName, ...rest: unknown[]) => Promise<TensorsByName>
sessions.run = async function (this: InferenceSession, feeds: TensorsByName, ...rest: unknown[]) {
  // Taken before the run, after which the engine may have freed them.
  const fed = locationsOf(feeds)
  const results = await run.call(this, feeds, ...rest)
  runs.push({ fed, fetched: locationsOf(results) })
  return results
}

function locationsOf(tensors: TensorsByName): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, 'location' in tensor ? tensor.location : 'cpu']),
  )
}

const { program, inputs } = describeGpuProgram()
const engine = await createOnnxEngine({ provider: 'webgpu' })
const executable = await engine.compile(program)
runs.length = 0
const outputs = await executable.run(inputs)
for (let step = 1; step < 3; step++) await executable.run(inputs)
const steps = runs.slice()
const state = await executable.readState()
await executable.release()
const plain = (values: Readonly<Record<string, Float32Array>>): Record<string, string[]> =>
  // Text, since JSON knows no infinities.
  Object.fromEntries(Object.entries(values).map(([name, data]) => [name, Array.from(data, String)]))
process.stdout.write(JSON.stringify({ outputs: plain(outputs), state: plain(state), steps }))
