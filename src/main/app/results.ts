import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { StoredRegion } from '../store/index.ts'
import { csvLine } from './csv.ts'
import type { InspectionOutcome } from './inspection-outcome.ts'
import type { CalibratedModel } from './models.ts'

/** One image of an inspection as `--json`, results.json and (without its regions) results.csv give it. */
export interface ResultRow {
  readonly file: string
  readonly verdict: 'ok' | 'ng' | 'error'
  readonly score: number | null
  /** In [0, 1]; the threshold is 0.5. */
  readonly normalised_score: number | null
  readonly threshold: number
  readonly scores: { readonly latent: number; readonly map: number; readonly combined: number } | null
  readonly width: number | null
  readonly height: number | null
  readonly milliseconds: number | null
  /** Id in the history. */
  readonly inspection: string | null
  /** Overlay picture, if one was asked for. */
  readonly overlay: string | null
  /** Why it could not be judged. */
  readonly problem: string | null
  readonly regions: readonly StoredRegion[]
}

export function resultOf(outcome: InspectionOutcome, model: CalibratedModel): ResultRow {
  const threshold = model.calibration.threshold.value
  if (outcome.kind === 'rejected') {
    return {
      file: outcome.image.file,
      verdict: 'error',
      score: null,
      normalised_score: null,
      threshold,
      scores: null,
      width: null,
      height: null,
      milliseconds: null,
      inspection: null,
      overlay: null,
      problem: outcome.message,
      regions: [],
    }
  }
  const { inspection } = outcome
  return {
    file: outcome.image.file,
    verdict: inspection.verdict,
    score: inspection.score,
    normalised_score: inspection.normalisedScore,
    threshold: inspection.threshold,
    scores: inspection.scores,
    width: inspection.width,
    height: inspection.height,
    milliseconds: inspection.milliseconds,
    inspection: inspection.id,
    overlay: outcome.overlayFile,
    problem: null,
    regions: outcome.regions,
  }
}

const columns = [
  'file',
  'verdict',
  'score',
  'normalised_score',
  'threshold',
  'score_latent',
  'score_map',
  'score_combined',
  'regions',
  'largest_region_pixels',
  'width',
  'height',
  'milliseconds',
  'inspection',
  'overlay',
  'problem',
] as const

/** Writes results.csv and results.json into a folder, which is made if need be; returns their paths. */
export async function writeResults(folder: string, results: readonly ResultRow[]): Promise<string[]> {
  const target = path.resolve(folder)
  await mkdir(target, { recursive: true })
  const lines = results.map((row) =>
    csvLine([
      row.file,
      row.verdict,
      row.score,
      row.normalised_score,
      row.threshold,
      row.scores?.latent ?? null,
      row.scores?.map ?? null,
      row.scores?.combined ?? null,
      row.regions.length,
      row.regions.reduce((largest, region) => Math.max(largest, region.areaPixels), 0),
      row.width,
      row.height,
      row.milliseconds,
      row.inspection,
      row.overlay,
      row.problem,
    ]),
  )
  return [
    await writeWhole(path.join(target, 'results.csv'), [csvLine(columns), ...lines].join('')),
    await writeWhole(path.join(target, 'results.json'), `${JSON.stringify(results, null, 2)}\n`),
  ]
}

async function writeWhole(file: string, text: string): Promise<string> {
  await writeFile(`${file}.tmp`, text)
  await rename(`${file}.tmp`, file)
  return file
}
