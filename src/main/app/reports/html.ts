import { figure } from '../charts/index.ts'
import { otherParts, partArticle } from './html-part.ts'
import { sheet } from './html-style.ts'
import { escapeHtml, table } from './html-table.ts'
import { fetchPicture } from './pictures.ts'
import type { ReportData } from './types.ts'
import {
  clock,
  counted,
  evaluationFigures,
  histogramOf,
  partsByScore,
  partsStatement,
  percent,
  reviewStatement,
  scopeText,
  summarise,
  thresholdMode,
  timeZoneName,
} from './words.ts'

export interface HtmlOptions {
  /** Parts shown with pictures, highest score first; the rest is listed. Default 300. */
  readonly maximumPictures?: number
}

const pictureSide = 800

/**
 * Renders the report as one HTML file: pictures and charts inline, no script, nothing fetched (a content security
 * policy says so to the browser), light and dark, printable with page numbers.
 */
export async function renderHtml(data: ReportData, options: HtmlOptions = {}): Promise<string> {
  const time = clock(data)
  const limit = options.maximumPictures ?? 300
  const parts = partsByScore(data)
  const shown: string[] = []
  for (const [index, part] of parts.slice(0, limit).entries()) {
    const [image, heatmap] = await Promise.all([
      fetchPicture(part.image, pictureSide),
      fetchPicture(part.heatmap, pictureSide),
    ])
    shown.push(partArticle(data, part, index + 1, image, heatmap))
  }
  const title = escapeHtml(`${data.project.name}: inspection report`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${sheet}</style>
</head>
<body>
<header>
<p class="quiet">Inspection report</p>
<h1>${escapeHtml(data.project.name)}</h1>
<p class="quiet scope">${escapeHtml(scopeText(data))}</p>
${data.project.description === '' ? '' : `<p>${escapeHtml(data.project.description)}</p>`}
</header>
<main>
${tiles(data)}
${histogram(data)}
${modelTables(data)}
${evaluation(data)}
<section class="parts">
<h2>NG parts</h2>
<p class="quiet">${escapeHtml(partsStatement(data, limit))}</p>
${shown.join('\n')}
${otherParts(data, parts.slice(limit), limit)}
</section>
${failures(data)}
</main>
<footer class="quiet">${escapeHtml(`${data.application}, ${time(data.generatedAt)} (${timeZoneName(data)})`)}</footer>
</body>
</html>
`
}

function tiles(data: ReportData): string {
  const { inspected, ok, ng, failed, yield: share } = summarise(data)
  const reviews = reviewStatement(data)
  const tile = (name: string, value: string, note = '', kind = ''): string =>
    `<div class="tile ${kind}"><dt>${name}</dt><dd>${value}</dd><span>${note}</span></div>`
  return `<dl class="tiles">
${tile('Inspected', inspected.toLocaleString('en'))}
${tile('OK', ok.toLocaleString('en'), '', 'ok')}
${tile('NG', ng.toLocaleString('en'), inspected === 0 ? '' : percent(ng / inspected), 'ng')}
${failed === 0 ? '' : tile('Not judged', failed.toLocaleString('en'), 'see last section')}
${tile('Yield', percent(share.value), inspected === 0 ? '' : `95 %: ${percent(share.low)} to ${percent(share.high)}`)}
</dl>${reviews === '' ? '' : `<p class="quiet">${escapeHtml(reviews)}</p>`}`
}

/** Both themes are drawn; the style sheet shows the one that fits. */
function histogram(data: ReportData): string {
  if (data.inspections.length === 0) return '<p class="quiet">There are no inspections in this scope.</p>'
  const drawings = (['light', 'dark'] as const).map((theme) => {
    // Inside HTML an SVG needs no namespace declarations; without them the file holds no address at all.
    const svg = histogramOf(data, { theme, width: 900, height: 320 }).replace(/ xmlns(:\w+)?="[^"]*"/g, '')
    return `<div class="${theme}" role="img" aria-label="Histogram of anomaly scores">${svg}</div>`
  })
  return `<section><h2>Scores</h2><figure>${drawings.join('')}</figure></section>`
}

function modelTables(data: ReportData): string {
  const time = clock(data)
  const several = data.models.length > 1
  const models =
    data.models.length === 0
      ? ''
      : `<section><h2>${data.models.length === 1 ? 'Model' : 'Models'}</h2>${table(
          [
            { name: 'Model', long: true },
            { name: 'Family' },
            { name: 'Trained' },
            { name: 'Good images', right: true },
            { name: 'Epochs', right: true },
            { name: 'Input', right: true },
            { name: 'Inspections', right: true },
          ],
          data.models.map((model) => [
            model.id,
            model.family,
            model.trainedAt === null ? '–' : time(model.trainedAt),
            model.trainingImages?.toLocaleString('en') ?? '–',
            model.epochs?.toString() ?? '–',
            model.inputSize === null ? '–' : `${model.inputSize} px`,
            model.inspections.toLocaleString('en'),
          ]),
        )}</section>`
  const thresholds =
    data.thresholds.length === 0
      ? ''
      : `<section><h2>${data.thresholds.length === 1 ? 'Threshold' : 'Thresholds'}</h2>${table(
          [
            ...(several ? [{ name: 'Model', long: true }] : []),
            { name: 'NG from score', right: several },
            { name: '95 % interval', right: true },
            { name: 'How it was found' },
            { name: 'Inspections', right: true },
          ],
          data.thresholds.map((threshold) => [
            ...(several ? [threshold.modelId] : []),
            figure(threshold.value),
            `${figure(threshold.low)} to ${figure(threshold.high)}`,
            thresholdMode(threshold),
            threshold.inspections.toLocaleString('en'),
          ]),
        )}</section>`
  return models + thresholds
}

function evaluation(data: ReportData): string {
  const measured = data.evaluation
  if (measured === null) return ''
  const optional = (value: number | null): string => (value === null ? '–' : value.toFixed(3))
  const figures = evaluationFigures(data)
    .map(({ name, value }) => `<div><dt>${escapeHtml(name)}</dt><dd>${value}</dd></div>`)
    .join('')
  const types =
    measured.perType.length === 0
      ? ''
      : table(
          [
            { name: 'Type of defect' },
            { name: 'Images', right: true },
            { name: 'Image AUROC', right: true },
            { name: 'Pixel AUROC', right: true },
            { name: 'AUPRO', right: true },
          ],
          measured.perType.map((type) => [
            type.type,
            type.count.toLocaleString('en'),
            optional(type.imageAuroc),
            optional(type.pixelAuroc),
            optional(type.aupro),
          ]),
        )
  return `<section><h2>Evaluation of the model</h2>
<p class="quiet">On ${counted(measured.good, 'good image')} and ${counted(measured.defects, 'labelled defect')}, ${escapeHtml(clock(data)(measured.measuredAt))}.</p>
<dl class="figures">${figures}</dl>${types}</section>`
}

function failures(data: ReportData): string {
  if (data.failures.length === 0) return ''
  return `<section class="parts"><h2>Images that could not be judged</h2>${table(
    [
      { name: 'File', long: true },
      { name: 'Reason', long: true },
    ],
    data.failures.map(({ fileName, reason }) => [fileName, reason]),
  )}</section>`
}
