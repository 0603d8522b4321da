import type { Node, OperationKind } from '../graph.ts'

/**
 * The reverse-mode rule of an operation: gradients of its inputs, in order, from that of its output;
 * null where none flows. Rules build ordinary nodes, so they can be differentiated again.
 */
export type Rule = (gradient: Node, node: Node) => readonly (Node | null)[]
export type Rules<Kinds extends OperationKind> = Readonly<Record<Kinds, Rule>>
