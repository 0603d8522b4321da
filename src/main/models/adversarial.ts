/**
 * The losses of the game between generator and discriminator, as the literature compares them, on the discriminator's
 * raw outputs ([N, …], no sigmoid): means over the batch.
 */
import { gradients } from '../nn/gradients.ts'
import { sizeOf, type Node } from '../nn/graph.ts'
import { binaryCrossEntropy } from '../nn/layers.ts'
import { add, multiply, negate, sqrt, square, subtract } from '../nn/operations/elementwise.ts'
import { reshape } from '../nn/operations/layout.ts'
import { mean, sum } from '../nn/operations/reduction.ts'

/**
 * `minimax`: Goodfellow et al. 2014, arXiv 1406.2661, equation 1. `non-saturating`: the same with the generator
 * maximising log D, ibid. section 3. `least-squares`: Mao et al. 2017, arXiv 1611.04076, with targets 0 and 1.
 * `wasserstein`: with gradient penalty, Gulrajani et al. 2017, arXiv 1704.00028.
 */
export const adversarialLosses = ['non-saturating', 'minimax', 'least-squares', 'wasserstein'] as const
export type AdversarialLoss = (typeof adversarialLosses)[number]

/** Whether a discriminator may use batch norm: a gradient penalty is by image, which batch norm mixes. */
export function allowsBatchNorm(kind: AdversarialLoss): boolean {
  return kind !== 'wasserstein'
}

/** What the discriminator minimises, a gradient penalty apart. */
export function discriminatorLoss(kind: AdversarialLoss, real: Node, fake: Node): Node {
  switch (kind) {
    case 'minimax':
    case 'non-saturating':
      return add(binaryCrossEntropy(real, 1), binaryCrossEntropy(fake, 0))
    case 'least-squares':
      return multiply(add(mean(square(subtract(real, 1))), mean(square(fake))), 0.5)
    case 'wasserstein':
      return subtract(mean(fake), mean(real))
  }
}

/** What a generator minimises, so that its images pass for real. */
export function generatorLoss(kind: AdversarialLoss, fake: Node): Node {
  switch (kind) {
    case 'minimax':
      // log(1 − D) = −softplus of the logit.
      return negate(binaryCrossEntropy(fake, 0))
    case 'non-saturating':
      return binaryCrossEntropy(fake, 1)
    case 'least-squares':
      return multiply(mean(square(subtract(fake, 1))), 0.5)
    case 'wasserstein':
      return negate(mean(fake))
  }
}

/** The mirror image: what a BiGAN's encoder minimises, so that real images with their codes pass for made ones. */
export function encoderLoss(kind: AdversarialLoss, real: Node): Node {
  switch (kind) {
    case 'minimax':
      return negate(binaryCrossEntropy(real, 1))
    case 'non-saturating':
      return binaryCrossEntropy(real, 0)
    case 'least-squares':
      return multiply(mean(square(real)), 0.5)
    case 'wasserstein':
      return mean(real)
  }
}

/**
 * Feature matching (Salimans et al. 2016, arXiv 1606.03498): mean squared difference of the features' batch means.
 *
 * @param real [N, …]
 * @param fake the same shape
 */
export function featureMatching(real: Node, fake: Node): Node {
  return mean(square(subtract(mean(real, [0]), mean(fake, [0]))))
}

/**
 * Mean of (|∇| − 1)² with ∇ the critic's gradient by points drawn between real and fake ones.
 *
 * @param criticise gives one value a point from all parts of it (image, or image and code)
 * @param share where between fake (0) and real (1) each point lies, [N]
 */
export function gradientPenalty(
  criticise: (parts: readonly Node[]) => Node,
  real: readonly Node[],
  fake: readonly Node[],
  share: Node,
): Node {
  const count = sizeOf(share.shape)
  const between = real.map((part, index) => {
    const weight = reshape(
      share,
      part.shape.map((_, axis) => (axis === 0 ? count : 1)),
    )
    const other = fake[index]
    return add(other, multiply(subtract(part, other), weight))
  })
  const squares = gradients(sum(criticise(between)), between).map((slope) =>
    sum(
      square(slope),
      slope.shape.map((_, axis) => axis).filter((axis) => axis > 0),
    ),
  )
  // A root has no derivative at 0.
  const norm = sqrt(
    add(
      squares.reduce((a, b) => add(a, b)),
      1e-12,
    ),
  )
  return mean(square(subtract(norm, 1)))
}
