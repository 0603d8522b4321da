/** The curves of a training as ECharts options. Epochs are counted from 1, as people count. */
import type { EChartsCoreOption } from 'echarts/core'
import type { Epoch } from '../../../contract/index.ts'

interface Words {
  readonly epoch: string
  /** A series' name for people. */
  readonly name: (name: string) => string
  readonly number: (value: number) => string
}

const dashes = ['solid', 'dashed', 'dotted', [8, 3, 2, 3], [2, 2], [12, 4]] as const

function frame(words: Words, most: number): EChartsCoreOption {
  return {
    grid: { left: 8, right: 20, top: 34, bottom: 24, containLabel: true },
    legend: { type: 'scroll', top: 0, left: 0, itemWidth: 26, itemHeight: 8 },
    tooltip: {
      trigger: 'axis',
      confine: true,
      valueFormatter: (value: unknown) => (typeof value === 'number' ? words.number(value) : '–'),
    },
    xAxis: {
      type: 'value',
      min: 1,
      max: Math.max(2, most),
      minInterval: 1,
      name: words.epoch,
      nameLocation: 'middle',
      nameGap: 24,
      splitLine: { show: false },
    },
  }
}

/** A line that is told apart by its dashes too; single points are drawn, or one epoch would show nothing. */
function line(name: string, data: readonly (readonly [number, number | null])[], place: number): object {
  return {
    type: 'line',
    name,
    data,
    showSymbol: data.length < 2,
    symbolSize: 6,
    connectNulls: true,
    lineStyle: { width: 2, type: dashes[place % dashes.length] },
    emphasis: { focus: 'series' },
  }
}

/** Losses over the epochs, on a logarithmic axis: the image loss of a weight of 50 would flatten all others. */
export function lossesOption(
  epochs: readonly Epoch[],
  names: readonly string[],
  planned: number,
  words: Words,
): EChartsCoreOption {
  // A Wasserstein loss may be negative, which has no logarithm.
  const isPositive = epochs.every(({ losses }) =>
    Object.values(losses).every((loss) => loss === null || loss >= 0),
  )
  return {
    ...frame(words, planned),
    yAxis: {
      type: isPositive ? 'log' : 'value',
      axisLabel: { formatter: (value: number) => words.number(value) },
    },
    series: names.map((name, place) =>
      line(
        words.name(name),
        epochs.map(({ epoch, losses }) => {
          const value = losses[name] ?? null
          // A logarithm has no place for zero and what is below.
          return [epoch, value !== null && (value > 0 || !isPositive) ? value : null]
        }),
        place,
      ),
    ),
  }
}

export interface Curve {
  readonly name: string
  readonly epochs: readonly Epoch[]
  readonly best: { readonly epoch: number; readonly validation: number } | null
}

/** Validation scores, one line a run, with the best epoch of each marked. */
export function validationOption(
  curves: readonly Curve[],
  planned: number,
  words: Words & { readonly best: string },
): EChartsCoreOption {
  const values = curves.flatMap(({ epochs }) => epochs.flatMap(({ validation }) => validation ?? []))
  const lowest = Math.min(1, ...values)
  return {
    ...frame(words, planned),
    ...(curves.length === 1 ? { legend: { show: false } } : {}),
    yAxis: {
      type: 'value',
      max: 1,
      min: Math.max(0, Math.floor((lowest - 0.02) * 10) / 10),
      axisLabel: { formatter: (value: number) => words.number(value) },
    },
    series: curves.map(({ name, epochs, best }, place) => ({
      ...line(
        name,
        epochs.flatMap(({ epoch, validation }) =>
          validation === null ? [] : [[epoch, validation] as const],
        ),
        place,
      ),
      markPoint:
        best === null
          ? { data: [] }
          : {
              symbol: 'diamond',
              symbolSize: 13,
              animation: false,
              label: {
                show: curves.length === 1,
                position: best.validation > 0.9 ? 'bottom' : 'top',
                distance: 8,
                formatter: words.best,
                color: 'inherit',
              },
              data: [{ coord: [best.epoch, best.validation] }],
            },
    })),
  }
}
