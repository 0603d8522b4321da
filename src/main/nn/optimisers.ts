/** Optimisers as graph nodes: one training step computes gradients and new parameters in one program. */
import type { Node, Shape } from './graph.ts'
import { zeros } from './initialisers.ts'
import { add, divide, multiply, sqrt, square, subtract, type Operand } from './operations/elementwise.ts'
import { nameOf, type StateVariable } from './program.ts'

/** A parameter (a state node) and the gradient of the loss by it. */
export interface Trainable {
  readonly node: Node
  readonly gradient: Node
}

/** What a step adds to a program. */
export interface Updates {
  /** The parameters' next values, in the order given. */
  readonly next: readonly Node[]
  /** The optimiser's own memory, with its next values. */
  readonly states: readonly StateVariable[]
}

export interface Optimiser {
  /** To be called once per optimiser: it claims the names `${optimiser}/${parameter}/…`. */
  updates(parameters: readonly Trainable[]): Updates
}

interface Memory {
  readonly node: Node
  /** Sets the value after the step and returns it. */
  becomes(next: Node): Node
}

/** Collects the states of one `updates` call. */
class Ledger {
  readonly states: StateVariable[] = []
  private readonly graph: Node['graph']
  private readonly owner: string

  constructor(owner: string, graph: Node['graph']) {
    this.owner = owner
    this.graph = graph
  }

  /** A state of zeros. */
  memory(name: string, shape: Shape): Memory {
    const node = this.graph.state(`${this.owner}/${name}`, shape)
    return {
      node,
      becomes: (next) => {
        this.states.push({ node, initial: zeros(shape), next })
        return next
      },
    }
  }
}

function optimiser(
  name: string,
  step: (ledger: Ledger) => (parameter: Node, gradient: Node, parameterName: string) => Node,
): Optimiser {
  return {
    updates: (parameters) => {
      if (parameters.length === 0) return { next: [], states: [] }
      const ledger = new Ledger(name, parameters[0].node.graph)
      const update = step(ledger)
      const next = parameters.map(({ node, gradient }) => update(node, gradient, nameOf(node)))
      return { next, states: ledger.states }
    },
  }
}

export interface AdamOptions {
  /** A number, or a scalar node where it changes from step to step. Default 1e-3. */
  readonly learningRate?: Operand
  /** Default 0.9. */
  readonly beta1?: number
  /** Default 0.999. */
  readonly beta2?: number
  /** Added outside the square root, as PyTorch does. Default 1e-8. */
  readonly epsilon?: number
}

/** What Adam remembers of how many gradients there were, besides m and v of each parameter. */
export interface AdamWeights {
  readonly weight1: Node
  readonly weight2: Node
}

/** One parameter with its moments, before or after a step. */
export interface AdamParameter {
  readonly parameter: Node
  readonly m: Node
  readonly v: Node
}

/**
 * One step of Adam (Kingma and Ba, arXiv 1412.6980) with PyTorch's update:
 * p ← p − lr · m̂ / (√v̂ + ε), where m̂ and v̂ are the bias-corrected moments.
 *
 * A bias-corrected moment is a weighted mean, so plain weighted sums are kept instead of m and v: `m` holds
 * Σ β₁ᵏ g, `v` holds Σ β₂ᵏ g², and the scalars `weight1`, `weight2` hold Σ β₁ᵏ and Σ β₂ᵏ. That is the same update
 * with two operations fewer for each parameter, and it avoids 1 − β₂ᵗ, which loses 4 digits in float32.
 *
 * @param weights before the step, at first 0; scalars, or of a shape that broadcasts to the parameters'
 */
export function adamStep(
  weights: AdamWeights,
  options: AdamOptions = {},
): AdamWeights & { update(before: AdamParameter, gradient: Node): AdamParameter } {
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
  const weight1 = add(multiply(weights.weight1, beta1), 1)
  const weight2 = add(multiply(weights.weight2, beta2), 1)
  const root2 = sqrt(weight2)
  // lr · (m / w₁) / (√(v / w₂) + ε) = (lr · √w₂ / w₁) · m / (√v + ε · √w₂): the corrections stay scalars.
  const stepSize = divide(multiply(root2, learningRate), weight1)
  const margin = multiply(root2, epsilon)
  return {
    weight1,
    weight2,
    update: ({ parameter, ...before }, gradient) => {
      const m = add(multiply(before.m, beta1), gradient)
      const v = add(multiply(before.v, beta2), square(gradient))
      return { parameter: subtract(parameter, divide(multiply(m, stepSize), add(sqrt(v), margin))), m, v }
    },
  }
}

/** Several steps of one optimiser within a program: a critic learns five times to its generator's once. */
export interface OptimiserChain {
  /** The parameters as the steps so far have left them, in the order given. */
  readonly current: readonly Node[]
  /** @param slopes gradients of the loss by `current` */
  step(slopes: readonly Node[]): void
  /** To be called after the last step. */
  updates(): Updates
}

/** Adam, as often as the program asks. Claims the names `${name}/…`. */
export function adamChain(name: string, options: AdamOptions, parameters: readonly Node[]): OptimiserChain {
  const { graph } = parameters[0]
  const remember = (memory: string, shape: Shape) => graph.state(`${name}/${memory}`, shape)
  const memories = {
    weights: { weight1: remember('weight1', []), weight2: remember('weight2', []) },
    moments: parameters.map((node) => ({
      m: remember(`${nameOf(node)}/m`, node.shape),
      v: remember(`${nameOf(node)}/v`, node.shape),
    })),
  }
  let weights: AdamWeights = memories.weights
  let values: readonly AdamParameter[] = parameters.map((parameter, index) => ({
    parameter,
    ...memories.moments[index],
  }))
  return {
    get current() {
      return values.map(({ parameter }) => parameter)
    },
    step: (slopes) => {
      const step = adamStep(weights, options)
      values = values.map((value, index) => step.update(value, slopes[index]))
      weights = step
    },
    updates: () => {
      const changes: readonly (readonly [Node, Node])[] = [
        [memories.weights.weight1, weights.weight1],
        [memories.weights.weight2, weights.weight2],
        ...memories.moments.flatMap(({ m, v }, index) => [
          [m, values[index].m] as const,
          [v, values[index].v] as const,
        ]),
      ]
      return {
        next: values.map(({ parameter }) => parameter),
        states: changes.map(([node, next]) => ({ node, initial: zeros(node.shape), next })),
      }
    },
  }
}

/** Adam, one step a program; see adamStep. */
export function adam(name: string, options: AdamOptions = {}): Optimiser {
  return {
    updates: (parameters) => {
      if (parameters.length === 0) return { next: [], states: [] }
      const chain = adamChain(
        name,
        options,
        parameters.map(({ node }) => node),
      )
      chain.step(parameters.map(({ gradient }) => gradient))
      return chain.updates()
    },
  }
}

export interface RmsPropOptions {
  /** A number, or a scalar node. Default 1e-2. */
  readonly learningRate?: Operand
  /** Smoothing constant; PyTorch calls it alpha. Default 0.99. */
  readonly decay?: number
  /** Added outside the square root. Default 1e-8. */
  readonly epsilon?: number
}

/** RMSProp (Hinton, lecture 6e, 2012) as PyTorch has it: p ← p − lr · g / (√v + ε), v the decayed mean of g². */
export function rmsProp(name: string, options: RmsPropOptions = {}): Optimiser {
  const { learningRate = 1e-2, decay = 0.99, epsilon = 1e-8 } = options
  return optimiser(name, (ledger) => (parameter, gradient, parameterName) => {
    const v = ledger.memory(`${parameterName}/v`, parameter.shape)
    const nextV = v.becomes(add(multiply(v.node, decay), multiply(square(gradient), 1 - decay)))
    return subtract(parameter, divide(multiply(gradient, learningRate), add(sqrt(nextV), epsilon)))
  })
}

export interface SgdOptions {
  /** A number, or a scalar node. */
  readonly learningRate: Operand
  /** Default 0. */
  readonly momentum?: number
}

/** Gradient descent; with momentum as PyTorch has it: b ← µ · b + g, p ← p − lr · b. */
export function sgd(name: string, { learningRate, momentum = 0 }: SgdOptions): Optimiser {
  return optimiser(name, (ledger) => (parameter, gradient, parameterName) => {
    if (momentum === 0) return subtract(parameter, multiply(gradient, learningRate))
    const velocity = ledger.memory(`${parameterName}/velocity`, parameter.shape)
    const next = velocity.becomes(add(multiply(velocity.node, momentum), gradient))
    return subtract(parameter, multiply(next, learningRate))
  })
}
