/** Colours of charts in the look of the page: light and dark, apart also for colour-blind eyes. */
import { useColorMode } from '@vueuse/core'
import { computed, type ComputedRef } from 'vue'

export interface ChartLook {
  readonly dark: boolean
  readonly text: string
  readonly quiet: string
  readonly line: string
  readonly surface: string
  /** Verdicts. */
  readonly ok: string
  readonly ng: string
  readonly accent: string
  /** Series that mean neither OK nor NG (after Okabe and Ito, 2008). */
  readonly series: readonly string[]
}

const light: ChartLook = {
  dark: false,
  text: '#1e293b',
  quiet: '#475569',
  line: '#dbe1e8',
  surface: '#ffffff',
  ok: '#0a7959',
  ng: '#c93a14',
  accent: '#14566a',
  series: ['#14566a', '#b45f06', '#6b4fa0', '#7a7a00', '#a3366b', '#4a6fa5'],
}
const dark: ChartLook = {
  dark: true,
  text: '#e2e8f0',
  quiet: '#a9b6c6',
  line: '#273346',
  surface: '#0f172a',
  ok: '#62cfa9',
  ng: '#f79a7e',
  accent: '#79bbcb',
  series: ['#79bbcb', '#f0b45c', '#b6a2e6', '#d6d35a', '#ee9bc2', '#9bbcf0'],
}

export function useChartLook(): ComputedRef<ChartLook> {
  const { state } = useColorMode()
  return computed(() => (state.value === 'dark' ? dark : light))
}
