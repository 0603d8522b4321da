/** Matrix product and the three convolutions; their gradient rules stand in linear.rules.ts. */
import { GraphError, sameShape, type ConvolutionGeometry, type Node, type Shape } from '../graph.ts'

/** [..., M, K] × [..., K, N] with equal leading axes; either side may be taken transposed in its last two axes. */
export function matmul(a: Node, b: Node, { transposeA = false, transposeB = false } = {}): Node {
  const [lead, [m, k]] = matrixShape(a, transposeA)
  const [leadB, [kB, n]] = matrixShape(b, transposeB)
  if (k !== kB || !sameShape(lead, leadB))
    throw new GraphError(
      `matmul: [${a.shape.join(', ')}]${transposeA ? 'ᵀ' : ''} × [${b.shape.join(', ')}]${transposeB ? 'ᵀ' : ''}`,
    )
  return a.graph.add({ kind: 'matmul', transposeA, transposeB }, [a, b], [...lead, m, n])
}

function matrixShape(x: Node, transposed: boolean): readonly [Shape, readonly [number, number]] {
  const rows = x.shape.at(-2)
  const columns = x.shape.at(-1)
  if (rows === undefined || columns === undefined)
    throw new GraphError(`matmul: rank 2 or more expected, [${x.shape.join(', ')}] given`)
  return [x.shape.slice(0, -2), transposed ? [columns, rows] : [rows, columns]]
}

export interface ConvolutionOptions {
  /** Default 1. */
  readonly stride?: number
  /** Zeros on every side; default 0. */
  readonly padding?: number
}

export function geometryOf({ stride = 1, padding = 0 }: ConvolutionOptions): ConvolutionGeometry {
  return {
    strideY: stride,
    strideX: stride,
    padTop: padding,
    padBottom: padding,
    padLeft: padding,
    padRight: padding,
  }
}

function rank4(x: Node, what: string): readonly [number, number, number, number] {
  const [n, h, w, c] = x.shape
  if (x.shape.length !== 4 || n === undefined || h === undefined || w === undefined || c === undefined)
    throw new GraphError(`${what}: rank 4 expected, [${x.shape.join(', ')}] given`)
  return [n, h, w, c]
}

/** Sizes of a convolution's result along y and x. */
export function convolutionSize(
  height: number,
  width: number,
  kernelY: number,
  kernelX: number,
  geometry: ConvolutionGeometry,
): readonly [number, number] {
  return [
    Math.floor((height + geometry.padTop + geometry.padBottom - kernelY) / geometry.strideY) + 1,
    Math.floor((width + geometry.padLeft + geometry.padRight - kernelX) / geometry.strideX) + 1,
  ]
}

/** Cross-correlation of x [N, H, W, C] with filters [kY, kX, C, F], to [N, H', W', F]. */
export function conv2d(x: Node, filters: Node, options: ConvolutionOptions | ConvolutionGeometry = {}): Node {
  const geometry = 'strideY' in options ? options : geometryOf(options)
  const [n, h, w, c] = rank4(x, 'conv2d')
  const [kY, kX, cF, f] = rank4(filters, 'conv2d filters')
  const [oh, ow] = convolutionSize(h, w, kY, kX, geometry)
  if (c !== cF || oh < 1 || ow < 1)
    throw new GraphError(`conv2d: [${x.shape.join(', ')}] with filters [${filters.shape.join(', ')}]`)
  return x.graph.add({ kind: 'conv2d', geometry }, [x, filters], [n, oh, ow, f])
}

/** Gradient of conv2d by its image: what frameworks call transposed convolution. `shape` is the image's, [N, H, W, C]. */
export function conv2dInputGradient(
  dy: Node,
  filters: Node,
  shape: Shape,
  options: ConvolutionOptions | ConvolutionGeometry = {},
): Node {
  const geometry = 'strideY' in options ? options : geometryOf(options)
  const [n, oh, ow, f] = rank4(dy, 'conv2dInputGradient')
  const [kY, kX, c, fF] = rank4(filters, 'conv2dInputGradient filters')
  const [h = 0, w = 0] = shape.slice(1)
  if (
    f !== fF ||
    shape.length !== 4 ||
    shape[0] !== n ||
    shape[3] !== c ||
    !sameShape(convolutionSize(h, w, kY, kX, geometry), [oh, ow])
  )
    throw new GraphError(
      `conv2dInputGradient: [${dy.shape.join(', ')}] with filters [${filters.shape.join(', ')}] to [${shape.join(', ')}]`,
    )
  return dy.graph.add({ kind: 'conv2dInputGradient', geometry }, [dy, filters], shape)
}

/** Gradient of conv2d by its filters. `shape` is the filters', [kY, kX, C, F]. */
export function conv2dFilterGradient(
  x: Node,
  dy: Node,
  shape: Shape,
  options: ConvolutionOptions | ConvolutionGeometry = {},
): Node {
  const geometry = 'strideY' in options ? options : geometryOf(options)
  const [n, h, w, c] = rank4(x, 'conv2dFilterGradient')
  const [nD, oh, ow, f] = rank4(dy, 'conv2dFilterGradient')
  const [kY = 0, kX = 0] = shape
  if (
    n !== nD ||
    shape.length !== 4 ||
    shape[2] !== c ||
    shape[3] !== f ||
    !sameShape(convolutionSize(h, w, kY, kX, geometry), [oh, ow])
  )
    throw new GraphError(
      `conv2dFilterGradient: [${x.shape.join(', ')}] and [${dy.shape.join(', ')}] to [${shape.join(', ')}]`,
    )
  return x.graph.add({ kind: 'conv2dFilterGradient', geometry }, [x, dy], shape)
}

/** Transposed convolution as layers use it: [N, h, w, F] to [N, (h-1)·stride + k - 2·padding, …, C]. */
export function convTranspose2d(x: Node, filters: Node, options: ConvolutionOptions = {}): Node {
  const { stride = 1, padding = 0 } = options
  const [n, h, w] = rank4(x, 'convTranspose2d')
  const [kY, kX, c] = rank4(filters, 'convTranspose2d filters')
  return conv2dInputGradient(
    x,
    filters,
    [n, (h - 1) * stride + kY - 2 * padding, (w - 1) * stride + kX - 2 * padding, c],
    options,
  )
}
