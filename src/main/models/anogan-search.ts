/**
 * AnoGAN's search for the code whose drawing is most like an image, as a repetition in the inspection graph: each pass
 * is one Adam step on the codes of all images that have not converged.
 */
import { gradients } from '../nn/gradients.ts'
import type { Node } from '../nn/graph.ts'
import { zeros } from '../nn/initialisers.ts'
import { abs, add, greater, multiply, select, subtract } from '../nn/operations/elementwise.ts'
import { iterate } from '../nn/operations/iteration.ts'
import { reshape } from '../nn/operations/layout.ts'
import { sum } from '../nn/operations/reduction.ts'
import { adamStep } from '../nn/optimisers.ts'
import { Random } from '../nn/random.ts'

export interface SearchOptions {
  /** Drawings [N, S, S, C] in [-1, 1] of codes [N, latent]. */
  draw(codes: Node): Node
  /** The discriminator's features of images in [-1, 1], [N, …]. */
  features(images: Node): Node
  readonly latent: number
  /** Steps, at most. */
  readonly steps: number
  /** Adam's step size. */
  readonly searchRate: number
  /** Share of the features in the loss. */
  readonly lambda: number
  /** Starting points an image. */
  readonly restarts: number
  /** Steps without an improvement that end a search; 0: none do. */
  readonly patience: number
}

export interface SearchResult {
  /** The most similar drawing, [N, S, S, C] in [-1, 1]. */
  readonly drawing: Node
  /** Its loss, [N]. */
  readonly loss: Node
}

/** A loss counts as improved when it falls by more than this share of the best so far. */
export const IMPROVEMENT = 1e-3

/** The codes that every search starts from, [restarts, latent], standard normal: the same for each image. */
export function startingPoints(restarts: number, latent: number): Float32Array {
  const random = new Random('anogan/start')
  return zeros([restarts, latent]).map(() => random.normal())
}

/**
 * (1 − λ) · Σ|x − G(z)| + λ · Σ|f(x) − f(G(z))| by image, [N]: residual and discrimination loss of the paper, with the
 * latter by features (its equation 4).
 */
export function searchLoss(
  x: Node,
  drawing: Node,
  features: readonly [ofX: Node, ofDrawing: Node],
  lambda: number,
): Node {
  const total = (value: Node): Node =>
    sum(
      abs(value),
      value.shape.map((_, axis) => axis).filter((axis) => axis > 0),
    )
  return add(
    multiply(total(subtract(x, drawing)), 1 - lambda),
    multiply(total(subtract(...features)), lambda),
  )
}

/** @param images [N, S, S, C] in [-1, 1] */
export function search(images: Node, options: SearchOptions): SearchResult {
  const { restarts, latent, lambda, draw, features } = options
  const seen = features(images)
  const lossOf = (drawing: Node): Node => searchLoss(images, drawing, [seen, features(drawing)], lambda)
  // Of nothing but constants, and yet with a row for each image.
  const ofImage = multiply(reshape(sum(images, [1, 2, 3]), [images.shape[0] ?? 0, 1]), 0)
  const points = startingPoints(restarts, latent)
  const results = Array.from({ length: restarts }, (_, index): SearchResult => {
    const point = points.subarray(index * latent, (index + 1) * latent)
    const start = add(images.graph.constant(point, [1, latent]), ofImage)
    const drawing = draw(descend(`search${index}`, start, (codes) => lossOf(draw(codes)), options))
    return { drawing, loss: lossOf(drawing) }
  })
  return results.reduce(better)
}

/** Image by image, the one with the lower loss. */
function better(a: SearchResult, b: SearchResult): SearchResult {
  const second = greater(a.loss, b.loss)
  const byImage = reshape(second, [second.shape[0] ?? 0, 1, 1, 1])
  return { drawing: select(byImage, b.drawing, a.drawing), loss: select(second, b.loss, a.loss) }
}

/** Rows of codes [N, latent] after the search: of each, the one with the lowest loss that was passed. */
function descend(
  name: string,
  start: Node,
  lossOf: (codes: Node) => Node,
  { steps, searchRate, patience }: SearchOptions,
): Node {
  const nothing = multiply(start, 0)
  const scalar = sum(nothing, [1], true)
  const far = add(scalar, 1e30)
  // Best codes, codes, moments, their weights, best loss, steps since it last fell.
  const initial = [start, start, nothing, nothing, scalar, scalar, far, scalar]
  return iterate(name, initial, steps, ([kept, codes, m, v, weight1, weight2, lowest, calm]) => {
    const loss = lossOf(codes)
    const [slope] = gradients(sum(loss), [codes])
    const adam = adamStep({ weight1, weight2 }, { learningRate: searchRate })
    const after = adam.update({ parameter: codes, m, v }, slope)
    const here = reshape(loss, lowest.shape)
    const lower = greater(lowest, here)
    const improved = greater(multiply(lowest, 1 - IMPROVEMENT), here)
    // 0 where it has, else one more.
    const waited = multiply(add(calm, 1), subtract(1, improved))
    const rows = start.shape.slice(0, 1)
    return {
      next: [
        select(lower, codes, kept),
        after.parameter,
        after.m,
        after.v,
        adam.weight1,
        adam.weight2,
        select(lower, here, lowest),
        waited,
      ],
      goOn:
        patience === 0
          ? add(multiply(reshape(waited, rows), 0), 1)
          : reshape(greater(patience, waited), rows),
    }
  })
}
