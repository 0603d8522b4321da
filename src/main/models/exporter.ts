/**
 * The inspection graph as `model.onnx`: NCHW images in [0, 1], any batch size, to `score`, `anomaly_map`,
 * `reconstruction` (and `latent_score`, `map_score`, what `score` is made of).
 */
import { Graph, type Node } from '../nn/graph.ts'
import { exportOnnx } from '../nn/engines/onnx/export.ts'
import { abs, add, divide, multiply, subtract } from '../nn/operations/elementwise.ts'
import { reshape, transpose } from '../nn/operations/layout.ts'
import { matmul } from '../nn/operations/linear.ts'
import { max, mean } from '../nn/operations/reduction.ts'
import type { CommonConfig } from './config.ts'
import type { Family, Weights } from './family.ts'
import type { ScoreName } from './types.ts'

/** Mean and deviation of good images' relative residual by pixel of the view, [S·S]; see residuals.ts. */
export interface MapStatistics {
  readonly mean: Float32Array
  readonly deviation: Float32Array
}

/**
 * Residual that is always there, in grey values of [0, 1]: keeps the quotient calm where everything is rebuilt
 * almost perfectly (about two and a half of 256 grey values).
 */
const RESIDUAL_FLOOR = 0.01

/** How `score` is made of the two partial scores. */
export interface ScoreStatistics {
  readonly defaultScore: ScoreName
  readonly latent: { readonly mean: number; readonly deviation: number }
  readonly map: { readonly mean: number; readonly deviation: number }
}

/** Statistics that leave residuals as they are: for measuring the real ones. */
export function neutralStatistics(size: number): MapStatistics {
  return { mean: new Float32Array(size * size), deviation: new Float32Array(size * size).fill(1) }
}

export function exportModel(
  family: Family,
  config: CommonConfig,
  weights: Weights,
  map: MapStatistics,
  score: ScoreStatistics,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const { size, channels, smoothing, context } = config
  const graph = new Graph()
  const image = graph.input('image', [1, channels, size, size])
  const { reconstruction, latent } = family.inspection(transpose(image, [0, 2, 3, 1]), config, weights)
  const rebuilt = transpose(reconstruction, [0, 3, 1, 2])
  const residual = mean(abs(subtract(image, rebuilt)), [1])
  // How large a residual is beside its surroundings: rough or bright parts are rebuilt worse everywhere.
  const surroundings = add(smooth(residual, size, context * size), RESIDUAL_FLOOR)
  const relative = divide(smooth(residual, size, smoothing), surroundings)
  const shape = [1, size, size]
  const anomalyMap = divide(
    subtract(relative, graph.constant(map.mean, shape)),
    graph.constant(map.deviation, shape),
  )
  const mapScore = max(anomalyMap, [1, 2])
  return exportOnnx(
    {
      inputs: { image },
      outputs: {
        score: scoreOf(score, latent, mapScore),
        latent_score: latent,
        map_score: mapScore,
        anomaly_map: reshape(anomalyMap, [1, 1, size, size]),
        reconstruction: rebuilt,
      },
    },
    metadata,
  )
}

function scoreOf({ defaultScore, latent, map }: ScoreStatistics, latentScore: Node, mapScore: Node): Node {
  if (defaultScore === 'latent') return latentScore
  if (defaultScore === 'map') return mapScore
  const standardised = (score: Node, { mean, deviation }: ScoreStatistics['map']): Node =>
    divide(subtract(score, mean), deviation)
  return multiply(add(standardised(latentScore, latent), standardised(mapScore, map)), 0.5)
}

/**
 * Gaussian smoothing of [N, S, S] as two products with an S×S matrix: cheaper than a convolution at these sizes.
 * Each row of the matrix sums to 1, so borders are not darkened.
 */
function smooth(x: Node, size: number, sigma: number): Node {
  if (sigma === 0) return x
  const kernel = x.graph.constant(gaussianMatrix(size, sigma), [size, size])
  const along = (value: Node): Node =>
    reshape(matmul(reshape(value, [size, size]), kernel, { transposeB: true }), [1, size, size])
  const swap = (value: Node): Node => transpose(value, [0, 2, 1])
  return swap(along(swap(along(x))))
}

/** Row i weighs the neighbours of position i by a Gaussian; rows sum to 1. */
function gaussianMatrix(size: number, sigma: number): Float32Array {
  const matrix = new Float32Array(size * size)
  for (let i = 0; i < size; i++) {
    const weights = Float64Array.from({ length: size }, (_, j) =>
      Math.exp(-((i - j) ** 2) / (2 * sigma * sigma)),
    )
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    weights.forEach((weight, j) => (matrix[i * size + j] = weight / total))
  }
  return matrix
}
