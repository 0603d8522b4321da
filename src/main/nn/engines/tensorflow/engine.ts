/** The `tensorflow` engine: a program interpreted node by node with TensorFlow.js, its state kept as tensors. */
import type { Tensor } from '@tensorflow/tfjs-core'
import { sizeOf, type Node } from '../../graph.ts'
import { checkProgram, nameOf, type Program } from '../../program.ts'
import type { Engine, Executable, Values } from '../engine.ts'
import { loadNative, loadPlain, type Backend } from './backend.ts'
import { compute } from './kernels.ts'
import { planSteps, type Step } from './plan.ts'

export interface TensorflowEngineOptions {
  /**
   * `native`: @tensorflow/tfjs-node-gpu, else @tensorflow/tfjs-node, where one is installed.
   * `plain`: TensorFlow.js's JavaScript kernels; slow, the independent reference of the tests.
   */
  readonly backend: 'native' | 'plain'
}

/** @throws EngineUnavailableError when `native` is asked for and neither package loads. */
export async function createTensorflowEngine({ backend }: TensorflowEngineOptions): Promise<Engine> {
  const loaded = await (backend === 'native' ? loadNative() : loadPlain())
  return {
    name: loaded.engineName,
    compile: async (program) => new TensorflowExecutable(loaded, program),
  }
}

class TensorflowExecutable implements Executable {
  private readonly backend: Backend
  private readonly program: Program
  private readonly steps: readonly Step[]
  private readonly constants = new Map<Node, Tensor>()
  private readonly state = new Map<Node, Tensor>()

  constructor(backend: Backend, program: Program) {
    checkProgram(program)
    this.backend = backend
    this.program = program
    this.steps = planSteps(program)
    this.activate()
    for (const { node, initial } of program.states) this.state.set(node, this.tensor(initial, node))
    for (const { node } of this.steps)
      if (node.operation.kind === 'constant') this.constants.set(node, this.tensor(node.operation.data, node))
  }

  async run(inputs: Values): Promise<Values> {
    const { tf } = this.backend
    const { outputs, next } = this.evaluate(inputs)
    for (const [node, tensor] of next) {
      this.state.get(node)?.dispose()
      this.state.set(node, tensor)
    }
    try {
      return await copyAll(outputs)
    } finally {
      tf.dispose(outputs.map(([, tensor]) => tensor))
    }
  }

  async readState(names?: readonly string[]): Promise<Values> {
    const byName = new Map([...this.state].map(([node, tensor]) => [nameOf(node), tensor]))
    return copyAll(
      (names ?? [...byName.keys()]).map((name) => {
        const tensor = byName.get(name)
        if (!tensor) throw new RangeError(`no state '${name}'`)
        return [name, tensor]
      }),
    )
  }

  async writeState(values: Values): Promise<void> {
    for (const node of [...this.state.keys()]) {
      const data = values[nameOf(node)]
      if (!data) continue
      if (data.length !== sizeOf(node.shape))
        throw new RangeError(
          `state '${nameOf(node)}': ${data.length} values for shape [${node.shape.join(', ')}]`,
        )
      this.activate()
      this.state.get(node)?.dispose()
      this.state.set(node, this.tensor(data, node))
    }
  }

  async release(): Promise<void> {
    this.backend.tf.dispose([...this.state.values(), ...this.constants.values()])
    this.state.clear()
    this.constants.clear()
  }

  /** One run. Nothing here waits, so runs of other executables cannot come between. */
  private evaluate(inputs: Values): {
    readonly outputs: [string, Tensor][]
    readonly next: [Node, Tensor][]
  } {
    const { tf } = this.backend
    this.activate()
    // TensorFlow.js frees all that was made in a tidy but the tensors that it returns.
    const results = tf.tidy(() => {
      const values = new Map<Node, Tensor>([...this.constants, ...this.state])
      for (const [name, node] of Object.entries(this.program.inputs)) {
        const data = inputs[name]
        if (data?.length !== sizeOf(node.shape))
          throw new RangeError(
            `input '${name}': ${data?.length ?? 'no'} values for shape [${node.shape.join(', ')}]`,
          )
        values.set(node, this.tensor(data, node))
      }
      const valueOf = (node: Node): Tensor => {
        const value = values.get(node)
        if (!value) throw new Error(`node ${node.id} (${node.operation.kind}) has no value`)
        return value
      }
      for (const { node, spent } of this.steps) {
        if (!values.has(node))
          values.set(
            node,
            tf.tidy(() => compute(tf, node, node.inputs.map(valueOf))),
          )
        for (const input of spent)
          if (!this.constants.has(input) && !this.state.has(input)) valueOf(input).dispose()
      }
      // Clones share their values; they let one node be an output and a state's next value at once.
      return {
        outputs: Object.values(this.program.outputs).map((node) => tf.clone(valueOf(node))),
        next: this.changing().map((variable) => tf.reshape(valueOf(variable.next), [...variable.node.shape])),
      }
    })
    return {
      outputs: Object.keys(this.program.outputs).map((name, index) => [name, results.outputs[index]]),
      next: this.changing().map(({ node }, index) => [node, results.next[index]]),
    }
  }

  private changing(): { readonly node: Node; readonly next: Node }[] {
    return this.program.states.flatMap(({ node, next }) => (next ? [{ node, next }] : []))
  }

  /** Copies: TensorFlow.js would go on reading the caller's array. */
  private tensor(data: Float32Array, node: Node): Tensor {
    return this.backend.tf.tensor(data.slice(), [...node.shape], 'float32')
  }

  /** TensorFlow.js has one current backend for all. For one that has been started, setting it takes effect at once. */
  private activate(): void {
    const { tf, registered } = this.backend
    if (tf.getBackend() !== registered) void tf.setBackend(registered)
  }
}

/** Copies to JavaScript: on the plain backend `data()` is the tensor's own memory. */
async function copyAll(tensors: readonly (readonly [string, Tensor])[]): Promise<Values> {
  return Object.fromEntries(
    await Promise.all(
      tensors.map(async ([name, tensor]) => [name, Float32Array.from(await tensor.data())] as const),
    ),
  )
}
