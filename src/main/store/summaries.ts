import { finalVerdict } from './history.ts'

/** The numbers of a set of inspections. */
export interface InspectionSummary {
  readonly count: number
  /** After reviews. */
  readonly ok: number
  readonly ng: number
  /** As the model judged. */
  readonly modelOk: number
  readonly modelNg: number
  /** How many a person contradicts. */
  readonly overridden: number
  readonly meanMilliseconds: number | null
  readonly first: string | null
  readonly last: string | null
}

/** The columns of an {@link InspectionSummary}; all come from the indexes. */
export const sums = `count(*) AS count, count(*) FILTER (WHERE ${finalVerdict} = 'ok') AS ok,
  count(*) FILTER (WHERE ${finalVerdict} = 'ng') AS ng, count(*) FILTER (WHERE verdict = 'ok') AS modelOk,
  count(*) FILTER (WHERE verdict = 'ng') AS modelNg,
  count(*) FILTER (WHERE review_verdict <> verdict) AS overridden, avg(milliseconds) AS meanMilliseconds,
  min(inspected_at) AS first, max(inspected_at) AS last`

/** The summaries of a project's lots. */
// CROSS JOIN: the lots are the few, SQLite is not to begin with the inspections; names come in order from their index.
export const lotSummariesSql = `SELECT lot.id AS lotId, ${sums} FROM lot CROSS JOIN inspection ON inspection.lot_id = lot.id
  WHERE lot.project_id = @projectId GROUP BY lot.name`

/** Of nothing. */
export const emptySummary: InspectionSummary = {
  count: 0,
  ok: 0,
  ng: 0,
  modelOk: 0,
  modelNg: 0,
  overridden: 0,
  meanMilliseconds: null,
  first: null,
  last: null,
}
