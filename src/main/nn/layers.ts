/** Layers that networks are made of: plain functions from nodes to nodes. */
import { GraphError, type Node } from './graph.ts'
import { add, multiply, negate, softplus, sqrt, square, subtract, divide } from './operations/elementwise.ts'
import { mean, sum } from './operations/reduction.ts'

/** Added to a variance before its root is taken. */
export const BATCH_NORM_EPSILON = 1e-5

export interface BatchNorm {
  readonly output: Node
  /** Batch mean and (biased) variance by channel, [C]: what running statistics are made of. */
  readonly mean: Node
  readonly variance: Node
}

/**
 * Batch normalisation in training (Ioffe & Szegedy 2015, arXiv 1502.03167) over all axes but the last.
 *
 * The variance is two-pass: E[x²] − mean² loses two percent of the gradient in float32. The gradient is stated
 * by hand, in the folded form that needs four passes over the data where the chain rule would take eleven.
 *
 * @param gamma scale, [C]
 * @param beta shift, [C]
 */
export function batchNorm(x: Node, gamma: Node, beta: Node): BatchNorm {
  const channels = x.shape.at(-1)
  if (channels === undefined || gamma.shape[0] !== channels || beta.shape[0] !== channels)
    throw new GraphError(`batchNorm: [${x.shape.join(', ')}] with scale [${gamma.shape.join(', ')}]`)
  const axes = x.shape.slice(0, -1).map((_, axis) => axis)
  const count = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1)
  const average = mean(x, axes)
  const centred = subtract(x, average)
  const variance = mean(square(centred), axes)
  const inverse = divide(1, sqrt(add(variance, BATCH_NORM_EPSILON)))
  const scale = multiply(gamma, inverse)
  const output = add(multiply(centred, scale), beta)
  x.graph.customGradients.set(output, {
    inputs: [x, gamma, beta],
    rule: (gradient) => {
      const shift = sum(gradient, axes)
      const along = multiply(sum(multiply(gradient, centred), axes), inverse)
      // dx = scale · (g − mean(g) − x̂ · mean(g·x̂)), with the vectors of length C folded first.
      const slope = multiply(multiply(scale, inverse), multiply(along, -1 / count))
      const offset = multiply(multiply(scale, shift), -1 / count)
      return [add(add(multiply(gradient, scale), multiply(centred, slope)), offset), along, shift]
    },
  })
  return { output, mean: average, variance }
}

/** Exponential average with momentum 0.1, the variance unbiased, as PyTorch keeps them for inference. */
export function runningStatistic(before: Node, batch: Node, momentum = 0.1): Node {
  return add(multiply(before, 1 - momentum), multiply(batch, momentum))
}

/** Mean binary cross-entropy of logits against one constant target (0 or 1), stable for any logit. */
export function binaryCrossEntropy(logits: Node, target: 0 | 1): Node {
  return mean(softplus(target === 1 ? negate(logits) : logits))
}

/** Mean squared difference. */
export function meanSquaredError(a: Node, b: Node): Node {
  return mean(square(subtract(a, b)))
}
