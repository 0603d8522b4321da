/** Turns nodes of the tensor graph into ONNX nodes. */
import { GraphError, type Node, type OperationKind } from '../../graph.ts'
import { columns, inputGradient, sizesOf } from './convolution.ts'
import { convolution, convolvesFaster, transposedConvolution, transposesFaster } from './kernels.ts'
import { repeat } from './iteration.ts'
import type { OnnxWriter } from './writer.ts'

export interface LoweringOptions {
  /** Nodes whose first axis is a batch of any size; built with a batch of 1. Empty for static shapes. */
  readonly batched: ReadonlySet<Node>
  /**
   * Convolutions by ONNX's own Conv where it is faster (kernels.ts); in training, where gradients reuse the gathered
   * rows, it is slower (decision 0002).
   */
  readonly ownKernels: boolean
}

const plain: Readonly<Partial<Record<OperationKind, string>>> = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  maximum: 'Max',
  minimum: 'Min',
  negate: 'Neg',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  abs: 'Abs',
}

/** Large enough that any float that is not almost 0 leaves [0, 1] when multiplied by it. */
const STEEP = 1e30

/**
 * Writes `nodes` (inputs before users) and returns the name of each one's value.
 * `names` gives those of inputs and states.
 */
export function lower(
  writer: OnnxWriter,
  nodes: readonly Node[],
  names: ReadonlyMap<Node, string>,
  options: LoweringOptions,
): ReadonlyMap<Node, string> {
  const values = new Map<Node, string>(names)
  for (const node of nodes) if (!values.has(node)) values.set(node, lowerOne(writer, node, values, options))
  return values
}

function lowerOne(
  w: OnnxWriter,
  node: Node,
  values: ReadonlyMap<Node, string>,
  { batched, ownKernels }: LoweringOptions,
): string {
  const { operation } = node
  const args = node.inputs.map((input) => {
    const value = values.get(input)
    if (value === undefined)
      throw new GraphError(`${operation.kind}: an input was not written before its user`)
    return value
  })
  const [a = '', b = ''] = args
  const [first, second] = node.inputs
  // A batched value keeps whatever first size it has at run time.
  const shape = batched.has(node) ? [-1, ...node.shape.slice(1)] : node.shape
  const reshape = (value: string): string => w.reshape(value, shape)
  switch (operation.kind) {
    case 'input':
    case 'state':
      throw new GraphError(`${operation.kind} '${operation.name}' has no value`)
    case 'iterate':
      if (!batched.has(node)) throw new GraphError('repetition is for exported models alone')
      return repeat(
        w,
        operation.body,
        node,
        values,
        (body, names, rows) => lower(body, operation.body.nodes, names, { batched: rows, ownKernels }),
        batched,
      )
    case 'constant':
      return w.floats(operation.data, node.shape)
    case 'detach':
      return a
    case 'greater':
      return w.node('Cast', [w.node('Greater', args)], { to: 1 })
    case 'select':
      return w.node('Where', [w.node('Cast', [a], { to: 9 }), ...args.slice(1)])
    case 'leakyRelu':
      return operation.alpha === 0
        ? w.node('Relu', args)
        : w.node('LeakyRelu', args, { alpha: { float: operation.alpha } })
    case 'slope':
      // Sign and comparisons are slow and fall back to the CPU on some GPU providers; a steep clip is neither.
      return w.node('Clip', [w.node('Mul', [a, w.float(STEEP)]), w.float(operation.alpha), w.float(1)])
    case 'sum':
      return w.node('ReduceSum', [a, w.int64(operation.axes)], { keepdims: operation.keepAxes ? 1 : 0 })
    case 'max':
      return w.node('ReduceMax', [a, w.int64(operation.axes)], { keepdims: operation.keepAxes ? 1 : 0 })
    case 'broadcast':
      return w.node('Expand', [a, w.int64(node.shape)])
    case 'reshape':
      return reshape(a)
    case 'transpose':
      return w.node('Transpose', args, { perm: operation.order })
    case 'concat':
      return w.node('Concat', args, { axis: operation.axis })
    case 'slice': {
      const axes = node.shape.flatMap((size, axis) => (size === first?.shape[axis] ? [] : [axis]))
      const starts = axes.map((axis) => operation.starts[axis] ?? 0)
      const ends = axes.map((axis) => (operation.starts[axis] ?? 0) + (node.shape[axis] ?? 0))
      return w.node('Slice', [a, w.int64(starts), w.int64(ends), w.int64(axes)])
    }
    case 'pad':
      return w.node('Pad', [a, w.int64([...operation.before, ...operation.after])])
    case 'upsample': {
      const { factor } = operation
      const [, h = 0, width = 0, c = 0] = first?.shape ?? []
      const spaced = w.reshape(a, [-1, h, 1, width, 1, c])
      return reshape(w.node('Expand', [spaced, w.int64([1, 1, factor, 1, factor, 1])]))
    }
    case 'matmul':
      if (node.shape.length === 2 && (operation.transposeA || operation.transposeB))
        return w.node('Gemm', args, {
          transA: operation.transposeA ? 1 : 0,
          transB: operation.transposeB ? 1 : 0,
        })
      return w.node('MatMul', [
        lastTwoSwapped(w, a, first, operation.transposeA),
        lastTwoSwapped(w, b, second, operation.transposeB),
      ])
    case 'conv2d': {
      const sizes = sizesOf(first?.shape ?? [], second?.shape ?? [], node.shape)
      if (ownKernels && convolvesFaster(sizes)) return convolution(w, a, b, operation.geometry)
      const filters = w.reshape(b, [sizes.kernelY * sizes.kernelX * sizes.channels, node.shape[3] ?? 0])
      return reshape(w.node('MatMul', [columns(w, a, sizes, operation.geometry), filters]))
    }
    case 'conv2dInputGradient': {
      const sizes = sizesOf(node.shape, second?.shape ?? [], first?.shape ?? [])
      const features = first?.shape[3] ?? 0
      const filters = w.reshape(b, [sizes.kernelY * sizes.kernelX * sizes.channels, features])
      if (ownKernels && transposesFaster(sizes, operation.geometry))
        return transposedConvolution(w, a, filters, features, sizes, operation.geometry)
      return inputGradient(w, a, filters, features, sizes, operation.geometry)
    }
    case 'conv2dFilterGradient': {
      const sizes = sizesOf(first?.shape ?? [], node.shape, second?.shape ?? [])
      const rows = w.reshape(b, [-1, node.shape[3] ?? 0])
      return w.reshape(
        w.node('Gemm', [columns(w, a, sizes, operation.geometry), rows], { transA: 1 }),
        node.shape,
      )
    }
    default: {
      const opType = plain[operation.kind]
      if (opType === undefined) throw new GraphError(`no ONNX form for '${operation.kind}'`)
      return w.node(opType, args)
    }
  }
}

function lastTwoSwapped(w: OnnxWriter, value: string, node: Node | undefined, swap: boolean): string {
  if (!swap) return value
  const rank = node?.shape.length ?? 2
  const perm = Array.from({ length: rank }, (_, axis) =>
    axis < rank - 2 ? axis : axis === rank - 2 ? rank - 1 : rank - 2,
  )
  return w.node('Transpose', [value], { perm })
}
