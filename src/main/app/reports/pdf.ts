import pdfMake from 'pdfmake'
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js'
import { fontFamily, fontFiles } from '../charts/index.ts'
import { colours, failuresSection, otherParts, section, styles } from './pdf-blocks.ts'
import { partBlock } from './pdf-part.ts'
import { evaluationSection, histogramSection, opening, thresholdSection } from './pdf-summary.ts'
import { fetchPicture } from './pictures.ts'
import type { ReportData } from './types.ts'
import { clock, partsByScore, partsStatement, scopeText, timeZoneName } from './words.ts'

export interface PdfOptions {
  /** Parts shown with pictures, highest score first; the rest is listed. Default 100. */
  readonly maximumPictures?: number
  readonly pageSize?: 'A4' | 'LETTER'
}

/** Side of an embedded picture in pixels: two across a page at about 200 dots an inch. */
const pictureSide = 720

const allowedFiles = new Set<string>(Object.values(fontFiles))
pdfMake.setFonts({
  [fontFamily]: {
    normal: fontFiles.regular,
    bold: fontFiles.medium,
    italics: fontFiles.italic,
    bolditalics: fontFiles.mediumItalic,
  },
})
// Names of projects and files come from outside and must not make the renderer read or fetch anything.
pdfMake.setUrlAccessPolicy(() => false)
pdfMake.setLocalAccessPolicy((file) => allowedFiles.has(file))

/** Renders the report as PDF, A4 by default, with its own fonts; no network, no files but those. */
export async function renderPdf(data: ReportData, options: PdfOptions = {}): Promise<Buffer> {
  return pdfMake.createPdf(await documentOf(data, options)).getBuffer()
}

async function documentOf(data: ReportData, options: PdfOptions): Promise<TDocumentDefinitions> {
  const time = clock(data)
  const title = `${data.project.name}: inspection report`
  return {
    pageSize: options.pageSize ?? 'A4',
    pageMargins: [44, 64, 44, 56],
    info: {
      title,
      subject: scopeText(data),
      creator: data.application,
      producer: data.application,
      creationDate: new Date(data.generatedAt),
    },
    displayTitle: true,
    language: 'en',
    defaultStyle: { font: fontFamily, fontSize: 9, color: colours.ink, lineHeight: 1.15 },
    styles,
    header: () => ({
      margin: [44, 26, 44, 0],
      columns: [
        { text: data.project.name, style: 'running', noWrap: true },
        { text: scopeText(data), style: 'running', alignment: 'right' },
      ],
    }),
    footer: (page, pages) => ({
      margin: [44, 18, 44, 0],
      columns: [
        {
          text: `${data.application}, ${time(data.generatedAt)} (${timeZoneName(data)})`,
          style: 'running',
        },
        { text: `Page ${page} of ${pages}`, style: 'running', alignment: 'right', width: 90 },
      ],
    }),
    content: [
      opening(data),
      histogramSection(data),
      thresholdSection(data),
      evaluationSection(data),
      ...(await partsSection(data, options.maximumPictures ?? 100)),
      ...failuresSection(data),
    ],
  }
}

/** NG parts with pictures up to the limit, one block each that no page break cuts; then the list of the others. */
async function partsSection(data: ReportData, limit: number): Promise<Content[]> {
  const parts = partsByScore(data)
  if (parts.length === 0) return [section('NG parts'), { text: 'No part was judged NG.', style: 'note' }]
  const shown = parts.slice(0, limit)
  const head: Content[] = [
    section('NG parts'),
    { text: partsStatement(data, limit), style: 'note', margin: [0, 0, 0, 8] },
  ]
  const blocks: Content[] = []
  for (const [index, part] of shown.entries()) {
    const [image, heatmap] = await Promise.all([
      fetchPicture(part.image, pictureSide),
      fetchPicture(part.heatmap, pictureSide),
    ])
    const block = partBlock(data, part, index + 1, image, heatmap)
    // The heading stays with the first part.
    blocks.push(index === 0 ? { unbreakable: true, stack: [...head, block] } : block)
  }
  return [...(shown.length === 0 ? head : blocks), ...otherParts(data, parts.slice(limit), limit)]
}
