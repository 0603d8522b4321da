/**
 * Everything that crosses the border between the application and the compute process, as one typed map.
 * The client and the job loop are both generic over {@link Jobs}, so neither can speak of a job that the other
 * does not know. All of it is plain data (structured clone). Images cross as paths of files; a judged image's map comes
 * back as the bytes of its file, because only the store writes into the data folder.
 */
import type { ImageProblem } from '../imaging/decode.ts'
import type { Region } from '../imaging/regions.ts'
import type {
  Calibration,
  EngineChoice,
  Scores,
  TrainingEvent,
  TrainingJob,
  TrainingResult,
} from '../models/types.ts'
import type { EvaluationItem, EvaluationResult } from './evaluation-types.ts'
import type { InspectItem } from './items.ts'

/** How many images are on their way at once; the defaults suit two cores and more. */
export interface PipelineLimits {
  /** Images decoded or being decoded ahead of the model. */
  readonly ahead?: number
  /** Images of equal size judged in one run of the model. */
  readonly batch?: number
  /** Bound on decoded pixels in flight (a larger single image still passes, alone). */
  readonly pixels?: number
}

export interface InspectJob {
  /** The exported `model.onnx`. */
  readonly modelFile: string
  /** The calibration to judge by: the model's own, or a later one with another threshold. */
  readonly calibration: Calibration
  readonly items: readonly InspectItem[]
  /** Defect areas smaller than this (pixels of the original image) are not reported as regions. */
  readonly minimumArea: number
  /** Whether each image's map is wanted. */
  readonly maps: boolean
  /** Overlay pictures `<name>` for people: heatmap over the image with its regions drawn. */
  readonly overlays: { readonly folder: string; readonly opacity: number } | null
  readonly limits?: PipelineLimits
}

/** A judged image; its overlay is written when this is sent. */
export interface Inspected {
  readonly kind: 'inspected'
  readonly id: string
  readonly scores: Scores
  /** The score that judged: `scores[calibration.defaultScore]`. */
  readonly score: number
  /** The score mapped so that the threshold is 0.5. */
  readonly normalisedScore: number
  readonly verdict: 'ok' | 'ng'
  /** Size of the original image in pixels, after EXIF orientation. */
  readonly width: number
  readonly height: number
  /** Defect areas in pixels of the original image, strongest first. */
  readonly regions: readonly Region[]
  /** PNG file of the 16-bit normalised map; it covers the whole image, at the model's working resolution. */
  readonly map: Uint8Array | null
  /** Absolute path of the overlay picture. */
  readonly overlayFile: string | null
  /** Time the model took for this image (its share of the batch). */
  readonly milliseconds: number
}

/** An image that could not be judged. The batch goes on. */
export interface Rejected {
  readonly kind: 'rejected'
  readonly id: string
  /** `crashed`: the compute process died on it twice; `failed`: the model or a write failed on it. */
  readonly problem: ImageProblem | 'crashed' | 'failed'
  /** Names the file, the reason and the cure. */
  readonly message: string
}

export type InspectEvent = Inspected | Rejected

export interface InspectResult {
  readonly state: 'finished' | 'cancelled'
  readonly inspected: number
  readonly rejected: number
  /** Wall-clock seconds from the first decode to the last written file, and those inside the model. */
  readonly seconds: number
  readonly modelSeconds: number
}

export interface EvaluateJob {
  readonly modelFile: string
  readonly calibration: Calibration
  readonly items: readonly EvaluationItem[]
  readonly limits?: PipelineLimits
}

/** Per-image progress of an evaluation. */
export type EvaluateEvent =
  | {
      readonly kind: 'judged'
      readonly id: string
      readonly scores: Scores
      readonly score: number
      readonly verdict: 'ok' | 'ng'
    }
  | Rejected

/** One engine as `flawline engines` shows it. */
export interface EngineMeasurement {
  readonly name: EngineChoice
  readonly available: boolean
  /** Why it is not available. */
  readonly reason?: string
  /** Training images per second of the small measured step. */
  readonly imagesPerSecond?: number
}

/** How fast one configuration trains; all in seconds. */
export interface TrainingMeasurement {
  /** One training step (median). */
  readonly step: number
  /** Until the first step was done. */
  readonly preparing: number
  /** Reading the state back, as each epoch does. */
  readonly reading: number
  readonly cancelled: boolean
}

/** The jobs of the compute process: what goes in, what is reported on the way, what comes out. */
export interface Jobs {
  readonly train: {
    readonly input: TrainingJob
    readonly event: TrainingEvent
    readonly result: TrainingResult
  }
  readonly inspect: {
    readonly input: InspectJob
    readonly event: InspectEvent
    readonly result: InspectResult
  }
  readonly evaluate: {
    readonly input: EvaluateJob
    readonly event: EvaluateEvent
    readonly result: EvaluationResult
  }
  readonly 'measure-engines': {
    readonly input: { readonly only?: readonly EngineChoice[] }
    readonly event: EngineMeasurement
    readonly result: readonly EngineMeasurement[]
  }
  readonly 'measure-training': {
    readonly input: Pick<TrainingJob, 'family' | 'config' | 'engine'>
    readonly event: never
    readonly result: TrainingMeasurement
  }
}

export type JobName = keyof Jobs
export type JobInput<J extends JobName> = Jobs[J]['input']
export type JobEvent<J extends JobName> = Jobs[J]['event']
export type JobResult<J extends JobName> = Jobs[J]['result']

/** Application to compute process. */
export type ParentMessage =
  | {
      [J in JobName]: {
        readonly kind: 'start'
        readonly id: number
        readonly job: J
        readonly input: JobInput<J>
      }
    }[JobName]
  | { readonly kind: 'cancel'; readonly id: number }
  /** `count` events of the job have been dealt with: the back-pressure of the stream. */
  | { readonly kind: 'acknowledge'; readonly id: number; readonly count: number }
  | { readonly kind: 'shutdown' }

/** An error as it crosses: its class is gone, its name and words are kept. */
export interface RemoteError {
  readonly name: string
  readonly message: string
  readonly stack?: string
}

/** Compute process to application. */
export type ChildMessage =
  | { readonly kind: 'ready'; readonly pid: number }
  | { readonly kind: 'event'; readonly id: number; readonly event: JobEvent<JobName> }
  | { readonly kind: 'done'; readonly id: number; readonly result: JobResult<JobName> }
  | { readonly kind: 'failed'; readonly id: number; readonly error: RemoteError }

export type { InspectItem }
