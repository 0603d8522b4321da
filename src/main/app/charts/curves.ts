import { fontFamily } from './fonts.ts'
import { axis, figure, frame, fullLook } from './look.ts'
import type { ChartLook, FullLook } from './look.ts'
import { renderSvg } from './render.ts'

/** Where the threshold in use lies on a curve. */
export interface OperatingPoint {
  readonly x: number
  readonly y: number
  readonly name: string
}

export interface RocData {
  readonly falsePositiveRate: ArrayLike<number>
  readonly truePositiveRate: ArrayLike<number>
  /** Area under the curve, for the caption; null if unknown. */
  readonly auroc: number | null
  /** False-alarm rate and recall of the threshold in use. */
  readonly operatingPoint?: OperatingPoint
}

export interface PrecisionRecallData {
  readonly precision: ArrayLike<number>
  readonly recall: ArrayLike<number>
  readonly averagePrecision: number | null
  /** Share of defects among all images: what guessing reaches. */
  readonly prevalence?: number
  /** Recall and precision of the threshold in use. */
  readonly operatingPoint?: OperatingPoint
}

type Point = readonly [number, number]

/** Pairs of a curve, without those that lie on a horizontal or vertical line between their neighbours. */
function corners(x: ArrayLike<number>, y: ArrayLike<number>): Point[] {
  const points: Point[] = []
  for (let i = 0; i < x.length; i++) {
    const point: Point = [x[i] ?? Number.NaN, y[i] ?? Number.NaN]
    if (!Number.isFinite(point[0]) || !Number.isFinite(point[1])) continue
    const [before, last] = [points.at(-2), points.at(-1)]
    const straight =
      before !== undefined &&
      last !== undefined &&
      ((before[0] === last[0] && last[0] === point[0]) || (before[1] === last[1] && last[1] === point[1]))
    if (straight) points.pop()
    points.push(point)
  }
  return points
}

/**
 * The first threshold that reaches each recall is the one that average precision counts; later ones at the same
 * recall only add false alarms and would hang under the steps like icicles. From recall 1 down, as given.
 */
function highestAtEachRecall({ recall, precision }: PrecisionRecallData): [number[], number[]] {
  const kept: [number[], number[]] = [[], []]
  for (let i = 0; i < recall.length; i++) {
    if (recall[i] === recall[i + 1]) continue
    kept[0].push(recall[i] ?? Number.NaN)
    kept[1].push(precision[i] ?? Number.NaN)
  }
  return kept
}

/** A square plot of shares against shares: the curve, what guessing gives, and the point in use. */
function unitPlot(
  full: FullLook,
  names: readonly [string, string],
  curve: readonly Point[],
  guess: readonly Point[],
  caption: string,
  operatingPoint: OperatingPoint | undefined,
  step: 'end' | 'start' | false,
): string {
  const { palette } = full
  const base = frame(full)
  const unit = { min: 0, max: 1, interval: 0.2 }
  return renderSvg(
    {
      ...base,
      title: [
        ...('title' in base ? [base.title] : []),
        {
          text: caption,
          right: 20,
          top: full.title === undefined ? 6 : 13,
          textStyle: { fontFamily, fontSize: 12, fontWeight: 400, color: palette.quiet },
        },
      ],
      grid: { ...base.grid, top: base.grid.top + (full.title === undefined ? 12 : 0) },
      xAxis: { ...axis(palette, names[0], 32), ...unit },
      yAxis: { ...axis(palette, names[1], 40), ...unit },
      series: [
        {
          type: 'line',
          data: guess.map((point) => [...point]),
          showSymbol: false,
          silent: true,
          lineStyle: { color: palette.quiet, width: 1, type: 'dashed' },
        },
        {
          type: 'line',
          data: curve.map((point) => [...point]),
          step,
          showSymbol: curve.length === 1,
          clip: false,
          lineStyle: { color: palette.good, width: 2.5 },
          itemStyle: { color: palette.good },
        },
        ...(operatingPoint === undefined
          ? []
          : [
              {
                type: 'scatter',
                data: [[operatingPoint.x, operatingPoint.y]],
                symbolSize: 12,
                clip: false,
                itemStyle: {
                  opacity: 1,
                  color: palette.series[0],
                  borderColor: palette.background,
                  borderWidth: 2,
                },
                label: {
                  show: true,
                  formatter: operatingPoint.name,
                  // Inside the plot, on the side with room.
                  position: operatingPoint.x > 0.55 ? 'left' : 'right',
                  offset: [0, operatingPoint.y > 0.5 ? 12 : -12],
                  color: palette.ink,
                  fontFamily,
                  fontSize: 11,
                },
              },
            ]),
      ],
    },
    full.width,
    full.height,
  )
}

/** ROC curve as SVG: recall against false-alarm rate. */
export function rocChart(data: RocData, look?: ChartLook): string {
  return unitPlot(
    fullLook(look, 440, 420),
    ['false-alarm rate (good parts called anomalous)', 'recall (defects found)'],
    corners(data.falsePositiveRate, data.truePositiveRate),
    [
      [0, 0],
      [1, 1],
    ],
    data.auroc === null ? '' : `AUROC ${figure(data.auroc)}`,
    data.operatingPoint,
    false,
  )
}

/** Precision-recall curve as SVG, in steps, as the average precision counts it. */
export function precisionRecallChart(data: PrecisionRecallData, look?: ChartLook): string {
  const level = data.prevalence ?? 0
  return unitPlot(
    fullLook(look, 440, 420),
    ['recall (defects found)', 'precision (alarms that are defects)'],
    corners(...highestAtEachRecall(data)),
    level > 0
      ? [
          [0, level],
          [1, level],
        ]
      : [],
    data.averagePrecision === null ? '' : `average precision ${figure(data.averagePrecision)}`,
    data.operatingPoint,
    // Points run from recall 1 down to 0; between two recalls the precision of the higher one counts.
    'end',
  )
}
