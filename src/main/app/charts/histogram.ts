import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts'
import { roundUp, sortIntoBins } from './bins.ts'
import { fontFamily } from './fonts.ts'
import { axis, figure, frame, fullLook } from './look.ts'
import type { ChartLook, Palette } from './look.ts'
import { renderSvg } from './render.ts'

/** Scores of one kind of part. */
export interface ScoreGroup {
  /** As the legend has it, e.g. `good`, `scratch`, `ng`. */
  readonly name: string
  /** Good parts (or ok verdicts) keep their colour whatever else there is. */
  readonly good: boolean
  readonly scores: readonly number[]
}

export interface ScoreHistogram {
  /** Stacked in this order from the axis up. */
  readonly groups: readonly ScoreGroup[]
  /** `score >= threshold` is anomalous; null where several thresholds judged. */
  readonly threshold: number | null
  /** Lower threshold of the two-threshold form. */
  readonly review?: number
  /** Name of the horizontal axis. Default `anomaly score`. */
  readonly scoreName?: string
}

/** One stacked bar: left, right, bottom, top in axis units. */
type Bar = readonly [number, number, number, number]

/** Draws a bar; one that holds anything is at least a pixel and a half tall, so that a single part shows. */
function drawBar(colour: string) {
  return (_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
    const [left = 0, top = 0] = api.coord([api.value(0), api.value(3)])
    const [right = 0, bottom = 0] = api.coord([api.value(1), api.value(2)])
    const height = Math.max(1.5, bottom - top)
    return {
      type: 'rect' as const,
      shape: { x: left + 0.5, y: bottom - height, width: Math.max(1, right - left - 1), height },
      style: { fill: colour },
    }
  }
}

/** A vertical line at `at` with its name above; `row` 1 stands over row 0, so that close neighbours do not collide. */
function markLine(palette: Palette, at: number, name: string, row: 0 | 1) {
  return {
    xAxis: at,
    lineStyle: {
      color: palette.threshold,
      width: 1.5,
      type: row === 1 ? ('dashed' as const) : ('solid' as const),
    },
    label: {
      formatter: `${name} ${figure(at)}`,
      position: 'end' as const,
      distance: 4 + 16 * row,
      color: palette.ink,
      fontFamily,
      fontSize: 11,
    },
  }
}

/** Histogram of anomaly scores, stacked by kind of part, with the threshold; as SVG. */
export function scoreHistogram(data: ScoreHistogram, look?: ChartLook): string {
  const full = fullLook(look, 760, 340)
  const { palette } = full
  const marks = [data.threshold, data.review].filter((mark) => mark !== null && mark !== undefined)
  const bins = sortIntoBins(
    data.groups.map((group) => group.scores),
    marks,
  )
  const heights = new Array<number>(bins.counts[0]?.length ?? 0).fill(0)
  let colours = 0
  const series = data.groups.map((group, index) => {
    const colour = group.good
      ? palette.good
      : (palette.series[colours++ % palette.series.length] ?? palette.quiet)
    const bars: Bar[] = []
    for (const [bin, count] of (bins.counts[index] ?? []).entries()) {
      if (count === 0) continue
      const bottom = heights[bin] ?? 0
      const left = bins.from + bin * bins.width
      bars.push([left, left + bins.width, bottom, bottom + count])
      heights[bin] = bottom + count
    }
    return {
      type: 'custom' as const,
      name: group.name,
      color: colour,
      itemStyle: { color: colour },
      encode: { x: [0, 1], y: [2, 3] },
      data: bars,
      renderItem: drawBar(colour),
      clip: true,
    }
  })
  const lines = [
    ...(data.review === undefined ? [] : [markLine(palette, data.review, 'review', 1)]),
    ...(data.threshold === null ? [] : [markLine(palette, data.threshold, 'threshold', 0)]),
  ]
  const tick = roundUp((bins.to - bins.from) / 8)
  const base = frame(
    full,
    data.groups.map((group) => group.name),
  )
  const note = bins.beyond === 0 ? '' : `   (last bar: includes ${bins.beyond} beyond ${figure(bins.to)})`
  return renderSvg(
    {
      ...base,
      grid: { ...base.grid, top: base.grid.top + 12 + (data.review === undefined ? 0 : 16) },
      xAxis: {
        ...axis(palette, `${data.scoreName ?? 'anomaly score'}${note}`, 32),
        min: Math.floor(bins.from / tick + 1e-9) * tick,
        max: Math.ceil(bins.to / tick - 1e-9) * tick,
        interval: tick,
        splitLine: { show: false },
        axisLabel: { ...axis(palette, '', 0).axisLabel, formatter: figure, hideOverlap: true },
      },
      yAxis: { ...axis(palette, 'images', 44), minInterval: 1, boundaryGap: [0, '6%'] },
      series: [
        ...series,
        {
          // Carries the threshold lines; without data of its own it needs no place in the legend.
          type: 'line' as const,
          data: [],
          silent: true,
          // ECharts rounds the place of a mark to two decimals unless told otherwise.
          markLine: { symbol: 'none', silent: true, animation: false, precision: 15, data: lines },
        },
      ],
    },
    full.width,
    full.height,
  )
}
