/** What the training steps of all families are made of. */
import type { Node } from '../nn/graph.ts'
import { gradients } from '../nn/gradients.ts'
import { adam, type Optimiser } from '../nn/optimisers.ts'
import type { StateVariable } from '../nn/program.ts'
import type { TrainingScope } from './dcgan.ts'

/** Below this loss the discriminator has won and teaches nothing more: GANomaly's reference code starts it anew. */
export const DISCRIMINATOR_HAS_WON = 1e-5

/** Adam as DCGAN (Radford et al. 2016) sets it, and most of what followed: β 0.5, 0.999. */
export function dcganAdam(name: string, learningRate: number): Optimiser {
  return adam(name, { learningRate, beta1: 0.5, beta2: 0.999 })
}

/** A network's parameters after a step down the gradient of `loss`, and the optimiser's own state. */
export function trained(optimiser: Optimiser, { parameters }: TrainingScope, loss: Node): StateVariable[] {
  const slopes = gradients(
    loss,
    parameters.map(({ node }) => node),
  )
  const { next, states } = optimiser.updates(
    parameters.map(({ node }, index) => ({ node, gradient: slopes[index] })),
  )
  return [...parameters.map(({ node, initial }, index) => ({ node, initial, next: next[index] })), ...states]
}
