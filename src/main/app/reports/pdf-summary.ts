import type { Content, TableCell } from 'pdfmake/interfaces.js'
import { figure } from '../charts/index.ts'
import { colours, section, table } from './pdf-blocks.ts'
import type { ReportData } from './types.ts'
import {
  clock,
  counted,
  evaluationFigures,
  histogramOf,
  percent,
  scopeText,
  reviewStatement,
  summarise,
  thresholdMode,
} from './words.ts'

/** Title, what the report is about, and the counts. */
export function opening(data: ReportData): Content {
  const summary = summarise(data)
  const reviews = reviewStatement(data)
  const ngShare = summary.inspected === 0 ? Number.NaN : summary.ng / summary.inspected
  const tiles = [
    tile('Inspected', summary.inspected.toLocaleString('en'), ''),
    tile('OK', summary.ok.toLocaleString('en'), '', colours.ok),
    tile('NG', summary.ng.toLocaleString('en'), percent(ngShare), colours.ng),
    ...(summary.failed === 0
      ? []
      : [tile('Not judged', summary.failed.toLocaleString('en'), 'see last section')]),
    tile(
      'Yield',
      percent(summary.yield.value),
      summary.inspected === 0 ? '' : `95 %: ${percent(summary.yield.low)} to ${percent(summary.yield.high)}`,
    ),
  ]
  return {
    stack: [
      { text: 'Inspection report', style: 'scope' },
      { text: data.project.name, style: 'title' },
      { text: scopeText(data), style: 'scope', margin: [0, 2, 0, 0] },
      ...(data.project.description === ''
        ? []
        : [{ text: data.project.description, margin: [0, 6, 0, 0] as [number, number, number, number] }]),
      {
        margin: [0, 14, 0, 0],
        table: { widths: tiles.map((_, index) => (index === tiles.length - 1 ? 148 : '*')), body: [tiles] },
        layout: {
          hLineWidth: () => 0,
          vLineWidth: (line, node) => (line === 0 || line === node.table.body[0]?.length ? 0 : 4),
          vLineColor: () => '#ffffff',
          paddingLeft: () => 10,
          paddingRight: () => 6,
          paddingTop: () => 8,
          paddingBottom: () => 8,
          fillColor: () => colours.faint,
        },
      },
      ...(reviews === ''
        ? []
        : [{ text: reviews, style: 'note', margin: [0, 6, 0, 0] as [number, number, number, number] }]),
    ],
  }
}

function tile(name: string, value: string, note: string, colour: string = colours.ink): TableCell {
  return {
    stack: [
      { text: name, style: 'head' },
      { text: value, style: 'figure', color: colour, margin: [0, 2, 0, 0] },
      { text: note === '' ? ' ' : note, style: 'note', fontSize: 7.5 },
    ],
  }
}

/** Histogram of the scores, as vectors. */
export function histogramSection(data: ReportData): Content {
  if (data.inspections.length === 0)
    return { text: 'There are no inspections in this scope.', style: 'note', margin: [0, 18, 0, 0] }
  return {
    unbreakable: true,
    stack: [section('Scores'), { svg: histogramOf(data, { width: 760, height: 290 }), width: 507 }],
  }
}

/** Models and thresholds that judged. */
export function thresholdSection(data: ReportData): Content {
  const time = clock(data)
  const models = data.models.map((model) => [
    model.id,
    model.family,
    model.trainedAt === null ? '–' : time(model.trainedAt),
    model.trainingImages === null ? '–' : model.trainingImages.toLocaleString('en'),
    model.epochs === null ? '–' : String(model.epochs),
    model.inputSize === null ? '–' : `${model.inputSize} px`,
    model.inspections.toLocaleString('en'),
  ])
  const thresholds = data.thresholds.map((threshold) => [
    ...(data.models.length > 1 ? [threshold.modelId] : []),
    figure(threshold.value),
    `${figure(threshold.low)} to ${figure(threshold.high)}`,
    thresholdMode(threshold),
    threshold.inspections.toLocaleString('en'),
  ])
  const blocks: Content[] = []
  if (models.length > 0)
    blocks.push(
      section(models.length === 1 ? 'Model' : 'Models'),
      table(
        [
          { name: 'Model', width: '*' },
          { name: 'Family', width: 70 },
          { name: 'Trained', width: 96 },
          { name: 'Good images', width: 56, right: true },
          { name: 'Epochs', width: 38, right: true },
          { name: 'Input', width: 40, right: true },
          { name: 'Inspections', width: 54, right: true },
        ],
        models,
      ),
    )
  if (thresholds.length > 0)
    blocks.push(
      section(thresholds.length === 1 ? 'Threshold' : 'Thresholds'),
      table(
        [
          ...(data.models.length > 1 ? [{ name: 'Model', width: '*' }] : []),
          { name: 'NG from score', width: 66, right: data.models.length > 1 },
          { name: '95 % interval', width: 110, right: true },
          { name: 'How it was found', width: '*' },
          { name: 'Inspections', width: 54, right: true },
        ],
        thresholds,
      ),
    )
  return { stack: blocks }
}

/** Figures of the model's evaluation, if there is one. */
export function evaluationSection(data: ReportData): Content {
  const { evaluation } = data
  if (evaluation === null) return ''
  const optional = (value: number | null): string => (value === null ? '–' : value.toFixed(3))
  const figures = evaluationFigures(data)
  return {
    unbreakable: true,
    stack: [
      section('Evaluation of the model'),
      {
        text: `On ${counted(evaluation.good, 'good image')} and ${counted(evaluation.defects, 'labelled defect')}, ${clock(data)(evaluation.measuredAt)}.`,
        style: 'note',
        margin: [0, 0, 0, 6],
      },
      ...(figures.length === 0
        ? []
        : [
            {
              columns: figures.map(({ name, value }) => ({
                stack: [
                  { text: name, style: 'head' },
                  { text: value, fontSize: 12, bold: true },
                ],
              })),
              margin: [0, 0, 0, 8] as [number, number, number, number],
            },
          ]),
      ...(evaluation.perType.length === 0
        ? []
        : [
            table(
              [
                { name: 'Type of defect', width: '*' },
                { name: 'Images', width: 50, right: true },
                { name: 'Image AUROC', width: 80, right: true },
                { name: 'Pixel AUROC', width: 80, right: true },
                { name: 'AUPRO', width: 60, right: true },
              ],
              evaluation.perType.map((type) => [
                type.type,
                type.count.toLocaleString('en'),
                optional(type.imageAuroc),
                optional(type.pixelAuroc),
                optional(type.aupro),
              ]),
            ),
          ]),
    ],
  }
}
