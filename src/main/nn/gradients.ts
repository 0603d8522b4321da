/** Reverse-mode differentiation: graph in, graph out. */
import { GraphError, sizeOf, type Node, type OperationKind } from './graph.ts'
import { add } from './operations/elementwise.ts'
import { elementwiseRules } from './operations/elementwise.rules.ts'
import { layoutRules } from './operations/layout.rules.ts'
import { linearRules } from './operations/linear.rules.ts'
import { reductionRules } from './operations/reduction.rules.ts'
import type { Rule } from './operations/rules.ts'

const rules: Readonly<Record<Exclude<OperationKind, 'input' | 'state' | 'constant' | 'iterate'>, Rule>> = {
  ...elementwiseRules,
  ...reductionRules,
  ...layoutRules,
  ...linearRules,
}

/**
 * Gradients of a scalar by each node of `wrt`, as nodes of the same graph (differentiable again).
 * Only paths that lead to `wrt` are walked, so nothing is computed for a frozen network.
 *
 * @throws GraphError when `loss` is no scalar.
 */
export function gradients(loss: Node, wrt: readonly Node[]): Node[] {
  if (sizeOf(loss.shape) !== 1)
    throw new GraphError(`gradients: a scalar expected, [${loss.shape.join(', ')}] given`)
  const { graph } = loss
  const needed = reaching(loss, wrt)
  const found = new Map<Node, Node>([[loss, graph.constant(1, loss.shape)]])
  // Inputs have smaller ids than their users: descending ids are a reverse topological order. Nodes that the
  // rules add have larger ids than the loss, so the walk is over what stood there before.
  for (let id = loss.id; id >= 0; id--) {
    const node = graph.nodes[id]
    const gradient = node && found.get(node)
    if (!node || !gradient || !needed.has(node)) continue
    const custom = graph.customGradients.get(node)
    if (
      !custom &&
      (node.operation.kind === 'input' ||
        node.operation.kind === 'state' ||
        node.operation.kind === 'constant')
    )
      continue
    const inputs = custom ? custom.inputs : node.inputs
    if (!inputs.some((input) => needed.has(input))) continue
    if (!custom && node.operation.kind === 'iterate') throw new GraphError('gradients: a repetition has none')
    const results = custom
      ? custom.rule(gradient)
      : rules[node.operation.kind as keyof typeof rules](gradient, node)
    inputs.forEach((input, index) => {
      const contribution = results[index]
      if (!contribution || !needed.has(input)) return
      const before = found.get(input)
      found.set(input, before ? add(before, contribution) : contribution)
    })
  }
  return wrt.map((node) => found.get(node) ?? graph.constant(0, node.shape))
}

/** Nodes at or below `loss` whose value depends on one of `wrt`. */
function reaching(loss: Node, wrt: readonly Node[]): ReadonlySet<Node> {
  const targets = new Set(wrt)
  const needed = new Set<Node>()
  const { nodes, customGradients } = loss.graph
  for (const node of nodes.slice(0, loss.id + 1)) {
    // A detached value stops the walk, yet gradients by it may be asked for: a gradient penalty does.
    const inputs = node.operation.kind === 'detach' ? [] : (customGradients.get(node)?.inputs ?? node.inputs)
    if (targets.has(node) || inputs.some((input) => needed.has(input))) needed.add(node)
  }
  return needed
}
