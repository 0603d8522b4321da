/**
 * Held-out images through a model in the making: the validation score of an epoch, and the statistics and
 * thresholds of a finished model.
 */
import { decodeImage, ImageError } from '../imaging/decode.ts'
import { assembleMap } from '../imaging/fit.ts'
import type { Plane, Raster } from '../imaging/raster.ts'
import { Random } from '../nn/random.ts'
import { calibrate, combine, spreadOf } from './calibration.ts'
import { fitOf, type CommonConfig } from './config.ts'
import { exportModel, neutralStatistics, type MapStatistics, type ScoreStatistics } from './exporter.ts'
import type { Family, Weights } from './family.ts'
import { withFault } from './faults.ts'
import { mapImages, poolMap, type MapOfImage } from './inspector.ts'
import { METADATA_KEY } from './metadata.ts'
import { ResidualTotals, spread, standardise, type PositionStatistics } from './residuals.ts'
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

/** Images judged together: bounds the memory that their views take. */
const IMAGES_TOGETHER = 16

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
   * The chance, in (0, 1), that the score ranks a good image over a defective one (1 − AUROC, softened so that it
   * goes on telling models apart when none is ranked wrong). Defective are the labelled held-out ones, or, where
   * there are none, copies of the good ones with a drawn fault.
   */
  async validate(weights: Weights): Promise<number> {
    const good = this.images.filter(({ defect }) => !defect)
    const labelled = this.images.filter(({ defect }) => defect)
    const random = new Random('faults')
    const faulty =
      labelled.length > 0
        ? labelled
        : good.map(({ raster }) => ({ raster: withFault(raster, random), defect: true }))
    const quick = this.family.quickInspection?.(this.config) ?? this.config
    const ofGood = await this.residuals(weights, good, quick)
    const ofFaulty = await this.residuals(weights, faulty, quick)
    const totals = new ResidualTotals(ofGood.map((image) => this.planeOf(image)))
    const goodScores = ofGood.map((image, index) => this.score(image, totals.statistics(index)))
    const faultyScores = ofFaulty.map((image) => this.score(image, totals.statistics()))
    const { deviation } = spreadOf(goodScores)
    let misranked = 0
    for (const worse of faultyScores)
      for (const better of goodScores) misranked += 1 / (1 + Math.exp((worse - better) / deviation))
    return misranked / (goodScores.length * faultyScores.length)
  }

  /** Statistics and thresholds of finished weights, and the model file that carries them. */
  async finish(
    weights: Weights,
    falseAlarmRate: number,
    describe: (calibration: Calibration) => string,
  ): Promise<{ readonly calibration: Calibration; readonly model: Uint8Array }> {
    const { family, config } = this
    const { size, fit } = config
    const residuals = await this.residuals(
      weights,
      this.images.filter(({ defect }) => !defect),
    )
    const totals = new ResidualTotals(residuals.map((image) => this.planeOf(image)))
    const statistics = totals.statistics()
    // An image that helped to make the statistics looks better by them than the next one will: each is scored by
    // those of the others.
    const pooled = residuals.map((image, index) => this.score(image, totals.statistics(index)))
    const latent = residuals.map((image) => image.latent)
    const spreads = { latent: spreadOf(latent), map: spreadOf(pooled) }
    const scores = pooled.map((map, index) => ({
      latent: latent[index],
      map,
      combined: combine(latent[index], map, spreads),
    }))
    // A tile does not know where in the image it lies: its statistics by position wait for the assembled map.
    const inGraph = fit === 'tile' ? neutralStatistics(size) : statisticsOfView(statistics, size)
    const calibration = calibrate(
      scores,
      spreads,
      pooled,
      DEFAULT_SCORE,
      falseAlarmRate,
      fit === 'tile' ? statistics : null,
    )
    const model = exportModel(
      family,
      config,
      weights,
      inGraph,
      { defaultScore: DEFAULT_SCORE, ...spreads },
      { [METADATA_KEY]: describe(calibration) },
    )
    return { calibration, model }
  }

  /** What statistics are taken of: the whole view (a letterbox's padding too, for the model's map has it), or all tiles together. */
  private planeOf({ views, map }: MapOfImage): Plane {
    const { fit, size } = this.config
    return fit === 'tile' ? map : { width: size, height: size, data: views[0] }
  }

  private score(image: MapOfImage, statistics: PositionStatistics): number {
    const standardised = standardise(this.planeOf(image), statistics)
    return poolMap(this.config.fit === 'tile' ? standardised : assembleMap(image.plan, [standardised.data]))
  }

  /** Smoothed residual maps, before any statistics. */
  private async residuals(
    weights: Weights,
    images: readonly HeldOutImage[],
    config = this.config,
  ): Promise<MapOfImage[]> {
    const { family } = this
    const model = exportModel(family, config, weights, neutralStatistics(config.size), noScores, {})
    const runtime = await ModelRuntime.open(model)
    try {
      const shape = {
        fit: fitOf(config),
        input: { size: config.size, channels: config.channels, range: [0, 1], layout: 'NCHW' },
      } as const
      const maps: MapOfImage[] = []
      for (let start = 0; start < images.length; start += IMAGES_TOGETHER) {
        const group = images.slice(start, start + IMAGES_TOGETHER).map(({ raster }) => raster)
        maps.push(...(await mapImages(runtime, group, shape, family.viewsPerRun)))
      }
      return maps
    } finally {
      await runtime.release()
    }
  }
}

function statisticsOfView({ side, mean, deviation }: PositionStatistics, size: number): MapStatistics {
  return { mean: spread(mean, side, size, size), deviation: spread(deviation, side, size, size) }
}
