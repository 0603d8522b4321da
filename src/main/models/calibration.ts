/** Constants from held-out good images, and what turns raw scores and maps into shown ones. */
import { thresholdFromGood } from '../evaluation/index.ts'
import type { Plane } from '../imaging/raster.ts'
import type { PositionStatistics } from './residuals.ts'
import type { Calibration, ScoreName, Scores } from './types.ts'

/** Score on a scale where the threshold is 0.5, in (0, 1), increasing. */
export function normalisedScore(
  score: number,
  { threshold, spread }: Pick<Calibration, 'threshold' | 'spread'>,
): number {
  return 1 / (1 + Math.exp(-(score - threshold.value) / spread))
}

/** Anomaly map on a scale where the pixel threshold is 0.5, in [0, 1): m / (m + t), negative values being 0. */
export function normaliseMap(plane: Plane, { pixelThreshold }: Pick<Calibration, 'pixelThreshold'>): Plane {
  const data = new Float32Array(plane.data.length)
  for (let i = 0; i < data.length; i++) {
    const value = plane.data[i] as number
    data[i] = value > 0 ? value / (value + pixelThreshold) : 0
  }
  return { width: plane.width, height: plane.height, data }
}

export interface Spread {
  readonly mean: number
  readonly deviation: number
}

/** Mean and deviation; the deviation never 0, so that it can divide. */
export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, deviation: Math.max(Math.sqrt(variance), 1e-6 * Math.abs(mean), 1e-12) }
}

/** The combined score: the mean of both parts in units of their spread on held-out good images. */
export function combine(latent: number, map: number, statistics: Calibration['statistics']): number {
  const standardised = (value: number, { mean, deviation }: Spread): number => (value - mean) / deviation
  return 0.5 * (standardised(latent, statistics.latent) + standardised(map, statistics.map))
}

/**
 * The stored calibration from the scores and map peaks of held-out good images.
 *
 * @param pixelThreshold the map value that good images' peaks exceed at the false-alarm rate
 */
export function calibrate(
  scores: readonly Scores[],
  statistics: Calibration['statistics'],
  peaks: readonly number[],
  defaultScore: ScoreName,
  falseAlarmRate: number,
  position: PositionStatistics | null,
): Calibration {
  const sorted = (name: ScoreName): number[] => scores.map((score) => score[name]).sort((a, b) => a - b)
  const goodScores = { latent: sorted('latent'), map: sorted('map'), combined: sorted('combined') }
  const threshold = thresholdFromGood(goodScores[defaultScore], falseAlarmRate)
  return {
    defaultScore,
    goodScores,
    threshold: {
      value: threshold.value,
      low: threshold.low,
      high: threshold.high,
      mode: 'false-alarm-rate',
      falseAlarmRate,
    },
    pixelThreshold: Math.max(thresholdFromGood(peaks, falseAlarmRate).value, 1e-6),
    spread: spreadOf(goodScores[defaultScore]).deviation,
    statistics,
    position,
  }
}
