/** Operations that move values without changing them; their gradient rules stand in layout.rules.ts. */
import { GraphError, sameShape, sizeOf, type Node, type Shape } from '../graph.ts'

export function reshape(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x
  if (sizeOf(shape) !== sizeOf(x.shape))
    throw new GraphError(`reshape: [${x.shape.join(', ')}] to [${shape.join(', ')}]`)
  const source = x.operation.kind === 'reshape' ? (x.inputs[0] as Node) : x
  return sameShape(source.shape, shape) ? source : x.graph.add({ kind: 'reshape' }, [source], shape)
}

/** Axis i of the result is axis `order[i]` of x. */
export function transpose(x: Node, order: readonly number[]): Node {
  if (order.length !== x.shape.length || new Set(order).size !== order.length)
    throw new GraphError(`transpose: order [${order.join(', ')}] for rank ${x.shape.length}`)
  if (order.every((from, axis) => from === axis)) return x
  return x.graph.add(
    { kind: 'transpose', order },
    [x],
    order.map((from) => x.shape[from] ?? Number.NaN),
  )
}

/** Joins along `axis`, which counts from the end when negative. */
export function concat(parts: readonly Node[], along: number): Node {
  const [first] = parts
  if (!first) throw new GraphError('concat: nothing to join')
  const axis = along < 0 ? along + first.shape.length : along
  if (axis < 0 || axis >= first.shape.length)
    throw new GraphError(`concat: axis ${along} of rank ${first.shape.length}`)
  if (parts.length === 1) return first
  for (const part of parts)
    if (
      part.shape.length !== first.shape.length ||
      part.shape.some((size, i) => i !== axis && size !== first.shape[i])
    )
      throw new GraphError(`concat: [${part.shape.join(', ')}] and [${first.shape.join(', ')}] along ${axis}`)
  const total = parts.reduce((size, part) => size + (part.shape[axis] ?? Number.NaN), 0)
  return first.graph.add(
    { kind: 'concat', axis },
    parts,
    first.shape.map((size, i) => (i === axis ? total : size)),
  )
}

/** The block of `sizes` that begins at `starts`. */
export function slice(x: Node, starts: readonly number[], sizes: Shape): Node {
  if (
    starts.length !== x.shape.length ||
    sizes.length !== x.shape.length ||
    starts.some((start, axis) => start < 0 || start + (sizes[axis] ?? 0) > (x.shape[axis] ?? 0))
  )
    throw new GraphError(`slice: [${sizes.join(', ')}] at [${starts.join(', ')}] of [${x.shape.join(', ')}]`)
  return sameShape(sizes, x.shape) ? x : x.graph.add({ kind: 'slice', starts }, [x], sizes)
}

/** Zeros `before` and `after` each axis. */
export function pad(x: Node, before: readonly number[], after: readonly number[]): Node {
  if (
    before.length !== x.shape.length ||
    after.length !== x.shape.length ||
    [...before, ...after].some((n) => n < 0)
  )
    throw new GraphError(`pad: [${before.join(', ')}] and [${after.join(', ')}] on rank ${x.shape.length}`)
  if ([...before, ...after].every((n) => n === 0)) return x
  return x.graph.add(
    { kind: 'pad', before, after },
    [x],
    x.shape.map((size, axis) => size + (before[axis] ?? 0) + (after[axis] ?? 0)),
  )
}

/** Nearest-neighbour enlargement of NHWC images by a whole factor. */
export function upsample(x: Node, factor: number): Node {
  const [n, h, w, c] = x.shape
  if (n === undefined || h === undefined || w === undefined || c === undefined || x.shape.length !== 4)
    throw new GraphError(`upsample: rank 4 expected, [${x.shape.join(', ')}] given`)
  return factor === 1 ? x : x.graph.add({ kind: 'upsample', factor }, [x], [n, h * factor, w * factor, c])
}
