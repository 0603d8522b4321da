/**
 * The convolutional encoder and decoder that the GAN families share (DCGAN, Radford et al. 2016, as GANomaly's
 * reference implementation lays it out): bias-free 4×4 convolutions of stride 2, batch norm except in the
 * first and last layer, weights N(0, 0.02), batch-norm scales N(1, 0.02).
 *
 * The same description builds two graphs: for training, with parameters as state and batch statistics; for
 * inspection, with trained values as constants and batch norm folded into the filters.
 */
import { type Graph, type Node, type Shape } from '../nn/graph.ts'
import { normal, zeros } from '../nn/initialisers.ts'
import { BATCH_NORM_EPSILON, batchNorm, runningStatistic } from '../nn/layers.ts'
import { add, divide, leakyRelu, multiply, sqrt, subtract, tanh } from '../nn/operations/elementwise.ts'
import { reshape } from '../nn/operations/layout.ts'
import { conv2d, convTranspose2d, matmul } from '../nn/operations/linear.ts'
import type { StateVariable } from '../nn/program.ts'
import type { Random } from '../nn/random.ts'

export interface NetworkShape {
  /** Image side, a power of two from 32. */
  readonly size: number
  readonly channels: number
  /** Features of the first layer; doubled at each halving of the image. */
  readonly width: number
  readonly latent: number
}

export interface BlockOptions {
  readonly transposed: boolean
  readonly features: number
  readonly stride: number
  readonly padding: number
  readonly norm: boolean
  /** Adds a trained value to each feature: for networks without batch norm, which else has it. Default false. */
  readonly bias?: boolean
}

/** Makes one layer: what differs between training and inspection. */
export interface Scope {
  /** A convolution, with its batch norm or bias. */
  block(name: string, x: Node, options: BlockOptions): Node
  /** Values [N, K] times a matrix, with a bias: [N, features]. */
  dense(name: string, x: Node, features: number): Node
}

/** A scope whose layers' names begin with `prefix`, so that several networks share one. */
export function within(scope: Scope, prefix: string): Scope {
  return {
    block: (name, x, options) => scope.block(`${prefix}/${name}`, x, options),
    dense: (name, x, features) => scope.dense(`${prefix}/${name}`, x, features),
  }
}

/** Filters are [4, 4, C, F] with C the wider image's channels, for both directions. */
function filterShape(x: Node, { transposed, features }: BlockOptions): Shape {
  const channels = x.shape[3] ?? 0
  return transposed ? [4, 4, features, channels] : [4, 4, channels, features]
}

function convolve(x: Node, filters: Node, { transposed, stride, padding }: BlockOptions): Node {
  return (transposed ? convTranspose2d : conv2d)(x, filters, { stride, padding })
}

/** Parameters as state; normalises by the batch and keeps running statistics for inspection. */
export class TrainingScope implements Scope {
  /** Trainable parameters in order of creation. */
  readonly parameters: { readonly name: string; readonly node: Node; readonly initial: Float32Array }[] = []
  /** Running means and variances with their next values. */
  readonly statistics: StateVariable[] = []
  private readonly graph: Graph
  private readonly random: Random
  private readonly prefix: string
  private readonly made = new Map<string, Node>()

  constructor(graph: Graph, prefix: string, random: Random) {
    this.graph = graph
    this.prefix = prefix
    this.random = random
  }

  block(name: string, x: Node, options: BlockOptions): Node {
    const { features } = options
    const filters = this.parameter(`${name}/filters`, filterShape(x, options), 0, 0.02)
    const convolved = convolve(x, filters, options)
    if (!options.norm)
      return options.bias ? add(convolved, this.parameter(`${name}/bias`, [features], 0, 0)) : convolved
    const gamma = this.parameter(`${name}/gamma`, [features], 1, 0.02)
    const beta = this.parameter(`${name}/beta`, [features], 0, 0)
    const normalised = batchNorm(convolved, gamma, beta)
    const count = convolved.shape.slice(0, -1).reduce((product, size) => product * size, 1)
    this.statistic(`${name}/mean`, normalised.mean, 0)
    this.statistic(`${name}/variance`, multiply(normalised.variance, count / Math.max(1, count - 1)), 1)
    return normalised.output
  }

  dense(name: string, x: Node, features: number): Node {
    const matrix = this.parameter(`${name}/matrix`, [x.shape[1] ?? 0, features], 0, 0.02)
    return add(matmul(x, matrix), this.parameter(`${name}/bias`, [features], 0, 0))
  }

  /**
   * From here on the network's parameters are these nodes, in the order of `parameters`: what an update has made of
   * them, where a program holds several steps.
   */
  continueWith(nodes: readonly Node[]): void {
    this.parameters.forEach(({ name }, index) => this.made.set(name, nodes[index]))
  }

  /** A second pass through the same network (a discriminator's) reuses its parameters. */
  private parameter(name: string, shape: Shape, mean: number, deviation: number): Node {
    const full = `${this.prefix}/${name}`
    const known = this.made.get(full)
    if (known) return known
    const node = this.graph.state(full, shape)
    this.made.set(full, node)
    this.parameters.push({ name: full, node, initial: normal(shape, mean, deviation, this.random) })
    return node
  }

  private statistic(name: string, batch: Node, initial: number): void {
    const full = `${this.prefix}/${name}`
    if (this.made.has(full)) return
    const node = this.graph.state(full, batch.shape)
    this.made.set(full, node)
    this.statistics.push({
      node,
      initial: new Float32Array(batch.shape[0] ?? 0).fill(initial),
      next: runningStatistic(node, batch),
    })
  }
}

/** Trained values as constants, batch norm by its running statistics folded into filters and a shift. */
export class InspectionScope implements Scope {
  private readonly prefix: string
  private readonly values: Readonly<Record<string, Float32Array>>

  constructor(prefix: string, values: Readonly<Record<string, Float32Array>>) {
    this.prefix = prefix
    this.values = values
  }

  block(name: string, x: Node, options: BlockOptions): Node {
    const shape = filterShape(x, options)
    const filters = this.value(`${name}/filters`)
    const { features, transposed } = options
    if (!options.norm) {
      const convolved = convolve(x, x.graph.constant(filters, shape), options)
      if (!options.bias) return convolved
      return add(convolved, x.graph.constant(this.value(`${name}/bias`), [features]))
    }
    const gamma = this.value(`${name}/gamma`)
    const beta = this.value(`${name}/beta`)
    const mean = this.value(`${name}/mean`)
    const variance = this.value(`${name}/variance`)
    const scale = gamma.map((value, f) => value / Math.sqrt((variance[f] ?? 1) + BATCH_NORM_EPSILON))
    const shift = beta.map((value, f) => value - (mean[f] ?? 0) * (scale[f] ?? 1))
    const inner = shape[3] ?? 1
    const folded = filters.map(
      (value, i) => value * (scale[transposed ? Math.floor(i / inner) % features : i % inner] ?? 1),
    )
    return add(convolve(x, x.graph.constant(folded, shape), options), x.graph.constant(shift, [features]))
  }

  dense(name: string, x: Node, features: number): Node {
    const matrix = x.graph.constant(this.value(`${name}/matrix`), [x.shape[1] ?? 0, features])
    return add(matmul(x, matrix), x.graph.constant(this.value(`${name}/bias`), [features]))
  }

  private value(name: string): Float32Array {
    const value = this.values[`${this.prefix}/${name}`]
    if (!value) throw new Error(`the checkpoint has no '${this.prefix}/${name}'`)
    return value
  }
}

/**
 * A network that has learnt and is used to train another: its values are state without a next value, which an earlier
 * phase leaves, and batch norm goes by its running statistics.
 */
export class FrozenScope implements Scope {
  readonly states: StateVariable[] = []
  private readonly graph: Graph
  private readonly prefix: string
  private readonly made = new Map<string, Node>()

  constructor(graph: Graph, prefix: string) {
    this.graph = graph
    this.prefix = prefix
  }

  block(name: string, x: Node, options: BlockOptions): Node {
    const { features } = options
    const convolved = convolve(x, this.value(`${name}/filters`, filterShape(x, options)), options)
    const vector = (what: string): Node => this.value(`${name}/${what}`, [features])
    if (!options.norm) return options.bias ? add(convolved, vector('bias')) : convolved
    const scale = divide(vector('gamma'), sqrt(add(vector('variance'), BATCH_NORM_EPSILON)))
    return add(multiply(subtract(convolved, vector('mean')), scale), vector('beta'))
  }

  dense(name: string, x: Node, features: number): Node {
    const matrix = this.value(`${name}/matrix`, [x.shape[1] ?? 0, features])
    return add(matmul(x, matrix), this.value(`${name}/bias`, [features]))
  }

  private value(name: string, shape: Shape): Node {
    const full = `${this.prefix}/${name}`
    const known = this.made.get(full)
    if (known) return known
    const node = this.graph.state(full, shape)
    this.made.set(full, node)
    this.states.push({ node, initial: zeros(shape) })
    return node
  }
}

export interface EncoderOptions {
  /** Batch norm between the layers; default true. Without it, layers have biases. */
  readonly norm?: boolean
}

/**
 * Image [N, S, S, C] to a code [N, 1, 1, outputs]; also the last features before it, [N, 4, 4, F], and those of every
 * level, from half the image's side to 4.
 */
export function encode(
  scope: Scope,
  x: Node,
  { width }: Pick<NetworkShape, 'width'>,
  outputs: number,
  { norm = true }: EncoderOptions = {},
): { readonly code: Node; readonly features: Node; readonly levels: readonly Node[] } {
  const bias = !norm
  const block = (name: string, input: Node, features: number, first: boolean): Node =>
    leakyRelu(
      scope.block(name, input, {
        transposed: false,
        features,
        stride: 2,
        padding: 1,
        norm: norm && !first,
        bias,
      }),
      0.2,
    )
  let features = width
  let value = block('0', x, features, true)
  const levels = [value]
  for (let index = 1; (value.shape[1] ?? 0) > 4; index++) {
    features *= 2
    value = block(String(index), value, features, false)
    levels.push(value)
  }
  return {
    code: scope.block('code', value, {
      transposed: false,
      features: outputs,
      stride: 1,
      padding: 0,
      norm: false,
      bias,
    }),
    features: value,
    levels,
  }
}

/** Code [N, 1, 1, latent] to an image [N, S, S, C] in [-1, 1]. */
export function decode(
  scope: Scope,
  code: Node,
  { size, channels, width }: Omit<NetworkShape, 'latent'>,
): Node {
  const halvings = Math.log2(size) - 3
  let features = width * 2 ** halvings
  let value = leakyRelu(
    scope.block('code', code, { transposed: true, features, stride: 1, padding: 0, norm: true }),
    0,
  )
  for (let index = 0; index < halvings; index++) {
    features /= 2
    value = leakyRelu(
      scope.block(String(index), value, { transposed: true, features, stride: 2, padding: 1, norm: true }),
      0,
    )
  }
  return tanh(
    scope.block('image', value, { transposed: true, features: channels, stride: 2, padding: 1, norm: false }),
  )
}

/** Code of images in [-1, 1], [N, latent]. */
export function encodeImage(scope: Scope, x: Node, shape: NetworkShape): Node {
  return reshape(encode(scope, x, shape, shape.latent).code, [x.shape[0] ?? 0, shape.latent])
}

/** Images [N, S, S, C] in [-1, 1] from codes [N, latent]. */
export function generate(scope: Scope, codes: Node, shape: NetworkShape): Node {
  return decode(scope, reshape(codes, [codes.shape[0] ?? 0, 1, 1, shape.latent]), shape)
}
