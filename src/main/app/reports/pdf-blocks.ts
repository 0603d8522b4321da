/** Building blocks of the PDF: colours, styles, section headings, tables. */
import type {
  Content,
  ContentTable,
  CustomTableLayout,
  StyleDictionary,
  TableCell,
} from 'pdfmake/interfaces.js'
import type { ReportData, ReportPart } from './types.ts'
import { clock, counted, verdictWords } from './words.ts'
import { figure } from '../charts/index.ts'

export const colours = {
  ink: '#1c2730',
  quiet: '#5b6874',
  line: '#d5dce2',
  faint: '#f3f6f8',
  ok: '#2b6a8f',
  ng: '#b34700',
} as const

export const styles: StyleDictionary = {
  running: { fontSize: 7.5, color: colours.quiet },
  title: { fontSize: 20, bold: true },
  scope: { fontSize: 11, color: colours.quiet },
  section: { fontSize: 12.5, bold: true, margin: [0, 18, 0, 6] },
  note: { color: colours.quiet },
  head: { fontSize: 7.5, color: colours.quiet, bold: true },
  figure: { fontSize: 17, bold: true },
}

/** A section's heading; it never stays alone at the foot of a page. */
export function section(text: string): Content {
  return { text, style: 'section', headlineLevel: 1 }
}

/** Thin lines under rows, nothing else. */
export const ruled: CustomTableLayout = {
  hLineWidth: (row, node) => (row === 0 || row === node.table.body.length ? 0 : 0.5),
  vLineWidth: () => 0,
  hLineColor: () => colours.line,
  paddingLeft: (column) => (column === 0 ? 0 : 6),
  paddingRight: (column, node) => (column === (node.table.widths?.length ?? 0) - 1 ? 0 : 6),
  paddingTop: () => 2.5,
  paddingBottom: () => 2,
}

export interface Column {
  readonly name: string
  readonly width: number | string
  readonly right?: boolean
}

/** A table with a head that repeats on each page; rows are never cut in two. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): ContentTable {
  const aligned = (index: number) => (columns[index]?.right === true ? ('right' as const) : ('left' as const))
  const head: TableCell[] = columns.map(({ name }, index) => ({
    text: name,
    style: 'head',
    alignment: aligned(index),
  }))
  const body: TableCell[][] = rows.map((row) =>
    row.map((text, index) => ({ text: breakable(text), alignment: aligned(index) })),
  )
  return {
    table: {
      headerRows: 1,
      dontBreakRows: true,
      widths: columns.map(({ width }) => width),
      body: [head, ...body],
    },
    layout: ruled,
  }
}

/** Lets long names without spaces break after separators; the zero-width space does not print. */
export function breakable(text: string): string {
  return text.replace(/([/\\_\-.])(?=\S{6})/g, '$1\u200b').replace(/(\S{40})(?=\S)/g, '$1\u200b')
}

/** Rows that a list in the PDF may have: more are for the CSV. */
const listLimit = 2000

/** The NG parts that have no pictures in this report. */
export function otherParts(data: ReportData, parts: readonly ReportPart[], before: number): Content[] {
  if (parts.length === 0) return []
  const time = clock(data)
  const listed = parts.slice(0, listLimit)
  return [
    { text: 'Further NG parts', style: 'section' },
    ...(parts.length > listed.length
      ? [
          {
            text: `The first ${counted(listed.length, 'part')} of ${parts.length.toLocaleString('en')}; the CSV report has all.`,
            style: 'note',
            margin: [0, 0, 0, 6] as [number, number, number, number],
          },
        ]
      : []),
    table(
      [
        { name: 'No.', width: 26, right: true },
        { name: 'File', width: '*' },
        { name: 'Time', width: 96 },
        { name: 'Verdict', width: 74 },
        { name: 'Score', width: 52, right: true },
        { name: 'Threshold', width: 52, right: true },
        { name: 'Regions', width: 40, right: true },
      ],
      listed.map(({ inspection }, index) => [
        String(before + index + 1),
        inspection.fileName,
        time(inspection.inspectedAt),
        verdictWords(inspection),
        figure(inspection.score),
        figure(inspection.threshold),
        String(inspection.regions.length),
      ]),
    ),
  ]
}

/** Images that could not be judged, with the reason. */
export function failuresSection(data: ReportData): Content[] {
  if (data.failures.length === 0) return []
  const listed = data.failures.slice(0, listLimit)
  return [
    section('Images that could not be judged'),
    table(
      [
        { name: 'File', width: 180 },
        { name: 'Reason', width: '*' },
      ],
      listed.map(({ fileName, reason }) => [fileName, reason]),
    ),
    ...(data.failures.length > listed.length
      ? [
          {
            text: `and ${counted(data.failures.length - listed.length, 'more image')}; the CSV report has all.`,
            style: 'note',
          },
        ]
      : []),
  ]
}
