/** The `onnx` engine: a program as one ONNX model on ONNX Runtime, its state kept where it computes. */
import * as ort from 'onnxruntime-node'
import { sizeOf, type Node } from '../../graph.ts'
import { checkProgram, nameOf, reachable, type Program } from '../../program.ts'
import { EngineUnavailableError, type Engine, type Executable, type Values } from '../engine.ts'
import { lower } from './lowering.ts'
import { OnnxWriter } from './writer.ts'

/** Execution providers of ONNX Runtime; which ones load depends on the platform and its drivers. */
export type OnnxProvider = 'cpu' | 'webgpu' | 'dml' | 'cuda' | 'coreml'

export interface OnnxEngineOptions {
  readonly provider: OnnxProvider
  /** CPU threads; ONNX Runtime's own choice (the physical cores) when left out. */
  readonly threads?: number
}

/**
 * Opens the engine by running one small product on the provider.
 *
 * @throws EngineUnavailableError when the provider does not load here.
 */
export async function createOnnxEngine(options: OnnxEngineOptions): Promise<Engine> {
  const name = `onnx-${options.provider}`
  try {
    await probe(options)
  } catch (error) {
    throw new EngineUnavailableError(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
  return { name, compile: (program) => OnnxExecutable.compile(program, options) }
}

/** Session settings that won in the measurements of docs/decisions/0002. */
export function sessionOptions({
  provider,
  threads,
}: OnnxEngineOptions): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    executionMode: 'sequential',
    enableCpuMemArena: true,
    enableMemPattern: false,
    logSeverityLevel: 3,
    ...(threads ? { intraOpNumThreads: threads } : {}),
  }
}

async function probe(options: OnnxEngineOptions): Promise<void> {
  // A provider that this build does not know is dropped without a word and the CPU takes its place.
  const known = ort.listSupportedBackends().map(({ name }) => name)
  if (!known.includes(options.provider))
    throw new Error(
      `ONNX Runtime has no ${options.provider} provider on this platform; it has ${known.join(', ')}`,
    )
  const writer = new OnnxWriter()
  const x = writer.input('x', [2, 2])
  writer.output('y', writer.node('MatMul', [x, x]), [2, 2])
  const session = await ort.InferenceSession.create(writer.encode(), sessionOptions(options))
  await session.run({ x: new ort.Tensor('float32', new Float32Array(4), [2, 2]) })
  await session.release()
}

/** Prefixes keep a program's names apart from those of its state. */
const inName = (name: string): string => `state:${name}`
const outName = (name: string): string => `next:${name}`

class OnnxExecutable implements Executable {
  private readonly program: Program
  private readonly session: ort.InferenceSession
  private readonly onDevice: boolean
  private readonly options: OnnxEngineOptions
  /** Current state. On a GPU provider these live in its memory after the first run. */
  private readonly state = new Map<string, ort.Tensor>()
  /** CPU only: the buffers that the next run writes; swapped with `state`, never the same. */
  private readonly spare = new Map<string, ort.Tensor>()
  private reader: ort.InferenceSession | null = null

  private constructor(program: Program, session: ort.InferenceSession, options: OnnxEngineOptions) {
    this.program = program
    this.session = session
    this.options = options
    this.onDevice = options.provider === 'webgpu'
    for (const { node, initial, next } of program.states) {
      this.state.set(nameOf(node), hostTensor(initial.slice(), node))
      if (next && !this.onDevice)
        this.spare.set(nameOf(node), hostTensor(new Float32Array(sizeOf(node.shape)), node))
    }
  }

  static async compile(program: Program, options: OnnxEngineOptions): Promise<OnnxExecutable> {
    checkProgram(program)
    const writer = new OnnxWriter()
    const nodes = reachable(program)
    const used = new Set(nodes)
    const names = new Map<Node, string>()
    for (const [name, node] of Object.entries(program.inputs)) names.set(node, writer.input(name, node.shape))
    for (const { node } of program.states) names.set(node, writer.input(inName(nameOf(node)), node.shape))
    const values = lower(
      writer,
      nodes.filter((node) => used.has(node)),
      names,
      { batched: new Set(), ownKernels: false },
    )
    for (const [name, node] of Object.entries(program.outputs))
      writer.output(name, values.get(node) ?? '', node.shape)
    for (const { node, next } of program.states)
      if (next) writer.output(outName(nameOf(node)), values.get(next) ?? '', next.shape)
    const preferredOutputLocation: Record<string, 'cpu' | 'gpu-buffer'> = {}
    for (const name of Object.keys(program.outputs)) preferredOutputLocation[name] = 'cpu'
    for (const { node, next } of program.states)
      if (next) preferredOutputLocation[outName(nameOf(node))] = 'gpu-buffer'
    const settings = sessionOptions(options)
    const session = await ort.InferenceSession.create(
      writer.encode(),
      options.provider === 'webgpu' ? { ...settings, preferredOutputLocation } : settings,
    )
    return new OnnxExecutable(program, session, options)
  }

  async run(inputs: Values): Promise<Values> {
    const feeds: Record<string, ort.Tensor> = {}
    for (const [name, node] of Object.entries(this.program.inputs)) {
      const data = inputs[name]
      if (data?.length !== sizeOf(node.shape))
        throw new RangeError(
          `input '${name}': ${data?.length ?? 'no'} values for shape [${node.shape.join(', ')}]`,
        )
      feeds[name] = hostTensor(data, node)
    }
    for (const [name, tensor] of this.state) feeds[inName(name)] = tensor
    const fetches: Record<string, ort.Tensor | null> = {}
    for (const name of Object.keys(this.program.outputs)) fetches[name] = null
    for (const { node, next } of this.program.states)
      if (next) fetches[outName(nameOf(node))] = this.spare.get(nameOf(node)) ?? null
    const results = await this.session.run(feeds, fetches)
    for (const { node, next } of this.program.states) {
      if (!next) continue
      const name = nameOf(node)
      const before = this.state.get(name)
      const after = results[outName(name)]
      if (!after) throw new Error(`the engine returned no '${name}'`)
      this.state.set(name, after)
      if (this.onDevice) before?.dispose()
      else if (before) this.spare.set(name, before)
    }
    const outputs: Record<string, Float32Array> = {}
    for (const name of Object.keys(this.program.outputs)) {
      const data = results[name]?.data
      if (!(data instanceof Float32Array)) throw new Error(`the engine returned no '${name}'`)
      outputs[name] = data
    }
    return outputs
  }

  async readState(names?: readonly string[]): Promise<Values> {
    const wanted = names ?? [...this.state.keys()]
    const values: Record<string, Float32Array> = {}
    const remote = wanted.filter((name) => this.state.get(name)?.location === 'gpu-buffer')
    const copies = remote.length > 0 ? await this.readRemote() : {}
    for (const name of wanted) {
      const tensor = this.state.get(name)
      if (!tensor) throw new RangeError(`no state '${name}'`)
      values[name] = copies[name] ?? (tensor.data as Float32Array).slice()
    }
    return values
  }

  async writeState(values: Values): Promise<void> {
    for (const { node } of this.program.states) {
      const name = nameOf(node)
      const data = values[name]
      if (!data) continue
      if (data.length !== sizeOf(node.shape))
        throw new RangeError(`state '${name}': ${data.length} values for shape [${node.shape.join(', ')}]`)
      const before = this.state.get(name)
      if (before?.location === 'gpu-buffer') before.dispose()
      this.state.set(name, hostTensor(data.slice(), node))
    }
  }

  async release(): Promise<void> {
    for (const tensor of this.state.values()) if (tensor.location === 'gpu-buffer') tensor.dispose()
    this.state.clear()
    this.spare.clear()
    await this.session.release()
    await this.reader?.release()
  }

  /** Reading a GPU tensor with getData() aborts the process (1.30): an identity session copies to the CPU instead. */
  private async readRemote(): Promise<Values> {
    if (!this.reader) {
      const writer = new OnnxWriter()
      for (const { node } of this.program.states) {
        const name = nameOf(node)
        writer.output(outName(name), writer.input(inName(name), node.shape), node.shape)
      }
      this.reader = await ort.InferenceSession.create(writer.encode(), sessionOptions(this.options))
    }
    const feeds: Record<string, ort.Tensor> = {}
    for (const [name, tensor] of this.state) feeds[inName(name)] = tensor
    const results = await this.reader.run(feeds)
    return Object.fromEntries(
      [...this.state.keys()].map((name) => [name, (results[outName(name)]?.data as Float32Array).slice()]),
    )
  }
}

function hostTensor(data: Float32Array, node: Node): ort.Tensor {
  return new ort.Tensor('float32', data, [...node.shape])
}
