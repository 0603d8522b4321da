/**
 * A small typed graph of static-shape float32 tensors: what a network *is*, apart from what runs it.
 *
 * The set of operations is closed (about thirty, below). Everything else, gradients included, is composed of
 * them, so an engine that runs the set runs every model, and gradients of gradients need nothing new.
 * Images are NHWC; convolution filters are [height, width, channels in, channels out].
 */

/** Sizes of a tensor's axes; `[]` is a scalar. */
export type Shape = readonly number[]

/** Geometry shared by the three convolution operations. Padding is zeros, per side. */
export interface ConvolutionGeometry {
  readonly strideY: number
  readonly strideX: number
  readonly padTop: number
  readonly padBottom: number
  readonly padLeft: number
  readonly padRight: number
}

/** The closed set. Binary operations broadcast as NumPy does. */
export type Operation =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'state'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: Float32Array }
  | { readonly kind: 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum' | 'greater' }
  | { readonly kind: 'select' }
  | { readonly kind: 'negate' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'abs' | 'detach' }
  | { readonly kind: 'leakyRelu' | 'slope'; readonly alpha: number }
  | { readonly kind: 'sum' | 'max'; readonly axes: readonly number[]; readonly keepAxes: boolean }
  | { readonly kind: 'broadcast' }
  | { readonly kind: 'reshape' }
  | { readonly kind: 'transpose'; readonly order: readonly number[] }
  | { readonly kind: 'concat'; readonly axis: number }
  | { readonly kind: 'slice'; readonly starts: readonly number[] }
  | { readonly kind: 'pad'; readonly before: readonly number[]; readonly after: readonly number[] }
  | { readonly kind: 'upsample'; readonly factor: number }
  | { readonly kind: 'matmul'; readonly transposeA: boolean; readonly transposeB: boolean }
  | {
      readonly kind: 'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'
      readonly geometry: ConvolutionGeometry
    }
  | { readonly kind: 'iterate'; readonly body: Iteration }

export type OperationKind = Operation['kind']

/**
 * What each row (first axis) goes through again and again, apart from the other rows, until it is to go on no more or
 * the steps run out. The body's nodes are reached through this alone; see operations/iteration.ts.
 */
export interface Iteration {
  /** Passes, at most. */
  readonly steps: number
  /** Placeholders (inputs) for what a row takes from one pass to the next. */
  readonly carried: readonly Node[]
  /** The same after a pass. */
  readonly next: readonly Node[]
  /** [N], above 0 where the row is to go through another pass. */
  readonly goOn: Node
  /** Values from outside that the body uses: the operation's inputs after the first values of `carried`. */
  readonly captured: readonly Node[]
  /** Nodes of the body that depend on `carried`, inputs before users. */
  readonly nodes: readonly Node[]
}

/** One value of the graph. Inputs always have smaller ids than the nodes that use them. */
export interface Node {
  readonly graph: Graph
  readonly id: number
  readonly operation: Operation
  readonly inputs: readonly Node[]
  readonly shape: Shape
}

/** A gradient stated by hand for a composite: cheaper than, and equal to, what the chain rule would make. */
export interface CustomGradient {
  readonly inputs: readonly Node[]
  /** Gradients of `inputs`, in order, from the gradient of the output. */
  rule(gradient: Node): readonly Node[]
}

/** Raised when shapes or arguments do not fit: a mistake in a model's code, never of a user's data. */
export class GraphError extends Error {
  override name = 'GraphError'
}

/** Owns the nodes. Equal operations on equal inputs are one node, so shared work is done once. */
export class Graph {
  readonly nodes: Node[] = []
  readonly customGradients = new Map<Node, CustomGradient>()
  private readonly known = new Map<string, Node>()
  private readonly names = new Set<string>()

  /** Adds a node, or returns the equal one that is already there. */
  add(operation: Operation, inputs: readonly Node[], shape: Shape): Node {
    if (shape.some((size) => !Number.isInteger(size) || size < 0))
      throw new GraphError(`${operation.kind}: impossible shape [${shape.join(', ')}]`)
    for (const input of inputs)
      if (input.graph !== this) throw new GraphError(`${operation.kind}: an input belongs to another graph`)
    const key =
      operation.kind === 'iterate' || (operation.kind === 'constant' && operation.data.length > 16)
        ? null
        : `${JSON.stringify(operation, (_, value: unknown) => (value instanceof Float32Array ? Array.from(value, String) : value))}|${inputs.map((input) => input.id).join(',')}|${shape.join(',')}`
    const twin = key === null ? undefined : this.known.get(key)
    if (twin) return twin
    const node: Node = { graph: this, id: this.nodes.length, operation, inputs, shape }
    this.nodes.push(node)
    if (key !== null) this.known.set(key, node)
    return node
  }

  /** A value given at each run. */
  input(name: string, shape: Shape): Node {
    this.claim(name)
    return this.add({ kind: 'input', name }, [], shape)
  }

  /** A value that an executable keeps between runs: a parameter, an optimiser's moment, a running statistic. */
  state(name: string, shape: Shape): Node {
    this.claim(name)
    return this.add({ kind: 'state', name }, [], shape)
  }

  constant(values: number | ArrayLike<number>, shape: Shape = []): Node {
    const data =
      typeof values === 'number' ? new Float32Array(sizeOf(shape)).fill(values) : Float32Array.from(values)
    if (data.length !== sizeOf(shape))
      throw new GraphError(`constant: ${data.length} values for shape [${shape.join(', ')}]`)
    return this.add({ kind: 'constant', data }, [], shape)
  }

  private claim(name: string): void {
    if (this.names.has(name)) throw new GraphError(`the name '${name}' is taken`)
    this.names.add(name)
  }
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** The NumPy broadcasting rule. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left !== right && left !== 1 && right !== 1)
      throw new GraphError(`shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`)
    return left === 1 ? right : left
  })
}
