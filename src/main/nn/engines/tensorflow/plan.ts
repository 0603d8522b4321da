/** The order in which a program is computed, and when each value is last needed. */
import type { Node } from '../../graph.ts'
import { reachable, type Program } from '../../program.ts'

export interface Step {
  readonly node: Node
  /** Values that nothing later needs; outputs and next states are not among them. */
  readonly spent: readonly Node[]
}

/** Steps in order; freeing what is spent keeps a training step's peak memory low. */
export function planSteps(program: Program): Step[] {
  const nodes = reachable(program)
  const kept = new Set<Node>([
    ...Object.values(program.outputs),
    ...program.states.flatMap(({ next }) => (next ? [next] : [])),
  ])
  const lastUser = new Map<Node, Node>()
  for (const node of nodes) for (const input of node.inputs) lastUser.set(input, node)
  return nodes.map((node) => ({
    node,
    spent: [...new Set(node.inputs)].filter((input) => lastUser.get(input) === node && !kept.has(input)),
  }))
}
