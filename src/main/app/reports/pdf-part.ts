import type { Content, TableCell } from 'pdfmake/interfaces.js'
import { figure } from '../charts/index.ts'
import { breakable, colours, table } from './pdf-blocks.ts'
import { dataAddress } from './pictures.ts'
import type { Picture } from './pictures.ts'
import type { ReportData, ReportPart } from './types.ts'
import { area, clock, duration, moreRegions, regionsShown } from './words.ts'

/** Room of one picture in points. */
const room = { width: 246, height: 136 }

/** An NG part: what it is, its image beside its heatmap, its regions. Kept on one page. */
export function partBlock(
  data: ReportData,
  part: ReportPart,
  number: number,
  image: Picture | null,
  heatmap: Picture | null,
): Content {
  const { inspection } = part
  const { regions } = inspection
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
              { text: 'NG', bold: true, color: colours.ng },
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
        margin: [0, 1, 0, 6],
      },
      {
        columns: [
          { width: room.width, stack: [picture(image, 'Image not kept.')] },
          { width: room.width, stack: [picture(heatmap, 'Heatmap not kept.')] },
        ],
        columnGap: 15,
      },
      regionsOf(data, part),
      ...(regions.length > regionsShown
        ? [
            {
              text: moreRegions(regions),
              style: 'note',
              fontSize: 8,
              margin: [0, 3, 0, 0] as [number, number, number, number],
            },
          ]
        : []),
    ],
  }
}

function picture(found: Picture | null, absence: string): Content {
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

function regionsOf(data: ReportData, { inspection }: ReportPart): Content {
  const { regions } = inspection
  if (regions.length === 0)
    return {
      text: 'No single defect region: the part as a whole differs.',
      style: 'note',
      margin: [0, 6, 0, 0],
    }
  const rows = regions
    .slice(0, regionsShown)
    .map((region, index) => [
      String(index + 1),
      `${Math.round(region.box.x)}, ${Math.round(region.box.y)}`,
      `${Math.round(region.box.width)} × ${Math.round(region.box.height)} px`,
      area(region, data.project.millimetresPerPixel),
      region.peak.toFixed(2),
    ])
  const columns = [
    { name: 'Region', width: 36 },
    { name: 'Position (x, y)', width: '*', right: true },
    { name: 'Size (w × h)', width: '*', right: true },
    { name: 'Area', width: '*', right: true },
    { name: 'Peak (threshold 0.5)', width: '*', right: true },
  ]
  return { stack: [table(columns, rows)], margin: [0, 4, 0, 0], fontSize: 8 }
}
