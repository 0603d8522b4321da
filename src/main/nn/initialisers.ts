/** First values of parameters. */
import { sizeOf, type Shape } from './graph.ts'
import type { Random } from './random.ts'

export const constant = (shape: Shape, value: number): Float32Array =>
  new Float32Array(sizeOf(shape)).fill(value)
export const zeros = (shape: Shape): Float32Array => constant(shape, 0)
export const ones = (shape: Shape): Float32Array => constant(shape, 1)

export function normal(shape: Shape, mean: number, deviation: number, random: Random): Float32Array {
  return zeros(shape).map(() => mean + deviation * random.normal())
}

/** Uniform in [low, high). */
export function uniform(shape: Shape, low: number, high: number, random: Random): Float32Array {
  return zeros(shape).map(() => low + (high - low) * random.next())
}

/** Uniform in ±√(6 / (fan in + fan out)) (Glorot and Bengio, 2010, "normalised initialisation"). */
export function glorot(shape: Shape, random: Random): Float32Array {
  const [fanIn, fanOut] = fansOf(shape)
  const limit = Math.sqrt(6 / (fanIn + fanOut))
  return uniform(shape, -limit, limit, random)
}

/** N(0, 2 / ((1 + alpha²) · fan in)) for leaky ReLU of slope alpha (He et al., 2015, arXiv 1502.01852). */
export function he(shape: Shape, random: Random, alpha = 0): Float32Array {
  return normal(shape, 0, Math.sqrt(2 / ((1 + alpha * alpha) * fansOf(shape)[0])), random)
}

/** Values that each output sums over, and outputs that each input reaches, for [..., in, out]. */
function fansOf(shape: Shape): readonly [number, number] {
  if (shape.length < 2)
    throw new RangeError(`fan in and out need two axes or more, [${shape.join(', ')}] given`)
  const [fanIn = 1, fanOut = 1] = shape.slice(-2)
  const field = sizeOf(shape.slice(0, -2))
  return [field * fanIn, field * fanOut]
}
