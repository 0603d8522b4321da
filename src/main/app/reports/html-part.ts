/** NG parts in the HTML report: with pictures, and as a list. */
import { figure } from '../charts/index.ts'
import { escapeHtml, table } from './html-table.ts'
import { dataAddress } from './pictures.ts'
import type { Picture } from './pictures.ts'
import type { ReportData, ReportPart, ReportRegion } from './types.ts'
import {
  area,
  clock,
  duration,
  finalVerdict,
  moreRegions,
  regionsShown,
  reviewWords,
  verdictWords,
} from './words.ts'

/** One part: facts, image beside heatmap, regions. */
export function partArticle(
  data: ReportData,
  { inspection }: ReportPart,
  number: number,
  image: Picture | null,
  heatmap: Picture | null,
): string {
  const facts = [
    clock(data)(inspection.inspectedAt),
    `${inspection.width} × ${inspection.height} px`,
    duration(inspection.milliseconds),
    ...(inspection.lot === null ? [] : [`lot ${inspection.lot}`]),
    inspection.id,
  ].map((fact) => `<span>${escapeHtml(fact)}</span>`)
  const review = reviewWords(data, inspection)
  return `<article>
<h3><span><span class="quiet">${number}.</span> ${escapeHtml(inspection.fileName)}</span> <span class="verdict ${finalVerdict(inspection)}"><b>${verdictWords(inspection)}</b> score ${figure(inspection.score)}, threshold ${figure(inspection.threshold)}</span></h3>
<p class="quiet facts">${facts.join('')}</p>
${review === '' ? '' : `<p class="review">${escapeHtml(review)}</p>`}
<div class="pictures">${pictureElement(image, `Image of ${inspection.fileName}`, 'Image not kept.')}${pictureElement(heatmap, `Heatmap of ${inspection.fileName}`, 'Heatmap not kept.')}</div>
${regions(data, inspection.regions)}
</article>`
}

function pictureElement(picture: Picture | null, name: string, absence: string): string {
  if (picture === null) return `<p class="absent quiet">${absence}</p>`
  return `<img src="${dataAddress(picture)}" width="${picture.width}" height="${picture.height}" alt="${escapeHtml(name)}" loading="lazy">`
}

function regions(data: ReportData, all: readonly ReportRegion[]): string {
  if (all.length === 0) return '<p class="quiet">No single defect region: the part as a whole differs.</p>'
  const rows = all
    .slice(0, regionsShown)
    .map((region, index) => [
      String(index + 1),
      `${Math.round(region.box.x)}, ${Math.round(region.box.y)}`,
      `${Math.round(region.box.width)} × ${Math.round(region.box.height)} px`,
      area(region, data.project.millimetresPerPixel),
      region.peak.toFixed(2),
    ])
  const rest = moreRegions(all)
  return (
    table(
      [
        { name: 'Region', right: true },
        { name: 'Position (x, y)', right: true },
        { name: 'Size (w × h)', right: true },
        { name: 'Area', right: true },
        { name: 'Peak (threshold 0.5)', right: true },
      ],
      rows,
    ) + (rest === '' ? '' : `<p class="quiet">${rest}</p>`)
  )
}

/** The parts beyond the limit, without pictures. */
export function otherParts(data: ReportData, parts: readonly ReportPart[], before: number): string {
  if (parts.length === 0) return ''
  const time = clock(data)
  return `<h3>Further NG parts</h3>${table(
    [
      { name: 'No.', right: true },
      { name: 'File', long: true },
      { name: 'Time' },
      { name: 'Verdict' },
      { name: 'Score', right: true },
      { name: 'Threshold', right: true },
      { name: 'Regions', right: true },
    ],
    parts.map(({ inspection }, index) => [
      String(before + index + 1),
      inspection.fileName,
      time(inspection.inspectedAt),
      verdictWords(inspection),
      figure(inspection.score),
      figure(inspection.threshold),
      String(inspection.regions.length),
    ]),
  )}`
}
