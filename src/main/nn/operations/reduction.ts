/** Reductions and their opposite, broadcasting; their gradient rules stand in reduction.rules.ts. */
import { broadcastShapes, GraphError, sameShape, sizeOf, type Node, type Shape } from '../graph.ts'
import { multiply } from './elementwise.ts'
import { reshape } from './layout.ts'

function reduce(kind: 'sum' | 'max', x: Node, axes?: readonly number[], keepAxes = false): Node {
  const rank = x.shape.length
  const wanted = (axes ?? x.shape.map((_, axis) => axis)).map((axis) => (axis < 0 ? axis + rank : axis))
  if (wanted.some((axis) => axis < 0 || axis >= rank))
    throw new GraphError(`${kind}: axes [${wanted.join(', ')}] of rank ${rank}`)
  const sorted = [...new Set(wanted)].sort((a, b) => a - b)
  if (sorted.length === 0) return x
  const shape = keepAxes
    ? x.shape.map((size, axis) => (sorted.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !sorted.includes(axis))
  return x.graph.add({ kind, axes: sorted, keepAxes }, [x], shape)
}

/** Sum over `axes` (all when left out). */
export const sum = (x: Node, axes?: readonly number[], keepAxes = false): Node =>
  reduce('sum', x, axes, keepAxes)

/** Maximum over `axes`; the gradient goes to every position that attains it. */
export const max = (x: Node, axes?: readonly number[], keepAxes = false): Node =>
  reduce('max', x, axes, keepAxes)

/** Mean over `axes` (all when left out). */
export function mean(x: Node, axes?: readonly number[], keepAxes = false): Node {
  const total = sum(x, axes, keepAxes)
  return multiply(total, sizeOf(total.shape) / sizeOf(x.shape))
}

/** Repeats along axes of size 1 (and new leading axes) until the shape is `shape`. */
export function broadcast(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x
  if (!sameShape(broadcastShapes(x.shape, shape), shape))
    throw new GraphError(`broadcast: [${x.shape.join(', ')}] to [${shape.join(', ')}]`)
  return x.graph.add({ kind: 'broadcast' }, [x], shape)
}

/** The adjoint of broadcasting: sums until the shape is `shape`. */
export function sumTo(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x
  const lead = x.shape.length - shape.length
  if (lead < 0) return broadcast(x, shape)
  const axes = x.shape.flatMap((size, axis) =>
    axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
  )
  const reduced = reshape(
    sum(x, axes, true),
    shape.map((size, axis) => (axes.includes(axis + lead) ? 1 : Math.min(size, x.shape[axis + lead] ?? 1))),
  )
  // A gradient may itself be narrower than the value it belongs to (a scalar's, say).
  return broadcast(reduced, shape)
}
