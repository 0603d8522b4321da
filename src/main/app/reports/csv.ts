import { csvLine } from '../csv.ts'
import type { ReportData } from './types.ts'
import { finalVerdict, reviewOf } from './words.ts'

const columns = [
  'time',
  'file',
  'verdict',
  'model_verdict',
  'defect_type',
  'review_reason',
  'reviewer',
  'reviewed_at',
  'score',
  'normalised_score',
  'threshold',
  'score_latent',
  'score_map',
  'score_combined',
  'regions',
  'largest_region_pixels',
  'largest_region_mm2',
  'highest_peak',
  'image_width',
  'image_height',
  'milliseconds',
  'lot',
  'model',
  'inspection',
  'image_sha256',
  'path',
  'problem',
] as const

/**
 * All inspections of a report and the images that could not be judged, one a line: RFC 4180, CRLF, a header, times
 * in UTC (ISO 8601), `verdict` the last word after reviews, a point as decimal sign. Texts that a spreadsheet would run as a formula are disarmed.
 *
 * It begins with a byte order mark: spreadsheets take a file without one for the machine's old code page and garble
 * every name that is not English, and this file is for them. Programs have `inspect --out` and `--json`.
 */
export function renderCsv(data: ReportData): string {
  const scale = data.project.millimetresPerPixel
  const lines = data.inspections.map((inspection) => {
    const review = reviewOf(inspection)
    const largest = Math.max(0, ...inspection.regions.map((region) => region.areaPixels))
    const peak =
      inspection.regions.length === 0 ? null : Math.max(...inspection.regions.map((region) => region.peak))
    return csvLine([
      inspection.inspectedAt,
      inspection.fileName,
      finalVerdict(inspection),
      inspection.verdict,
      review?.defectType ?? null,
      review?.reason ?? null,
      review?.reviewer ?? null,
      review?.reviewedAt ?? null,
      inspection.score,
      inspection.normalisedScore,
      inspection.threshold,
      inspection.scores?.latent ?? null,
      inspection.scores?.map ?? null,
      inspection.scores?.combined ?? null,
      inspection.regions.length,
      largest,
      scale === null ? null : Number((largest * scale ** 2).toPrecision(6)),
      peak,
      inspection.width,
      inspection.height,
      inspection.milliseconds,
      inspection.lot,
      inspection.modelId,
      inspection.id,
      inspection.imageSha256 ?? null,
      inspection.sourcePath ?? null,
      null,
    ])
  })
  const failures = data.failures.map(({ fileName, reason }) =>
    csvLine(
      columns.map((column) =>
        column === 'file' ? fileName : column === 'verdict' ? 'error' : column === 'problem' ? reason : null,
      ),
    ),
  )
  return `\uFEFF${[csvLine(columns), ...lines, ...failures].join('')}`
}
