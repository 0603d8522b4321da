/** Writes a stateless graph as an ordinary `.onnx` file that any ONNX Runtime runs. */
import type { Node } from '../../graph.ts'
import { reachable } from '../../program.ts'
import { lower } from './lowering.ts'
import { OnnxWriter } from './writer.ts'

export interface ExportedGraph {
  /** Built with a first axis of 1, which the file leaves open. */
  readonly inputs: Readonly<Record<string, Node>>
  /** Must keep the batch as their first axis. */
  readonly outputs: Readonly<Record<string, Node>>
}

/**
 * @param metadata string properties stored in the file (`metadata_props`)
 * @throws GraphError when the graph uses state
 */
export function exportOnnx(
  { inputs, outputs }: ExportedGraph,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const writer = new OnnxWriter()
  const names = new Map<Node, string>()
  const open = (node: Node): (number | string)[] => ['batch', ...node.shape.slice(1)]
  for (const [name, node] of Object.entries(inputs)) names.set(node, writer.input(name, open(node)))
  const nodes = reachable({ inputs, outputs, states: [] })
  const batched = new Set<Node>(names.keys())
  for (const node of nodes) if (node.inputs.some((input) => batched.has(input))) batched.add(node)
  const values = lower(writer, nodes, names, { batched, ownKernels: true })
  for (const [name, node] of Object.entries(outputs)) writer.output(name, values.get(node) ?? '', open(node))
  return writer.encode(metadata)
}
