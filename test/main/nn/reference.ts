/**
 * The operations of the tensor graph in double precision: loops straight from the definitions, sharing no
 * code with any engine. What the engines and the gradient rules are held against.
 */
import { sizeOf, type Node, type Shape } from '../../../src/main/nn/graph.ts'

/** Values of inputs and states, row-major. */
export type Given = ReadonlyMap<Node, Float64Array>

/** Values of `targets`. */
export function evaluate(targets: readonly Node[], given: Given): Float64Array[] {
  const values = new Map<Node, Float64Array>(given)
  const valueOf = (node: Node): Float64Array => {
    const known = values.get(node)
    if (known) return known
    const value = compute(
      node,
      node.inputs.map((input) => ({ shape: input.shape, data: valueOf(input) })),
    )
    values.set(node, value)
    return value
  }
  return targets.map(valueOf)
}

/** Central differences of a scalar by each element of `by`: exact to about 1e-9 of values near 1. */
export function finiteDifferences(loss: Node, by: Node, given: Given, step = 1e-5): Float64Array {
  const at = given.get(by)
  if (!at) throw new Error('differences are taken by a given value')
  const lossWith = (index: number, change: number): number => {
    const moved = at.slice()
    moved[index] += change
    return evaluate([loss], new Map([...given, [by, moved]]))[0][0]
  }
  return at.map((_, index) => (lossWith(index, step) - lossWith(index, -step)) / (2 * step))
}

interface Value {
  readonly shape: Shape
  readonly data: Float64Array
}

const unary: Readonly<Record<string, (x: number) => number>> = {
  negate: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  abs: Math.abs,
  detach: (x) => x,
}

const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  greater: (a, b) => (a > b ? 1 : 0),
}

function compute(node: Node, inputs: readonly Value[]): Float64Array {
  const { operation, shape } = node
  const [a, b, c] = inputs
  switch (operation.kind) {
    case 'input':
    case 'state':
      throw new Error(`'${operation.name}' is not given`)
    case 'constant':
      return Float64Array.from(operation.data)
    case 'select':
      return fill(shape, (index) => (at(a, index) !== 0 ? at(b, index) : at(c, index)))
    case 'leakyRelu':
      return a.data.map((x) => (x > 0 ? x : operation.alpha * x))
    case 'slope':
      return a.data.map((x) => (x > 0 ? 1 : operation.alpha))
    case 'sum':
      return reduce(a, operation.axes, 0, (total, x) => total + x)
    case 'max':
      return reduce(a, operation.axes, -Infinity, Math.max)
    case 'broadcast':
      return fill(shape, (index) => at(a, index))
    case 'reshape':
      return a.data.slice()
    case 'transpose': {
      const { order } = operation
      return fill(shape, (index) =>
        at(
          a,
          order.map((_, axis) => index[order.indexOf(axis)]),
        ),
      )
    }
    case 'concat':
      return fill(shape, (index) => {
        const position = [...index]
        const part = inputs.find((input) => {
          if (position[operation.axis] < input.shape[operation.axis]) return true
          position[operation.axis] -= input.shape[operation.axis]
          return false
        })
        if (!part) throw new Error('concat: past the last part')
        return at(part, position)
      })
    case 'slice':
      return fill(shape, (index) =>
        at(
          a,
          index.map((position, axis) => position + operation.starts[axis]),
        ),
      )
    case 'pad':
      return fill(shape, (index) => {
        const position = index.map((i, axis) => i - operation.before[axis])
        const inside = position.every((i, axis) => i >= 0 && i < a.shape[axis])
        return inside ? at(a, position) : 0
      })
    case 'upsample':
      return fill(shape, ([n, y, x, channel]) =>
        at(a, [n, Math.floor(y / operation.factor), Math.floor(x / operation.factor), channel]),
      )
    case 'matmul': {
      const inner = a.shape.at(operation.transposeA ? -2 : -1) ?? 0
      return fill(shape, (index) => {
        const lead = index.slice(0, -2)
        const [row, column] = index.slice(-2)
        let total = 0
        for (let k = 0; k < inner; k++)
          total +=
            at(a, [...lead, ...(operation.transposeA ? [k, row] : [row, k])]) *
            at(b, [...lead, ...(operation.transposeB ? [column, k] : [k, column])])
        return total
      })
    }
    case 'conv2d':
    case 'conv2dInputGradient':
    case 'conv2dFilterGradient':
      return convolution(node, a, b)
    default: {
      const one = unary[operation.kind]
      if (one) return a.data.map(one)
      const two = binary[operation.kind]
      return fill(shape, (index) => two(at(a, index), at(b, index)))
    }
  }
}

/**
 * y[n, oy, ox, f] = Σ x[n, oy·sy + ky − top, ox·sx + kx − left, c] · w[ky, kx, c, f] is linear in x and in w:
 * each product of that sum adds to the result, or to the gradient by x or w, which are its adjoints.
 */
function convolution(node: Node, a: Value, b: Value): Float64Array {
  const { operation, shape } = node
  if (!('geometry' in operation)) throw new Error('a convolution expected')
  const { kind, geometry: g } = operation
  const result: Value = { shape, data: new Float64Array(sizeOf(shape)) }
  const image = kind === 'conv2dInputGradient' ? result : a
  const filters = kind === 'conv2dFilterGradient' ? result : b
  const output = kind === 'conv2d' ? result : kind === 'conv2dInputGradient' ? a : b
  const [, height, width] = image.shape
  const [kernelY, kernelX, channels] = filters.shape
  forEachIndex(output.shape, ([n, oy, ox, f], atOutput) => {
    for (let ky = 0; ky < kernelY; ky++)
      for (let kx = 0; kx < kernelX; kx++) {
        const y = oy * g.strideY + ky - g.padTop
        const x = ox * g.strideX + kx - g.padLeft
        if (y < 0 || y >= height || x < 0 || x >= width) continue
        for (let c = 0; c < channels; c++) {
          const atImage = ((n * height + y) * width + x) * channels + c
          const atFilters = ((ky * kernelX + kx) * channels + c) * filters.shape[3] + f
          if (kind === 'conv2d') result.data[atOutput] += image.data[atImage] * filters.data[atFilters]
          else if (kind === 'conv2dInputGradient')
            result.data[atImage] += output.data[atOutput] * filters.data[atFilters]
          else result.data[atFilters] += output.data[atOutput] * image.data[atImage]
        }
      }
  })
  return result.data
}

function reduce(
  x: Value,
  axes: readonly number[],
  first: number,
  join: (total: number, x: number) => number,
): Float64Array {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const result: Value = { shape: kept, data: new Float64Array(sizeOf(kept)).fill(first) }
  forEachIndex(x.shape, (index, flat) => {
    const target = offsetOf(kept, index)
    result.data[target] = join(result.data[target], x.data[flat])
  })
  return result.data
}

function fill(shape: Shape, valueAt: (index: readonly number[]) => number): Float64Array {
  const data = new Float64Array(sizeOf(shape))
  forEachIndex(shape, (index, flat) => {
    data[flat] = valueAt(index)
  })
  return data
}

function forEachIndex(shape: Shape, visit: (index: readonly number[], flat: number) => void): void {
  for (let flat = 0; flat < sizeOf(shape); flat++) {
    const index = new Array<number>(shape.length)
    let rest = flat
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis]
      rest = Math.floor(rest / shape[axis])
    }
    visit(index, flat)
  }
}

/** The element at `index` of a larger shape that this one broadcasts to: axes align at the end. */
function at(x: Value, index: readonly number[]): number {
  return x.data[offsetOf(x.shape, index)]
}

function offsetOf(shape: Shape, index: readonly number[]): number {
  const lead = index.length - shape.length
  return shape.reduce((offset, size, axis) => offset * size + (size === 1 ? 0 : index[axis + lead]), 0)
}
