/** Repetition: the one operation that has no gradient, for searches at inspection. */
import { GraphError, sameShape, type Node } from '../graph.ts'

export interface Pass {
  /** What rows take on to the next pass, in the order and the shapes of what they came with. */
  readonly next: readonly Node[]
  /** [N], above 0 where the row is to go through another pass; its own values alone may decide. */
  readonly goOn: Node
}

/**
 * Sends each row (first axis) of the `initial` values through `body`, up to `steps` times, and returns the first of
 * them as it is in the end. Rows must not depend on each other: an engine may drop those that are done.
 *
 * @param name of the placeholders; unique in the graph
 */
export function iterate(
  name: string,
  initial: readonly Node[],
  steps: number,
  body: (carried: readonly Node[]) => Pass,
): Node {
  const [first] = initial
  if (!Number.isInteger(steps) || steps < 1) throw new GraphError(`iterate: ${steps} steps`)
  const { graph } = first
  const carried = initial.map(({ shape }, index) => graph.input(`${name}/${index}`, shape))
  const { next, goOn } = body(carried)
  if (next.length !== carried.length || next.some((node, i) => !sameShape(node.shape, carried[i].shape)))
    throw new GraphError('iterate: a pass must give what it was given')
  if (!sameShape(goOn.shape, first.shape.slice(0, 1)))
    throw new GraphError(`iterate: one decision a row expected, [${goOn.shape.join(', ')}] given`)
  const { nodes, captured } = bodyOf(carried, [...next, goOn])
  return graph.add(
    { kind: 'iterate', body: { steps, carried, next, goOn, captured, nodes } },
    [...initial, ...captured],
    first.shape,
  )
}

/** What depends on the placeholders, and what it uses from outside. */
function bodyOf(
  carried: readonly Node[],
  results: readonly Node[],
): { readonly nodes: readonly Node[]; readonly captured: readonly Node[] } {
  const reached = new Set<Node>()
  const stack = [...results]
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (reached.has(node)) continue
    reached.add(node)
    stack.push(...node.inputs)
  }
  const inside = new Set<Node>(carried)
  const nodes: Node[] = []
  for (const node of [...reached].sort((a, b) => a.id - b.id))
    if (node.inputs.some((input) => inside.has(input))) {
      inside.add(node)
      nodes.push(node)
    }
  const used = new Set([...results, ...nodes.flatMap(({ inputs }) => inputs)])
  return { nodes, captured: [...used].filter((node) => !inside.has(node)) }
}
