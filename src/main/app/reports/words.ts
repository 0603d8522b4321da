/** The figures and texts that the PDF and the HTML report share. */
import { proportion } from '../../evaluation/index.ts'
import type { Proportion } from '../../evaluation/index.ts'
import { figure, scoreHistogram } from '../charts/index.ts'
import type { ChartLook } from '../charts/index.ts'
import type { ReportData, ReportInspection, ReportPart, ReportRegion, ReportThreshold } from './types.ts'

export interface Summary {
  readonly inspected: number
  /** After reviews. */
  readonly ok: number
  readonly ng: number
  /** As the model judged. */
  readonly modelOk: number
  readonly modelNg: number
  readonly reviewed: number
  /** How many a person contradicts. */
  readonly overridden: number
  readonly failed: number
  /** Share of ok among the judged, after reviews, with its 95 % interval. */
  readonly yield: Proportion
}

export function summarise(data: ReportData): Summary {
  const count = (of: (inspection: ReportInspection) => boolean): number => data.inspections.filter(of).length
  const inspected = data.inspections.length
  const ok = count((one) => finalVerdict(one) === 'ok')
  const modelOk = count((one) => one.verdict === 'ok')
  return {
    inspected,
    ok,
    ng: inspected - ok,
    modelOk,
    modelNg: inspected - modelOk,
    reviewed: count((one) => reviewOf(one) !== null),
    overridden: count((one) => finalVerdict(one) !== one.verdict),
    failed: data.failures.length,
    yield: proportion(ok, inspected),
  }
}

/** The review that stands, if there is one. */
export function reviewOf({ review }: ReportInspection) {
  return review ?? null
}

/** The review's verdict, else the model's. */
export function finalVerdict(inspection: ReportInspection): 'ok' | 'ng' {
  return reviewOf(inspection)?.verdict ?? inspection.verdict
}

/** What the counts mean and how the model alone judged; empty where nobody reviewed anything. */
export function reviewStatement(data: ReportData): string {
  const { reviewed, overridden, modelOk, modelNg, inspected } = summarise(data)
  if (reviewed === 0) return ''
  const share = percent(inspected === 0 ? Number.NaN : modelOk / inspected)
  return (
    `Counted after reviews: ${counted(reviewed, 'inspection')} reviewed, ${overridden.toLocaleString('en')} overridden. ` +
    `The model alone judged ${modelOk.toLocaleString('en')} OK and ${modelNg.toLocaleString('en')} NG (yield ${share}).`
  )
}

/** What a person said of a part, beside the model's verdict; empty if nobody did. */
export function reviewWords(data: ReportData, inspection: ReportInspection): string {
  const review = reviewOf(inspection)
  if (review === null) return ''
  const said =
    review.verdict === inspection.verdict
      ? `Model ${inspection.verdict.toUpperCase()}, confirmed`
      : `Model ${inspection.verdict.toUpperCase()}, overridden to ${review.verdict.toUpperCase()}`
  const type = review.defectType === null ? '' : ` as ${review.defectType}`
  const reason = review.reason === '' ? '' : `: ${review.reason}`
  return `${said}${type} by ${review.reviewer}, ${clock(data)(review.reviewedAt)}${reason}`
}

/** What stands in a list of parts beside a file's name. */
export function verdictWords(inspection: ReportInspection): string {
  const last = finalVerdict(inspection)
  return last === inspection.verdict
    ? last.toUpperCase()
    : `${last.toUpperCase()} (model ${inspection.verdict.toUpperCase()})`
}

/** What the section of NG parts begins with. */
export function partsStatement(data: ReportData, limit: number): string {
  const count = data.parts.length
  if (count === 0) return 'No part was judged NG.'
  const overridden = data.parts.some(({ inspection }) => finalVerdict(inspection) !== inspection.verdict)
  const whose = overridden ? ' All that the model or a reviewer judged NG are listed.' : ''
  if (count <= limit)
    return `Highest score first. Left the image, right the image with its heatmap and defect regions.${whose}`
  return (
    `${counted(count, 'part')} were judged NG. Pictures of the ${limit} with the highest scores are shown; ` +
    `the other ${count - limit} are listed after them without pictures.${whose}`
  )
}

/** Parts judged ng, the highest normalised score first: what matters most is read first. */
export function partsByScore(data: ReportData): ReportPart[] {
  return [...data.parts].sort(
    (a, b) =>
      b.inspection.normalisedScore - a.inspection.normalisedScore ||
      a.inspection.inspectedAt.localeCompare(b.inspection.inspectedAt),
  )
}

/** `98.4 %`, with as many decimals as the sample can carry; `–` of nothing. */
export function percent(value: number, decimals = 1): string {
  return Number.isFinite(value) ? `${(value * 100).toFixed(decimals)} %` : '–'
}

/** `1 image`, `3 images`. */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`
}

/** A formatter of ISO 8601 moments as `2026-03-01 14:30:05` in the report's time zone. */
export function clock(data: ReportData): (moment: string) => string {
  // Swedish usage is the ISO order, without a T.
  const format = new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'medium',
    ...(data.timeZone === undefined ? {} : { timeZone: data.timeZone }),
  })
  return (moment) => {
    const date = new Date(moment)
    return Number.isNaN(date.getTime()) ? moment : format.format(date)
  }
}

export function timeZoneName(data: ReportData): string {
  return data.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** `Lot 2026-03-A`, `2026-03-01 … to …`, or `All inspections`. */
export function scopeText(data: ReportData): string {
  const time = clock(data)
  const { lot, since, until } = data.scope
  const span =
    since !== undefined && until !== undefined
      ? `${time(since)} to ${time(until)}`
      : since !== undefined
        ? `from ${time(since)}`
        : until !== undefined
          ? `until ${time(until)}`
          : undefined
  if (lot !== undefined) return span === undefined ? `Lot ${lot}` : `Lot ${lot}, ${span}`
  return span === undefined ? 'All inspections' : span.charAt(0).toUpperCase() + span.slice(1)
}

/** A time taken, as precisely as it matters. */
export function duration(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds).toLocaleString('en')} ms`
}

/** How a threshold was found, in words. */
export function thresholdMode({ mode, falseAlarmRate }: ReportThreshold): string {
  if (mode === 'manual') return 'set by hand'
  if (mode === 'f1') return 'best F1 on labelled defects'
  return `false-alarm rate ${figure(falseAlarmRate * 100)} % on good parts`
}

/** `1,234 px` or, with a scale, `12.3 mm² (1,234 px)`. */
export function area(region: ReportRegion, millimetresPerPixel: number | null): string {
  const pixels = `${Math.round(region.areaPixels).toLocaleString('en')} px`
  if (millimetresPerPixel === null) return pixels
  return `${figure(region.areaPixels * millimetresPerPixel ** 2)} mm² (${pixels})`
}

/** Largest regions first in their list; the rest is summed up in words. */
export const regionsShown = 8

export function moreRegions(regions: readonly ReportRegion[]): string {
  const rest = regions.length - regionsShown
  return rest > 0 ? `and ${counted(rest, 'more region')} with lower peaks` : ''
}

/**
 * Histogram of the scope's scores. Raw scores of different models or against different thresholds cannot share an
 * axis, so normalised scores (threshold 0.5) are drawn as soon as there are two.
 */
export function histogramOf(data: ReportData, look?: ChartLook): string {
  const single =
    data.models.length <= 1 && new Set(data.inspections.map(({ threshold }) => threshold)).size <= 1
  const scores = (verdict: 'ok' | 'ng'): number[] =>
    data.inspections
      .filter((inspection) => inspection.verdict === verdict)
      .map(({ score, normalisedScore }) => (single ? score : normalisedScore))
  return scoreHistogram(
    {
      groups: [
        { name: 'OK', good: true, scores: scores('ok') },
        { name: 'NG', good: false, scores: scores('ng') },
      ],
      threshold: single ? (data.inspections[0]?.threshold ?? null) : 0.5,
      scoreName: single ? 'anomaly score' : 'normalised anomaly score',
    },
    look,
  )
}

/** The evaluation's figures by name; those that could not be measured are left out. */
export function evaluationFigures(data: ReportData): { readonly name: string; readonly value: string }[] {
  const { evaluation } = data
  if (evaluation === null) return []
  const all: [string, number | null][] = [
    ['Image AUROC', evaluation.imageAuroc],
    ['Average precision', evaluation.auprc],
    ['Best F1', evaluation.f1],
    ['F1 at the threshold', evaluation.f1AtThreshold],
    ['Pixel AUROC', evaluation.pixelAuroc],
    ['AUPRO (fpr ≤ 0.3)', evaluation.aupro],
  ]
  return all.flatMap(([name, value]) => (value === null ? [] : [{ name, value: value.toFixed(3) }]))
}
