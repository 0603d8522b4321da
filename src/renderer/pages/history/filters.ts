/** The history's filter as it stands in the page's address, and as the core is asked. */
import type { HistoryFilter, Verdict } from '../../../contract/index.ts'

export const spans = ['today', 'week', 'month'] as const
/** Today, the last seven days, the last thirty days. */
export type Span = (typeof spans)[number]

/** What a person chose; absent: everything. */
export interface Filters {
  readonly lotId?: string
  readonly verdict?: Verdict
  readonly defectType?: string
  readonly overridden?: true
  readonly span?: Span
  /** First and last day, local dates `2026-11-24`, both inclusive; not beside `span`. */
  readonly from?: string
  readonly to?: string
  /** Normalised score, inclusive. */
  readonly minimumScore?: number
  readonly maximumScore?: number
  readonly fileName?: string
}

/** A route's query, as the router gives it. */
type Query = Readonly<Record<string, string | null | undefined | readonly (string | null)[]>>

const idPattern = /^[0-9a-z]{6,40}$/

/** Reads an address; what makes no sense in it is left out. */
export function filtersOf(query: Query): Filters {
  const text = (name: string): string | undefined => {
    const value = query[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const score = (name: string): number | undefined => {
    const value = Number(text(name) ?? Number.NaN)
    return value >= 0 && value <= 1 ? value : undefined
  }
  const lot = text('lot')
  const verdict = text('verdict')
  const span = spans.find((one) => one === text('span'))
  return withoutAbsent({
    lotId: lot !== undefined && idPattern.test(lot) ? lot : undefined,
    verdict: verdict === 'ok' || verdict === 'ng' ? verdict : undefined,
    defectType: text('type')?.slice(0, 80),
    overridden: text('overridden') === 'yes' ? true : undefined,
    span,
    from: span === undefined ? dayIn(text('from')) : undefined,
    to: span === undefined ? dayIn(text('to')) : undefined,
    minimumScore: score('min'),
    maximumScore: score('max'),
    fileName: text('file')?.slice(0, 200),
  })
}

/** The address of a filter; {@link filtersOf} reads it back. */
export function queryOf(filters: Filters): Record<string, string> {
  return withoutAbsent({
    lot: filters.lotId,
    verdict: filters.verdict,
    type: filters.defectType,
    overridden: filters.overridden === true ? 'yes' : undefined,
    span: filters.span,
    from: filters.from,
    to: filters.to,
    min: filters.minimumScore?.toString(),
    max: filters.maximumScore?.toString(),
    file: filters.fileName === '' ? undefined : filters.fileName,
  })
}

/**
 * The question to the core. Days are local: the early shift does not fall on the day before.
 *
 * @param now what `today` and the other spans end at
 */
export function historyFilter(projectId: string, filters: Filters, now: Date): HistoryFilter {
  const { lotId, verdict, defectType, overridden, minimumScore, maximumScore, fileName } = filters
  const { since, until } = momentsOf(filters, now)
  return withoutAbsent({
    projectId,
    lotId,
    verdict,
    defectType,
    overridden,
    minimumScore,
    maximumScore,
    fileName,
    since,
    until,
  })
}

/** How many conditions are set: two ends of one range count as one. */
export function countFilters(filters: Filters): number {
  const { lotId, verdict, defectType, overridden, span, from, to, minimumScore, maximumScore, fileName } =
    filters
  return [
    lotId,
    verdict,
    defectType,
    overridden,
    span ?? from ?? to,
    minimumScore ?? maximumScore,
    fileName,
  ].filter((one) => one !== undefined && one !== '').length
}

function momentsOf(filters: Filters, now: Date): { since?: string | undefined; until?: string | undefined } {
  const midnight = (daysBefore: number): string =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysBefore).toISOString()
  if (filters.span !== undefined) return { since: midnight({ today: 0, week: 6, month: 29 }[filters.span]) }
  return { since: startOf(filters.from, 0), until: startOf(filters.to, 1) }
}

/** Midnight at which a local day, or the one `later` days after it, begins. */
function startOf(day: string | undefined, later: number): string | undefined {
  const parts = day?.split('-').map(Number)
  if (parts === undefined) return undefined
  const [year = 0, month = 1, date = 1] = parts
  return new Date(year, month - 1, date + later).toISOString()
}

/** The text if it is a day that there is. */
function dayIn(text: string | undefined): string | undefined {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : undefined
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** Without the properties that are undefined, so that equal filters look equal. */
function withoutAbsent<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>
}
