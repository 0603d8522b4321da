import { fontFamily } from './fonts.ts'

export interface ChartLook {
  /** Pixels of the drawing; PNGs have twice as many. */
  readonly width?: number
  readonly height?: number
  /** Default light: pictures are mostly printed. */
  readonly theme?: 'light' | 'dark'
  /** Heading above the chart; none by default, for places that have a heading of their own. */
  readonly title?: string
}

/** Colours of one theme. */
export interface Palette {
  readonly background: string
  readonly ink: string
  readonly quiet: string
  readonly grid: string
  readonly good: string
  readonly threshold: string
  /** One for each type of defect, in this order; told apart by people with any colour vision. */
  readonly series: readonly string[]
}

/**
 * The hues are those of Okabe and Ito ("Color Universal Design", 2008), which stay apart in all common forms of
 * colour blindness; blue is kept for good parts, and lightness differs too, so that a grey print still reads.
 */
export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    background: '#ffffff',
    ink: '#1c2730',
    quiet: '#5b6874',
    grid: '#e3e8ec',
    good: '#3d7ea6',
    threshold: '#1c2730',
    series: ['#d55e00', '#e6a117', '#b0588f', '#009e73', '#7a4b12', '#56b4e9', '#8a8f98'],
  },
  dark: {
    background: '#15191d',
    ink: '#e6eaee',
    quiet: '#9aa6b2',
    grid: '#2b333b',
    good: '#6fb1dc',
    threshold: '#e6eaee',
    series: ['#f07c2c', '#f0bb45', '#d68bbb', '#2fc79a', '#c08a4b', '#9ad3f5', '#a9b0b9'],
  },
}

/** A look with its defaults filled in. */
export interface FullLook {
  readonly width: number
  readonly height: number
  readonly palette: Palette
  readonly title: string | undefined
}

export function fullLook(look: ChartLook | undefined, width: number, height: number): FullLook {
  return {
    width: look?.width ?? width,
    height: look?.height ?? height,
    palette: palettes[look?.theme ?? 'light'],
    title: look?.title,
  }
}

/** What all charts share: type, background, heading, and room around the plot. */
export function frame({ palette, title }: FullLook, legend: readonly string[] = []) {
  const top = (title === undefined ? 12 : 40) + (legend.length > 0 ? 28 : 0)
  return {
    animation: false,
    backgroundColor: palette.background,
    textStyle: { fontFamily, fontSize: 12, color: palette.quiet },
    ...(title === undefined
      ? {}
      : {
          title: {
            text: title,
            left: 16,
            top: 10,
            textStyle: { fontFamily, fontSize: 15, fontWeight: 500, color: palette.ink },
          },
        }),
    legend: {
      show: legend.length > 0,
      data: [...legend],
      left: 16,
      top: title === undefined ? 8 : 36,
      icon: 'roundRect',
      itemWidth: 12,
      itemHeight: 12,
      itemGap: 18,
      textStyle: { fontFamily, fontSize: 12, color: palette.ink },
    },
    grid: { left: 64, right: 28, top: top + 14, bottom: 52 },
  }
}

/** A numeric axis: quiet labels, faint grid lines, its name in the middle. */
export function axis(palette: Palette, name: string, nameGap: number) {
  return {
    type: 'value' as const,
    name,
    nameLocation: 'middle' as const,
    nameGap,
    nameTextStyle: { color: palette.quiet, fontFamily, fontSize: 12 },
    axisLine: { show: true, lineStyle: { color: palette.quiet, width: 1 } },
    axisTick: { show: true, length: 4, lineStyle: { color: palette.quiet } },
    axisLabel: { color: palette.quiet, fontFamily, fontSize: 11 },
    splitLine: { show: true, lineStyle: { color: palette.grid, width: 1 } },
  }
}

/** A number for people: four significant figures, no needless zeros, no exponent unless it is short that way. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6)) return value.toExponential(2)
  return String(Number(value.toPrecision(4)))
}
