/** Counts by label, split and defect type, as the filters and the header show them. */
import type { SampleFilter, SampleLabel, SampleSplit } from '../../../contract/index.ts'

export interface CountRow {
  readonly split: SampleSplit
  readonly label: SampleLabel
  readonly defectType: string | null
  readonly count: number
}

export interface Totals {
  readonly all: number
  readonly labels: Readonly<Record<SampleLabel, number>>
  readonly splits: Readonly<Record<SampleSplit, number>>
  /** Good images that a training takes: those for training and for validation. */
  readonly goodForTraining: number
}

export function totalsOf(rows: readonly CountRow[]): Totals {
  const labels = { good: 0, defect: 0, unlabelled: 0 }
  const splits = { train: 0, validation: 0, test: 0 }
  let all = 0
  let goodForTraining = 0
  for (const { label, split, count } of rows) {
    labels[label] += count
    splits[split] += count
    all += count
    if (label === 'good' && split !== 'test') goodForTraining += count
  }
  return { all, labels, splits, goodForTraining }
}

type Facets = Pick<SampleFilter, 'label' | 'split' | 'defectType'>

/** How many each choice of one filter would show, the other filters as they are. A null type is an unnamed defect. */
export function facetCounts<Name extends keyof Facets>(
  rows: readonly CountRow[],
  filter: Facets,
  facet: Name,
): ReadonlyMap<CountRow[Name], number> {
  const counts = new Map<CountRow[Name], number>()
  for (const row of rows) {
    const matches = (['label', 'split', 'defectType'] as const).every(
      (name) => name === facet || filter[name] === undefined || filter[name] === row[name],
    )
    if (matches) counts.set(row[facet], (counts.get(row[facet]) ?? 0) + row.count)
  }
  return counts
}

/** The project's defect types, most frequent first: the order of the keys 1 to 9. */
export function defectTypesOf(rows: readonly CountRow[]): string[] {
  const counts = new Map<string, number>()
  for (const { defectType, count } of rows) {
    if (defectType !== null) counts.set(defectType, (counts.get(defectType) ?? 0) + count)
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([type]) => type)
}

/** Whether a sample is among those that a filter shows; the name without regard to case. */
export function matchesFilter(
  sample: {
    readonly label: SampleLabel
    readonly split: SampleSplit
    readonly defectType: string | null
    readonly originalName: string
  },
  filter: Omit<SampleFilter, 'projectId'>,
): boolean {
  return (
    (filter.label === undefined || filter.label === sample.label) &&
    (filter.split === undefined || filter.split === sample.split) &&
    (filter.defectType === undefined || filter.defectType === sample.defectType) &&
    (filter.name === undefined || sample.originalName.toLowerCase().includes(filter.name.toLowerCase()))
  )
}

/** Good images needed before a training can start, and from which on it is worth while. */
export const fewestGood = 4
export const enoughGood = 50
