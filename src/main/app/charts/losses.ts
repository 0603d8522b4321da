import { fontFamily } from './fonts.ts'
import { axis, figure, frame, fullLook } from './look.ts'
import type { ChartLook } from './look.ts'
import { renderSvg } from './render.ts'

/** What one epoch left; epochs ascend but may have gaps. */
export interface EpochLosses {
  readonly epoch: number
  readonly losses: Readonly<Record<string, number>>
  /** Score of the validation images, if it was measured. */
  readonly validation?: number | null
}

export interface LossData {
  readonly epochs: readonly EpochLosses[]
  /** The epoch whose weights became the model. */
  readonly bestEpoch?: number | null
}

const solidLine = 'path://M0 5h16v3H0z'
const dashedLine = 'path://M0 5h4v3H0z M6 5h4v3H6z M12 5h4v3H12z'

/**
 * Training losses by epoch as SVG. The axis is logarithmic when all values are above zero and they span more than
 * one power of ten: adversarial and reconstruction losses differ by orders of magnitude.
 */
export function lossChart(data: LossData, look?: ChartLook): string {
  const full = fullLook(look, 760, 360)
  const { palette } = full
  const names = [...new Set(data.epochs.flatMap((epoch) => Object.keys(epoch.losses)))]
  const validated = data.epochs.some((epoch) => Number.isFinite(epoch.validation ?? Number.NaN))
  const legend = [...names, ...(validated ? ['validation'] : [])]
  const colours = [palette.good, ...palette.series]

  const valuesOf = (name: string): [number, number][] =>
    data.epochs
      .map((epoch): [number, number] => [
        epoch.epoch,
        (name === 'validation' && !names.includes(name) ? epoch.validation : epoch.losses[name]) ??
          Number.NaN,
      ])
      .filter(([, value]) => Number.isFinite(value))
  const all = legend.flatMap((name) => valuesOf(name).map(([, value]) => value))
  const smallest = Math.min(...all)
  const logarithmic = all.length > 0 && smallest > 0 && Math.max(...all) / smallest > 10
  const isDashed = (index: number): boolean => validated && index === legend.length - 1
  const base = frame(full, legend)
  const vertical = axis(palette, 'loss', 48)
  return renderSvg(
    {
      ...base,
      legend: {
        ...base.legend,
        itemWidth: 16,
        data: legend.map((name, index) => ({ name, icon: isDashed(index) ? dashedLine : solidLine })),
      },
      grid: { ...base.grid, top: base.grid.top + 8 },
      xAxis: {
        ...axis(palette, 'epoch', 32),
        min: data.epochs[0]?.epoch ?? 0,
        max: Math.max(data.epochs.at(-1)?.epoch ?? 1, (data.epochs[0]?.epoch ?? 0) + 1),
        minInterval: 1,
        splitLine: { show: false },
      },
      yAxis: {
        ...vertical,
        ...(logarithmic ? { type: 'log' as const, logBase: 10 } : { scale: true }),
        axisLabel: { ...vertical.axisLabel, formatter: figure },
      },
      series: legend.map((name, index) => {
        const dashed = isDashed(index)
        const colour = dashed ? palette.ink : (colours[index % colours.length] ?? palette.quiet)
        return {
          type: 'line',
          name,
          data: valuesOf(name),
          color: colour,
          showSymbol: data.epochs.length === 1,
          lineStyle: { color: colour, width: dashed ? 1.5 : 2, type: dashed ? 'dashed' : 'solid' },
          itemStyle: { color: colour },
          ...(index > 0 || data.bestEpoch === undefined || data.bestEpoch === null
            ? {}
            : {
                markLine: {
                  symbol: 'none',
                  silent: true,
                  animation: false,
                  data: [{ xAxis: data.bestEpoch }],
                  lineStyle: { color: palette.quiet, width: 1, type: 'dotted' },
                  label: {
                    formatter: `best: epoch ${data.bestEpoch}`,
                    position: 'end',
                    rotate: 0,
                    distance: 4,
                    // A label over the last epoch would run out of the picture.
                    align: data.bestEpoch === data.epochs.at(-1)?.epoch ? 'right' : 'center',
                    color: palette.quiet,
                    fontFamily,
                    fontSize: 11,
                  },
                },
              }),
        }
      }),
    },
    full.width,
    full.height,
  )
}
