/**
 * Runs one program made of many cases on the webgpu provider and prints what comes out, as JSON.
 * A process of its own: the Vulkan driver is chosen by environment variables that count when a process starts.
 */
import { createOnnxEngine } from '../../../../../src/main/nn/engines/onnx/engine.ts'
import { describeGpuProgram } from './gpuProgram.ts'

const { program, inputs } = describeGpuProgram()
const engine = await createOnnxEngine({ provider: 'webgpu' })
const executable = await engine.compile(program)
const outputs = await executable.run(inputs)
for (let step = 1; step < 3; step++) await executable.run(inputs)
const state = await executable.readState()
await executable.release()
const plain = (values: Readonly<Record<string, Float32Array>>): Record<string, string[]> =>
  // Text, since JSON knows no infinities.
  Object.fromEntries(Object.entries(values).map(([name, data]) => [name, Array.from(data, String)]))
process.stdout.write(JSON.stringify({ outputs: plain(outputs), state: plain(state) }))
