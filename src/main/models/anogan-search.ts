/**
 * AnoGAN's search for the code whose drawing is most like an image, as a repetition in the inspection graph: each pass
 * is one Adam step on the codes of all images that have not converged.
 */
import { gradients } from '../nn/gradients.ts'
import { sizeOf, type Node } from '../nn/graph.ts'
import { zeros } from '../nn/initialisers.ts'
import { abs, add, divide, greater, multiply, select, subtract } from '../nn/operations/elementwise.ts'
import { iterate } from '../nn/operations/iteration.ts'
import { reshape } from '../nn/operations/layout.ts'
import { matmul } from '../nn/operations/linear.ts'
import { max, sum } from '../nn/operations/reduction.ts'
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
  /** Searches an image. */
  readonly restarts: number
  /** Codes of which each search starts from the one whose drawing is nearest to the image; 1: from that one. */
  readonly candidates: number
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

/** Values that the candidates' drawings take together, at most: the model holds them in memory. */
const CANDIDATE_VALUES = 4e6

/** Codes that searches may start from, [count, latent], standard normal: the same for each image and model. */
export function startingPoints(count: number, latent: number): Float32Array {
  const random = new Random('anogan/start')
  return zeros([count, latent]).map(() => random.normal())
}

/** Candidates of one search, for images of so many values. */
export function candidatesFor(candidates: number, valuesPerImage: number): number {
  return Math.max(1, Math.min(candidates, Math.floor(CANDIDATE_VALUES / valuesPerImage)))
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
  const candidates = candidatesFor(options.candidates, sizeOf(images.shape.slice(1)))
  const points = startingPoints(restarts * candidates, latent)
  const results = Array.from({ length: restarts }, (_, index): SearchResult => {
    const codes = images.graph.constant(
      points.subarray(index * candidates * latent, (index + 1) * candidates * latent),
      [candidates, latent],
    )
    const start = nearest(images, codes, draw)
    const drawing = draw(descend(`search${index}`, start, (z) => lossOf(draw(z)), options))
    return { drawing, loss: lossOf(drawing) }
  })
  return results.reduce(better)
}

/** Of the codes [K, latent], for each image the one whose drawing is nearest by squared distance, [N, latent]. */
function nearest(images: Node, codes: Node, draw: (codes: Node) => Node): Node {
  const rows = images.shape[0] ?? 0
  const values = sizeOf(images.shape.slice(1))
  const [count] = codes.shape
  const flat = reshape(images, [rows, values])
  // Of one candidate there is nothing to choose, but every image needs its row.
  if (count === 1) return add(codes, multiply(sum(flat, [1], true), 0))
  const drawings = reshape(draw(codes), [count, values])
  // |x − d|² = |x|² − 2 x·d + |d|², of which |x|² is the same for all.
  const likeness = subtract(
    multiply(matmul(flat, drawings, { transposeB: true }), 2),
    reshape(sum(multiply(drawings, drawings), [1]), [1, count]),
  )
  const chosen = subtract(1, greater(max(likeness, [1], true), likeness))
  return matmul(divide(chosen, sum(chosen, [1], true)), codes)
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
