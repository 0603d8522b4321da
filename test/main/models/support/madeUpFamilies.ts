/** GANomaly with faults on demand: what happens in a training only once in a thousand runs, at a chosen step. */
import { families } from '../../../../src/main/models/families.ts'
import type { Family } from '../../../../src/main/models/family.ts'
import { ganomaly, ganomalyStep, type GanomalyConfig } from '../../../../src/main/models/ganomaly.ts'
import type { Node } from '../../../../src/main/nn/graph.ts'
import { add, log, multiply, subtract } from '../../../../src/main/nn/operations/elementwise.ts'
import { nameOf, type Program } from '../../../../src/main/nn/program.ts'

/** Enters a family into the list for this process. */
export function enterFamily(name: string, changes: Partial<Family<GanomalyConfig>>): void {
  Object.assign(families, { [name]: { ...ganomaly, name, ...changes } })
}

export interface Poison {
  /** Steps before the poisoned one; null: a sound program with the same state. */
  readonly after: number | null
  /** The loss, or the parameter after its update, that turns NaN. */
  readonly loss?: string
  readonly parameter?: string
}

/** A training step that counts itself, and breaks at a chosen one. */
export function poisonedStep(config: GanomalyConfig, { after, loss, parameter }: Poison): Program {
  const program = ganomalyStep(config)
  const { graph } = program.outputs.generator
  const count = graph.state('test/count', [])
  // 0 · log(after − count) is 0 until the logarithm is −∞, and NaN from then on.
  const spoilt = (value: Node): Node =>
    after === null ? value : add(value, multiply(log(subtract(after, count)), 0))
  return {
    inputs: program.inputs,
    outputs: Object.fromEntries(
      Object.entries(program.outputs).map(([name, node]) => [name, name === loss ? spoilt(node) : node]),
    ),
    states: [
      ...program.states.map((state) =>
        state.next && nameOf(state.node) === parameter ? { ...state, next: spoilt(state.next) } : state,
      ),
      { node: count, initial: new Float32Array(1), next: add(count, 1) },
    ],
  }
}
