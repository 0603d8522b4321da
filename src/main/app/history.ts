import type {
  Inspection,
  InspectionFilter,
  InspectionSummary,
  Lot,
  Project,
  Store,
  Verdict,
} from '../store/index.ts'

/** A question to the history that makes no sense; the message says why. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError'
}

export interface HistoryRequest {
  readonly project: Project
  /** After reviews. */
  readonly verdict?: Verdict
  /** Name of a lot. */
  readonly lot?: string
  readonly modelId?: string
  /** Moments as {@link parseMoment} reads them; `since` inclusive, `until` exclusive. */
  readonly since?: Date
  readonly until?: Date
  readonly limit?: number
}

export interface HistoryEntry extends Inspection {
  readonly lotName: string | null
}

export interface History {
  readonly entries: readonly HistoryEntry[]
  /** Of everything the request selects, whatever its limit. */
  readonly summary: InspectionSummary
}

/**
 * Inspections of a project, newest first, and the numbers of all that match.
 *
 * @throws HistoryError if there is no such lot
 */
export function readHistory(store: Store, request: HistoryRequest): History {
  const filter = historyFilter(store, request)
  const lots = new Map(store.lots.list(request.project.id).map((lot) => [lot.id, lot.name]))
  const entries = store.inspections
    .list({ ...filter, ...(request.limit === undefined ? {} : { limit: request.limit }) })
    .map((inspection) => ({
      ...inspection,
      lotName: inspection.lotId === null ? null : (lots.get(inspection.lotId) ?? null),
    }))
  return { entries, summary: store.inspections.summary(filter) }
}

/** The store's filter of a request, without its limit. */
export function historyFilter(store: Store, request: HistoryRequest): InspectionFilter {
  return {
    projectId: request.project.id,
    ...(request.verdict === undefined ? {} : { verdict: request.verdict }),
    ...(request.lot === undefined ? {} : { lotId: requireLot(store, request.project, request.lot).id }),
    ...(request.modelId === undefined ? {} : { modelId: request.modelId }),
    ...(request.since === undefined ? {} : { since: request.since.toISOString() }),
    ...(request.until === undefined ? {} : { until: request.until.toISOString() }),
  }
}

/** @throws HistoryError naming the lots there are */
export function requireLot(store: Store, project: Project, name: string): Lot {
  const lot = store.lots.findByName(project.id, name)
  if (lot) return lot
  const names = store.lots.list(project.id).map((other) => `"${other.name}"`)
  const list =
    names.length === 0
      ? 'It has none.'
      : `There is ${names.slice(0, 10).join(', ')}${names.length > 10 ? ' and more' : ''}.`
  throw new HistoryError(`The project "${project.name}" has no lot "${name}". ${list}`)
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/**
 * Reads a moment as people write it: `2026-03-01` (local midnight), `2026-03-01T14:30` (local time), a full ISO
 * 8601 time, or an age such as `90m`, `24h`, `7d`, `2w`; also `today` and `yesterday`.
 *
 * @throws HistoryError
 */
export function parseMoment(text: string, now: Date = new Date()): Date {
  const age = /^(\d+(?:\.\d+)?)\s*([smhdw])$/.exec(text.trim())
  if (age) return new Date(now.getTime() - Number(age[1]) * (units[age[2] ?? ''] ?? Number.NaN) * 1000)
  const day = { today: 0, yesterday: 1 }[text.trim().toLowerCase()]
  if (day !== undefined) return new Date(now.getFullYear(), now.getMonth(), now.getDate() - day)
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim())
  // Without a time of day JavaScript would read it as UTC, and the early shift would fall on the day before.
  if (date) {
    const [year, month, dayOfMonth] = [Number(date[1]), Number(date[2]), Number(date[3])]
    const moment = new Date(year, month - 1, dayOfMonth)
    if (moment.getMonth() === month - 1 && moment.getDate() === dayOfMonth) return moment
  } else if (/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text.trim())) {
    const moment = new Date(text.trim().replace(' ', 'T'))
    if (!Number.isNaN(moment.getTime())) return moment
  }
  throw new HistoryError(
    `"${text}" is no moment. Write a date (2026-03-01), a time (2026-03-01T14:30), an age (7d, 24h, 90m), today or yesterday.`,
  )
}
