import type { Inspection } from '../../../contract/index.ts'

/**
 * What was fetched and what came live since, as one list without doubles, newest first. What was fetched wins: it
 * knows the reviews.
 */
export function mergeInspections(
  fetched: readonly Inspection[],
  live: readonly Inspection[],
): readonly Inspection[] {
  if (live.length === 0) return fetched
  const byId = new Map<string, Inspection>()
  for (const inspection of [...live, ...fetched]) byId.set(inspection.id, inspection)
  return [...byId.values()].sort(newestFirst)
}

function newestFirst(a: Inspection, b: Inspection): number {
  if (a.inspectedAt !== b.inspectedAt) return a.inspectedAt < b.inspectedAt ? 1 : -1
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0
}

/**
 * The verdicts of the strip, oldest first: those up to the newest, or, where an older one is looked at, a window of
 * as many around it.
 *
 * @param list newest first
 */
export function stripWindow(
  list: readonly Inspection[],
  selectedId: string | null,
  length: number,
): readonly Inspection[] {
  const at = list.findIndex((one) => one.id === selectedId)
  const start = at < length ? 0 : Math.min(list.length - length, at - Math.floor(length / 2))
  return list.slice(Math.max(0, start), Math.max(0, start) + length).reverse()
}

/** The one `step` places newer (positive) or older (negative) than the selected one; null at either end. */
export function neighbour(
  list: readonly Inspection[],
  selectedId: string | null,
  step: number,
): Inspection | null {
  const at = list.findIndex((one) => one.id === selectedId)
  return at === -1 ? (list[0] ?? null) : (list[at - step] ?? null)
}

export interface RejectedFile {
  readonly file: string
  readonly reason: string
}

/** Files that could not be judged, told live or with the job's result: each once. */
export function mergeRejected(
  live: readonly RejectedFile[],
  ended: readonly RejectedFile[],
): readonly RejectedFile[] {
  const byFile = new Map<string, RejectedFile>()
  for (const one of [...live, ...ended]) byFile.set(one.file, { file: one.file, reason: one.reason })
  return [...byFile.values()]
}

/** The share of good parts in [0, 1]; null without parts. */
export function yieldOf(ok: number, count: number): number | null {
  return count === 0 ? null : ok / count
}
