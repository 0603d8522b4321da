/**
 * Held-out images through a model in the making: the validation score of an epoch, and the statistics and
 * thresholds of a finished model.
 */
import { auroc } from '../evaluation/index.ts'
import { decodeImage, ImageError } from '../imaging/decode.ts'
import { assembleMap } from '../imaging/fit.ts'
import type { Plane, Raster } from '../imaging/raster.ts'
import { calibrate, combine, spreadOf } from './calibration.ts'
import { fitOf, type CommonConfig } from './config.ts'
import { exportModel, neutralStatistics, type MapStatistics, type ScoreStatistics } from './exporter.ts'
import type { Family, Weights } from './family.ts'
import { mapImages, poolMap, type MapOfImage } from './inspector.ts'
import { residualStatistics, standardise, withoutOne } from './residuals.ts'
import { ModelRuntime } from './runtime.ts'
import type { Calibration, ScoreName, TrainingSample } from './types.ts'

/** Which score judges, and at which smoothing: measured on real parts, docs/decisions/0004. */
export const DEFAULT_SCORE: ScoreName = 'map'

/** Scores in the graph before there are statistics. */
const noScores: ScoreStatistics = {
  defaultScore: 'map',
  latent: { mean: 0, deviation: 1 },
  map: { mean: 0, deviation: 1 },
}

/** Smoothing of the residual in pixels of the view. */
export const smoothingOf = ({ size }: CommonConfig): number => size / 32

interface HeldOutImage {
  readonly raster: Raster
  readonly defect: boolean
}

export class HeldOut {
  readonly images: readonly HeldOutImage[]
  private readonly family: Family
  private readonly config: CommonConfig

  private constructor(images: readonly HeldOutImage[], family: Family, config: CommonConfig) {
    this.images = images
    this.family = family
    this.config = config
  }

  static async open(
    samples: readonly TrainingSample[],
    family: Family,
    config: CommonConfig,
    onSkip: (sample: TrainingSample, error: ImageError) => void,
  ): Promise<HeldOut> {
    const images: HeldOutImage[] = []
    for (const sample of samples) {
      try {
        images.push({
          raster: await decodeImage(sample.file, { channels: config.channels }),
          defect: sample.label === 'defect',
        })
      } catch (error) {
        if (!(error instanceof ImageError)) throw error
        onSkip(sample, error)
      }
    }
    return new HeldOut(images, family, config)
  }

  get goodCount(): number {
    return this.images.filter(({ defect }) => !defect).length
  }

  /**
   * Lower is better: where the held-out images have defects among them, 1 − AUROC of the map's score; else the
   * mean residual of good images.
   */
  async validate(weights: Weights): Promise<number> {
    const maps = await this.residuals(weights, this.images)
    const labels = this.images.map(({ defect }) => defect)
    if (labels.includes(true) && labels.includes(false))
      return (
        1 -
        auroc(
          maps.map(({ map }) => poolMap(map)),
          labels,
        )
      )
    return maps.reduce((sum, { map }) => sum + meanOf(map), 0) / maps.length
  }

  /** Statistics and thresholds of finished weights, and the model file that carries them. */
  async finish(
    weights: Weights,
    falseAlarmRate: number,
    describe: (calibration: Calibration) => string,
  ): Promise<{ readonly calibration: Calibration; readonly model: Uint8Array }> {
    const good = this.images.filter(({ defect }) => !defect)
    const residuals = await this.residuals(weights, good)
    const aligned = this.config.fit !== 'tile'
    const sigma = smoothingOf(this.config)
    const { size } = this.config
    // Where parts lie alike there is one view, and its pixels have statistics of their own. A letterbox's padding
    // is among them: the model's map has it too, and loses it when the image's map is put together.
    const planes = residuals.map(({ views, map }) =>
      aligned ? { width: size, height: size, data: views[0] } : map,
    )
    const statistics = residualStatistics(planes, aligned)
    // An image that helped to make its pixels' statistics looks better than the next one will: each is scored by
    // the statistics of the others.
    const pooled = planes.map((plane, index) =>
      poolMap(
        aligned
          ? assembleMap(residuals[index].plan, [standardise(plane, withoutOne(planes, index)).data])
          : standardise(plane, statistics),
      ),
    )
    const latent = residuals.map((image) => image.latent)
    const spreads = { latent: spreadOf(latent), map: spreadOf(pooled) }
    const scores = pooled.map((map, index) => ({
      latent: latent[index],
      map,
      combined: combine(latent[index], map, spreads),
    }))
    const calibration = calibrate(scores, spreads, pooled, DEFAULT_SCORE, falseAlarmRate)
    const full = (values: Float32Array): Float32Array =>
      aligned ? values : new Float32Array(size * size).fill(values[0])
    const map: MapStatistics = {
      scales: [{ sigma, mean: full(statistics.mean), deviation: full(statistics.deviation) }],
    }
    const model = exportModel(
      this.family,
      this.config,
      weights,
      map,
      { defaultScore: DEFAULT_SCORE, ...spreads },
      { flawline: describe(calibration) },
    )
    return { calibration, model }
  }

  /** Smoothed residual maps, before any statistics. */
  private async residuals(weights: Weights, images: readonly HeldOutImage[]): Promise<MapOfImage[]> {
    const { config, family } = this
    const model = exportModel(
      family,
      config,
      weights,
      neutralStatistics(config.size, smoothingOf(config)),
      noScores,
      {},
    )
    const runtime = await ModelRuntime.open(model)
    try {
      const shape = {
        fit: fitOf(config),
        input: { size: config.size, channels: config.channels, range: [0, 1], layout: 'NCHW' },
      } as const
      const maps: MapOfImage[] = []
      for (const { raster } of images) maps.push(...(await mapImages(runtime, [raster], shape)))
      return maps
    } finally {
      await runtime.release()
    }
  }
}

function meanOf({ data }: Plane): number {
  let sum = 0
  for (let i = 0; i < data.length; i++) sum += data[i] as number
  return sum / data.length
}
