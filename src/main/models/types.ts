/**
 * What the families share with the compute process and the use cases: jobs, events, metadata, judgements.
 * Pure types: safe to import from anywhere above.
 */
import type { FitOptions } from '../imaging/fit.ts'
import type { Plane } from '../imaging/raster.ts'
import type { PositionStatistics } from './residuals.ts'

/** One image of a snapshot as the trainer sees it. Only good images are ever learned from. */
export interface TrainingSample {
  readonly id: string
  /** Absolute path of the stored image. */
  readonly file: string
  /** `train`: learned from. `validation`: held out for calibration and for choosing the best checkpoint. */
  readonly split: 'train' | 'validation'
  readonly label: 'good' | 'defect'
}

/** Which engine runs the training; `auto` takes the fastest measured on this machine. */
export type EngineChoice =
  | 'auto'
  | 'onnx-cpu'
  | 'onnx-webgpu'
  | 'onnx-dml'
  | 'onnx-cuda'
  | 'onnx-coreml'
  | 'tensorflow'
  | 'tensorflow-plain'

export interface TrainingJob {
  /** Folder of the run: checkpoints while it trains, the model when it has finished. Must exist. */
  readonly folder: string
  readonly family: string
  /** Raw configuration; checked against the family's zod schema. */
  readonly config: Readonly<Record<string, unknown>>
  readonly samples: readonly TrainingSample[]
  readonly engine: EngineChoice
  /** Go on from the folder's last checkpoint if it has one. */
  readonly resume: boolean
  /** False-alarm rate on good parts that the stored threshold aims at, e.g. 0.01. */
  readonly falseAlarmRate: number
}

/** Losses of one epoch by name (means over its steps), e.g. `generator`, `discriminator`, `reconstruction`. */
export type Losses = Readonly<Record<string, number>>

export type TrainingEvent =
  | {
      readonly kind: 'started'
      readonly engine: string
      readonly epochs: number
      readonly resumedFrom: number
      readonly views: number
      readonly parameters: number
    }
  | {
      readonly kind: 'progress'
      readonly epoch: number
      readonly fraction: number
      readonly secondsLeft: number
      readonly imagesPerSecond: number
    }
  | {
      readonly kind: 'epoch'
      readonly epoch: number
      readonly losses: Losses
      /** Null while the model cannot inspect yet (f-AnoGAN before its encoder learns). */
      readonly validation: number | null
      readonly best: boolean
      readonly seconds: number
      /** True for an epoch of before a resumption, told again because its first telling may have been lost. */
      readonly replayed?: boolean
    }
  | { readonly kind: 'skipped'; readonly sample: string; readonly reason: string }
  | {
      readonly kind: 'log'
      readonly message: string
      /** The same for those who translate: a key and what is put into its words. */
      readonly key?: string
      readonly values?: Readonly<Record<string, string | number>>
    }
  /** There is a picture of reconstructions after this epoch: see previews.ts. */
  | { readonly kind: 'preview'; readonly epoch: number }

export interface TrainingResult {
  readonly state: 'finished' | 'cancelled'
  /** Epochs completed. */
  readonly epochs: number
  /** Present when finished: `model.onnx` and `model.json` lie in the run's folder. */
  readonly metadata?: ModelMetadata
}

/** The three scores of an image, each kept; `metadata.calibration.defaultScore` names the one that judges. */
export interface Scores {
  /** Mean squared latent difference, largest view. */
  readonly latent: number
  /** Pooled anomaly map. */
  readonly map: number
  /** Combination of both in units of the spread on held-out good images. */
  readonly combined: number
}
export type ScoreName = keyof Scores

/** Constants computed once from held-out good images and stored with the model; see calibration.ts. */
export interface Calibration {
  readonly defaultScore: ScoreName
  /** Scores of the held-out good images, sorted ascending: the evidence behind every threshold. */
  readonly goodScores: Readonly<Record<ScoreName, readonly number[]>>
  /** Threshold of the default score, how it was found, and the range it may lie in (95 %). */
  readonly threshold: {
    readonly value: number
    readonly low: number
    readonly high: number
    readonly mode: 'false-alarm-rate' | 'f1' | 'manual'
    readonly falseAlarmRate: number
  }
  /** Anomaly-map value from which a pixel belongs to a defect region. */
  readonly pixelThreshold: number
  /** Scale of the normalised score: 1 / (1 + exp(-(score - threshold) / spread)). */
  readonly spread: number
  /**
   * Tiles: statistics of the residual by position in the image, applied to the assembled map; null where position
   * does not matter, or where the model's own map already has them.
   */
  readonly position: PositionStatistics | null
  /** Mean and deviation of latent and map scores over held-out good images (they make `combined`). */
  readonly statistics: Readonly<
    Record<'latent' | 'map', { readonly mean: number; readonly deviation: number }>
  >
}

/** Stored as `model.json` and, as a string property `flawline`, inside `model.onnx`. */
export interface ModelMetadata {
  readonly version: 1
  readonly family: string
  readonly config: Readonly<Record<string, unknown>>
  readonly input: {
    readonly size: number
    readonly channels: 1 | 3
    readonly range: readonly [0, 1]
    readonly layout: 'NCHW'
  }
  readonly fit: FitOptions
  readonly calibration: Calibration
  readonly training: {
    readonly epochs: number
    readonly bestEpoch: number
    readonly engine: string
    readonly seconds: number
    readonly images: number
    readonly views: number
    readonly seed: number
    readonly finished: string
  }
  readonly application: string
}

/** What the model says of one image, before any verdict. */
export interface Judgement {
  readonly scores: Scores
  /** The default score. */
  readonly score: number
  /** Anomaly map over the whole image at working resolution (resample to the image's size to display). */
  readonly map: Plane
}
