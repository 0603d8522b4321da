/** A program: what an engine compiles. Inputs go in, outputs come out, state stays. */
import { GraphError, sizeOf, type Node } from './graph.ts'

/** A value kept between runs. Without `next` it only changes by `writeState`. */
export interface StateVariable {
  readonly node: Node
  readonly initial: Float32Array
  /** Its value after a run. */
  readonly next?: Node
}

export interface Program {
  readonly inputs: Readonly<Record<string, Node>>
  readonly outputs: Readonly<Record<string, Node>>
  readonly states: readonly StateVariable[]
}

/** Name of an input's or state's node. */
export function nameOf(node: Node): string {
  if (node.operation.kind !== 'input' && node.operation.kind !== 'state')
    throw new GraphError(`a ${node.operation.kind} has no name`)
  return node.operation.name
}

/** Nodes that a program's outputs and next states depend on, inputs before users. */
export function reachable(program: Program): Node[] {
  const roots = [
    ...Object.values(program.outputs),
    ...program.states.flatMap(({ node, next }) => (next ? [next] : [node])),
  ]
  const seen = new Set<Node>()
  const stack = [...roots]
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    stack.push(...node.inputs)
  }
  return [...seen].sort((a, b) => a.id - b.id)
}

/** Checks that a program hangs together; engines call it before compiling. */
export function checkProgram(program: Program): void {
  for (const { node, initial, next } of program.states) {
    if (initial.length !== sizeOf(node.shape))
      throw new GraphError(
        `state '${nameOf(node)}': ${initial.length} values for shape [${node.shape.join(', ')}]`,
      )
    if (next && sizeOf(next.shape) !== sizeOf(node.shape))
      throw new GraphError(`state '${nameOf(node)}': the next value has shape [${next.shape.join(', ')}]`)
  }
  const given = new Set<Node>([...Object.values(program.inputs), ...program.states.map(({ node }) => node)])
  for (const node of reachable(program))
    if ((node.operation.kind === 'input' || node.operation.kind === 'state') && !given.has(node))
      throw new GraphError(`'${nameOf(node)}' is used but neither an input nor a state of the program`)
}
