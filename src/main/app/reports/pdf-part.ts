import type { Column, Content, TableCell } from 'pdfmake/interfaces.js'
import { figure } from '../charts/index.ts'
import { breakable, colours, table } from './pdf-blocks.ts'
import { dataAddress } from './pictures.ts'
import type { Picture } from './pictures.ts'
import type { ReportData, ReportPart } from './types.ts'
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

/** Room of one picture in points. */
interface Room {
  readonly width: number
  readonly height: number
}
const wideRoom: Room = { width: 246, height: 136 }
/** Tall parts: the regions stand beside the pictures instead of under them. */
const tallRoom: Room = { width: 150, height: 186 }
const gap = 15

/** An NG part: what it is, its image beside its heatmap, its regions. Kept on one page. */
export function partBlock(
  data: ReportData,
  part: ReportPart,
  number: number,
  image: Picture | null,
  heatmap: Picture | null,
): Content {
  const { inspection } = part
  const review = reviewWords(data, inspection)
  return {
    unbreakable: true,
    margin: [0, 0, 0, 10],
    stack: [
      {
        canvas: [{ type: 'line', x1: 0, y1: 0, x2: 507, y2: 0, lineWidth: 0.75, lineColor: colours.line }],
        margin: [0, 0, 0, 6],
      },
      {
        columns: [
          {
            width: '*',
            text: [
              { text: `${number}.  `, color: colours.quiet },
              { text: breakable(inspection.fileName), bold: true },
            ],
            fontSize: 10.5,
          },
          {
            width: 'auto',
            text: [
              {
                text: verdictWords(inspection),
                bold: true,
                color: colours[finalVerdict(inspection)],
              },
              `   score ${figure(inspection.score)}, threshold ${figure(inspection.threshold)}`,
            ],
          },
        ],
        columnGap: 12,
      },
      {
        text: [
          clock(data)(inspection.inspectedAt),
          `${inspection.width} × ${inspection.height} px`,
          duration(inspection.milliseconds),
          ...(inspection.lot === null ? [] : [`lot ${inspection.lot}`]),
          inspection.id,
        ].join('   ·   '),
        style: 'note',
        fontSize: 7.5,
        margin: [0, 1, 0, review === '' ? 6 : 2],
      },
      ...(review === ''
        ? []
        : [
            {
              text: breakable(review),
              fontSize: 8.5,
              margin: [0, 0, 0, 6] as [number, number, number, number],
            },
          ]),
      ...(inspection.height > 1.15 * inspection.width
        ? tallBody(data, part, image, heatmap)
        : wideBody(data, part, image, heatmap)),
    ],
  }
}

function wideBody(
  data: ReportData,
  part: ReportPart,
  image: Picture | null,
  heatmap: Picture | null,
): Content[] {
  return [
    { columns: pictures(wideRoom, image, heatmap), columnGap: gap },
    { stack: regionsOf(data, part, false), margin: [0, 4, 0, 0] },
  ]
}

function tallBody(
  data: ReportData,
  part: ReportPart,
  image: Picture | null,
  heatmap: Picture | null,
): Content[] {
  const regions: Column = { width: '*', stack: regionsOf(data, part, true) }
  return [{ columns: [...pictures(tallRoom, image, heatmap), regions], columnGap: gap }]
}

function pictures(room: Room, image: Picture | null, heatmap: Picture | null): Column[] {
  return [
    { width: room.width, stack: [picture(room, image, 'Image not kept.')] },
    { width: room.width, stack: [picture(room, heatmap, 'Heatmap not kept.')] },
  ]
}

function picture(room: Room, found: Picture | null, absence: string): Content {
  if (found !== null) return { image: dataAddress(found), fit: [room.width, room.height] }
  const words: TableCell = {
    text: absence,
    style: 'note',
    alignment: 'center',
    margin: [0, 22, 0, 22],
    fillColor: colours.faint,
  }
  return { table: { widths: [room.width - 8], body: [[words]] }, layout: 'noBorders' }
}

/** The table of regions; `narrow` puts position and size in one cell. */
function regionsOf(data: ReportData, { inspection }: ReportPart, narrow: boolean): Content[] {
  const { regions } = inspection
  if (regions.length === 0)
    return [{ text: 'No single defect region: the part as a whole differs.', style: 'note' }]
  const rows = regions.slice(0, regionsShown).map((region, index) => {
    const position = `${Math.round(region.box.x)}, ${Math.round(region.box.y)}`
    const size = `${Math.round(region.box.width)} × ${Math.round(region.box.height)} px`
    return [
      String(index + 1),
      ...(narrow ? [`${position}\n${size}`] : [position, size]),
      area(region, data.project.millimetresPerPixel).replace(' (', narrow ? '\n(' : ' ('),
      region.peak.toFixed(2),
    ]
  })
  const columns = narrow
    ? [
        { name: '', width: 8 },
        { name: 'Position, size', width: '*', right: true },
        { name: 'Area', width: 'auto', right: true },
        { name: 'Peak', width: 24, right: true },
      ]
    : [
        { name: 'Region', width: 36 },
        { name: 'Position (x, y)', width: '*', right: true },
        { name: 'Size (w × h)', width: '*', right: true },
        { name: 'Area', width: '*', right: true },
        { name: 'Peak (threshold 0.5)', width: '*', right: true },
      ]
  const more = moreRegions(regions)
  return [
    { stack: [table(columns, rows)], fontSize: 8 },
    ...(more === ''
      ? []
      : [
          {
            text: more,
            style: 'note',
            fontSize: 8,
            margin: [0, 3, 0, 0] as [number, number, number, number],
          },
        ]),
  ]
}
