import { Resvg } from '@resvg/resvg-js'
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import type { EChartsCoreOption } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { fontFamily, fontFiles } from './fonts.ts'

use([
  CustomChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  SVGRenderer,
])

/** ECharts adds style sheets for pointing at things, which would spread to the rest of a page around the SVG. */
function withoutHover(svg: string): string {
  return svg.replace(/<style\b[^]*?<\/style>\s*/g, '').replace(/ class="[^"]*"/g, '')
}

/** Draws a chart without a browser; the SVG stands alone and names only the bundled font. */
export function renderSvg(option: EChartsCoreOption, width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption(option)
    return withoutHover(chart.renderToSVGString())
  } finally {
    chart.dispose()
  }
}

/** A chart's SVG as PNG, `scale` pixels a drawing unit (default 2: sharp on screens and in print). */
export function toPng(svg: string, scale = 2): Buffer {
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: {
      loadSystemFonts: false,
      fontFiles: [fontFiles.regular, fontFiles.medium],
      defaultFontFamily: fontFamily,
    },
  })
  return picture.render().asPng()
}
