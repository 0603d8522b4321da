/** What a report is about: a lot or a span of time, and the yield of what it holds. */

export const spanNames = ['today', 'yesterday', 'week', 'custom'] as const
export type SpanName = (typeof spanNames)[number]

/** Local dates as date inputs give them (`2026-11-24`), both inclusive; empty: open. */
export interface DatePair {
  readonly from: string
  readonly to: string
}

/** ISO 8601 in UTC; `since` inclusive, `until` exclusive. Absent: open. */
export interface Span {
  readonly since?: string
  readonly until?: string
}

function midnight(date: Date, daysLater = 0): Date {
  // By the calendar, not by 24 hours: days on which the clocks change are longer or shorter.
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + daysLater)
}

function parseDate(text: string): Date | undefined {
  const [year, month, day] = text.split('-').map(Number)
  if (year === undefined || month === undefined || day === undefined || !text.match(/^\d{4}-\d\d-\d\d$/))
    return undefined
  const date = new Date(year, month - 1, day)
  return date.getMonth() === month - 1 ? date : undefined
}

/**
 * The span of that name in local days; `week` is today and the six days before.
 *
 * @returns undefined where the typed dates are no dates, both open, or end before they begin
 */
export function spanOf(name: SpanName, now: Date, custom: DatePair): Span | undefined {
  if (name === 'today') return span(midnight(now), midnight(now, 1))
  if (name === 'yesterday') return span(midnight(now, -1), midnight(now))
  if (name === 'week') return span(midnight(now, -6), midnight(now, 1))
  const from = custom.from === '' ? null : parseDate(custom.from)
  const to = custom.to === '' ? null : parseDate(custom.to)
  if (from === undefined || to === undefined || (from === null && to === null)) return undefined
  if (from !== null && to !== null && from > to) return undefined
  return {
    ...(from === null ? {} : { since: from.toISOString() }),
    ...(to === null ? {} : { until: midnight(to, 1).toISOString() }),
  }
}

const span = (since: Date, until: Date): Span => ({
  since: since.toISOString(),
  until: until.toISOString(),
})

/** A date as date inputs want it, in local time. */
export function dateText(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** The share of OK in [0, 1]; null where nothing was inspected. */
export function yieldOf(verdicts: { readonly ok: number; readonly ng: number }): number | null {
  const count = verdicts.ok + verdicts.ng
  return count === 0 ? null : verdicts.ok / count
}
