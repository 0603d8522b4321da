/** Alternating rounds of peer and own measurement, so that a machine that drifts drifts for both. */
import os from 'node:os'
import type { BenchArguments } from './arguments.ts'
import type { Configuration } from './configurations.ts'
import { findPeer, measureOwn, type OwnRates, type Rates } from './contenders.ts'

export interface Rounds {
  readonly configuration: Configuration
  readonly own: readonly OwnRates[]
  /** Empty where there is no peer. */
  readonly peer: readonly Rates[]
}

/** Measures every chosen configuration; tells its progress on standard error. */
export async function measureRounds(what: 'train' | 'inspect', options: BenchArguments): Promise<Rounds[]> {
  const { seconds, rounds, threads } = options
  const peer = await findPeer()
  console.error(
    `${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.availableParallelism()} cores, ${threads} threads used; ` +
      `${rounds} rounds of ${seconds} s; ${typeof peer === 'string' ? peer : `peer: ${peer.title}`}`,
  )
  const results: Rounds[] = []
  for (const configuration of options.configurations) {
    const own: OwnRates[] = []
    const others: Rates[] = []
    for (let round = 1; round <= rounds; round++) {
      console.error(`${configuration.name}: round ${round} of ${rounds}`)
      if (typeof peer !== 'string') others.push(await peer.measure(configuration, seconds, threads))
      own.push(await measureOwn(what, configuration, seconds, threads))
    }
    results.push({ configuration, own, peer: others })
  }
  return results
}

/** The median; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Median and range of `own[i] / peer[i]`, each pair measured one after the other. */
export function ratios(
  own: readonly number[],
  peer: readonly number[],
): { median: number; low: number; high: number } {
  const pairs = own.slice(0, peer.length).map((value, index) => value / (peer[index] ?? Number.NaN))
  return { median: median(pairs), low: Math.min(...pairs), high: Math.max(...pairs) }
}

/** `2.5` as `2.50×`, with its range; a dash where there was no peer. */
export function formatRatio({ median: middle, low, high }: ReturnType<typeof ratios>): string {
  return Number.isNaN(middle) ? '–' : `${middle.toFixed(2)}× (${low.toFixed(2)}–${high.toFixed(2)})`
}

/** Three significant digits, a dash for what was not measured. */
export function formatNumber(value: number): string {
  return Number.isNaN(value) ? '–' : String(Number(value.toPrecision(3)))
}

/** Prints rows as a Markdown table, ready for docs/results. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  console.log([line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n'))
}
