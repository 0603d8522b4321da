/** What a report says; plain data and picture providers, so that the renderers know no database. */

/** Which inspections the report is about; all fields absent: everything of the project. */
export interface ReportScope {
  readonly lot?: string
  /** ISO 8601, inclusive. */
  readonly since?: string
  /** ISO 8601, exclusive. */
  readonly until?: string
}

export interface ReportModel {
  readonly id: string
  readonly family: string
  /** ISO 8601; null if unknown. */
  readonly trainedAt: string | null
  readonly trainingImages: number | null
  readonly epochs: number | null
  /** Side of the model's square input in pixels. */
  readonly inputSize: number | null
  /** Inspections of the scope that it judged. */
  readonly inspections: number
}

/** A threshold that judged inspections of the scope; `score >= value` was ng. */
export interface ReportThreshold {
  readonly modelId: string
  readonly value: number
  /** 95 % interval. */
  readonly low: number
  readonly high: number
  readonly mode: 'false-alarm-rate' | 'f1' | 'manual'
  /** The rate that was chosen; only of interest in mode `false-alarm-rate`. */
  readonly falseAlarmRate: number
  readonly inspections: number
}

export interface ReportRegion {
  /** In pixels of the original image. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  readonly areaPixels: number
  /** Highest normalised anomaly inside, 0.5 to 1. */
  readonly peak: number
}

/** What a person said of an inspection; it stands beside the model's verdict. */
export interface ReportReview {
  readonly verdict: 'ok' | 'ng'
  readonly defectType: string | null
  /** May be empty. */
  readonly reason: string
  readonly reviewer: string
  /** ISO 8601. */
  readonly reviewedAt: string
}

/** One inspection as the CSV lists it. */
export interface ReportInspection {
  readonly id: string
  readonly fileName: string
  /** ISO 8601. */
  readonly inspectedAt: string
  /** The model's. */
  readonly verdict: 'ok' | 'ng'
  /** The newest review that was not withdrawn; it has the last word. */
  readonly review?: ReportReview | null
  readonly score: number
  /** In [0, 1]; the threshold is 0.5. */
  readonly normalisedScore: number
  readonly threshold: number
  readonly scores?: { readonly latent: number; readonly map: number; readonly combined: number }
  readonly width: number
  readonly height: number
  readonly milliseconds: number
  readonly modelId: string
  readonly lot: string | null
  readonly sourcePath?: string
  readonly imageSha256?: string
  readonly regions: readonly ReportRegion[]
}

/** Gives an encoded picture (PNG or JPEG) when it is needed; null if there is none (any more). */
export type PictureProvider = () => Promise<Buffer | null>

/** A part that the model or a person judged ng, with its pictures. */
export interface ReportPart {
  readonly inspection: ReportInspection
  readonly image: PictureProvider
  /** The image with its heatmap laid over it. */
  readonly heatmap: PictureProvider
}

/** An image that could not be judged. */
export interface ReportFailure {
  readonly fileName: string
  readonly reason: string
}

/** How the model did on labelled test images; null where there was nothing to measure. */
export interface ReportEvaluation {
  /** ISO 8601. */
  readonly measuredAt: string
  readonly images: number
  readonly good: number
  readonly defects: number
  readonly imageAuroc: number | null
  readonly auprc: number | null
  readonly f1: number | null
  readonly f1AtThreshold: number | null
  readonly pixelAuroc: number | null
  readonly aupro: number | null
  readonly perType: readonly {
    readonly type: string
    readonly count: number
    readonly imageAuroc: number | null
    readonly pixelAuroc: number | null
    readonly aupro: number | null
  }[]
}

export interface ReportData {
  readonly project: {
    readonly name: string
    readonly description: string
    /** Size of a pixel on the part; null if the project has no scale. */
    readonly millimetresPerPixel: number | null
  }
  readonly scope: ReportScope
  /** ISO 8601. */
  readonly generatedAt: string
  /** Name and version, e.g. `Flawline 0.1.0`. */
  readonly application: string
  /** IANA name for all times shown, e.g. `Europe/Berlin`; default: this machine's. */
  readonly timeZone?: string
  readonly models: readonly ReportModel[]
  readonly thresholds: readonly ReportThreshold[]
  /** All inspections of the scope, in the order in which they are to be listed. */
  readonly inspections: readonly ReportInspection[]
  /** Those that the model or a person judged ng; renderers order them by score. */
  readonly parts: readonly ReportPart[]
  readonly failures: readonly ReportFailure[]
  readonly evaluation: ReportEvaluation | null
}
