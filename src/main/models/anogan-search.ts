/**
 * AnoGAN's search for the code whose drawing is most like an image, as a repetition in the inspection graph: each pass
 * is one Adam step on the codes of all images that have not converged.
 */
import { gradients } from '../nn/gradients.ts'
import type { Node, Shape } from '../nn/graph.ts'
import { zeros } from '../nn/initialisers.ts'
import {
  abs,
  add,
  divide,
  greater,
  multiply,
  negate,
  select,
  subtract,
} from '../nn/operations/elementwise.ts'
import { iterate } from '../nn/operations/iteration.ts'
import { reshape } from '../nn/operations/layout.ts'
import { broadcast, max, sum } from '../nn/operations/reduction.ts'
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
  const x = repeated(images, restarts)
  const seen = repeated(features(images), restarts)
  const lossOf = (drawing: Node): Node => searchLoss(x, drawing, [seen, features(drawing)], lambda)
  const { graph } = images
  // Of nothing but constants, and yet with a row for each image.
  const ofImage = multiply(reshape(sum(images, [1, 2, 3]), [images.shape[0] ?? 0, 1, 1]), 0)
  const points = graph.constant(startingPoints(restarts, latent), [1, restarts, latent])
  const start = reshape(add(points, ofImage), [x.shape[0] ?? 0, latent])
  const drawing = draw(descend(start, (codes) => lossOf(draw(codes)), options))
  return restarts === 1
    ? { drawing, loss: lossOf(drawing) }
    : bestOf(drawing, lossOf(drawing), images.shape, restarts)
}

/** Rows of codes [N, latent] after the search: of each, the one with the lowest loss that was passed. */
function descend(
  start: Node,
  lossOf: (codes: Node) => Node,
  { steps, searchRate, patience }: SearchOptions,
): Node {
  const { graph } = start
  const nothing = multiply(start, 0)
  const scalar = sum(nothing, [1], true)
  const far = add(scalar, 1e30)
  // Best codes, codes, moments, their weights, best loss, steps since it last fell.
  const initial = [start, start, nothing, nothing, scalar, scalar, far, scalar]
  return iterate('search', initial, steps, ([kept, codes, m, v, weight1, weight2, lowest, calm]) => {
    const loss = lossOf(codes)
    const [slope] = gradients(sum(loss), [codes])
    const adam = adamStep({ weight1, weight2 }, { learningRate: searchRate })
    const after = adam.update({ parameter: codes, m, v }, slope)
    const here = reshape(loss, lowest.shape)
    const better = greater(lowest, here)
    const improved = greater(multiply(lowest, 1 - IMPROVEMENT), here)
    const waited = select(improved, graph.constant(0, calm.shape), add(calm, 1))
    const rows = start.shape.slice(0, 1)
    return {
      next: [
        select(broadcast(better, kept.shape), codes, kept),
        after.parameter,
        after.m,
        after.v,
        adam.weight1,
        adam.weight2,
        select(better, here, lowest),
        waited,
      ],
      goOn:
        patience === 0
          ? add(multiply(reshape(waited, rows), 0), 1)
          : reshape(greater(graph.constant(patience), waited), rows),
    }
  })
}

/** Each row `count` times, one after the other. */
function repeated(value: Node, count: number): Node {
  if (count === 1) return value
  const [rows = 0, ...rest] = value.shape
  const shape: Shape = [rows, count, ...rest]
  return reshape(broadcast(reshape(value, [rows, 1, ...rest]), shape), [rows * count, ...rest])
}

/** Of each image's searches the one with the lowest loss; of equal ones, their mean. */
function bestOf(drawing: Node, loss: Node, shape: Shape, restarts: number): SearchResult {
  const [rows = 0, ...rest] = shape
  const losses = reshape(loss, [rows, restarts])
  const lowest = negate(max(negate(losses), [1], true))
  const chosen = subtract(1, greater(losses, lowest))
  const share = reshape(divide(chosen, sum(chosen, [1], true)), [rows, restarts, ...rest.map(() => 1)])
  const drawings = reshape(drawing, [rows, restarts, ...rest])
  return { drawing: sum(multiply(drawings, share), [1]), loss: reshape(lowest, [rows]) }
}
