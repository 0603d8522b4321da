/** What an evaluation takes and gives: pixel metrics only; image metrics are made from the scores of its events. */
import type { InspectItem } from './items.ts'

/** A labelled test image. */
export interface EvaluationItem extends InspectItem {
  readonly label: 'good' | 'defect'
  /** Kind of defect, as in the folder names of MVTec AD. */
  readonly type: string | null
  /** Ground truth of where the defect is: any image of the same size, bright (or non-zero) on the defect. */
  readonly maskFile: string | null
}

/** Localisation over a set of images; null where there is nothing to measure (no masks, no defects). */
export interface PixelMetrics {
  /** Area under the ROC curve of all pixels. */
  readonly auroc: number | null
  /** Area under the per-region overlap curve up to a false-positive rate of 0.3, divided by 0.3. */
  readonly aupro: number | null
  /** Images that counted: good ones, and defects with a mask. */
  readonly images: number
  readonly regions: number
}

export interface EvaluationResult {
  readonly state: 'finished' | 'cancelled'
  readonly pixels: PixelMetrics
  /** By type of defect, each against all good images. */
  readonly pixelsByType: Readonly<Record<string, PixelMetrics>>
  readonly judged: number
  readonly rejected: number
  /** Why a mask was left out, by item. */
  readonly maskProblems: readonly { readonly id: string; readonly message: string }[]
  readonly seconds: number
}
