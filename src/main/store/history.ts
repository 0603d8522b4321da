import type { SqlValue } from './connection.ts'
import { containsSql, folded } from './text.ts'

export type Verdict = 'ok' | 'ng'

/** Which inspections, and in which order. */
export interface InspectionFilter {
  readonly projectId: string
  /** The final verdict: the newest review's, else the model's. */
  readonly verdict?: Verdict
  /** True: only those where a person contradicts the model; false: only the others. */
  readonly overridden?: boolean
  /** As the newest review names it. */
  readonly defectType?: string
  readonly lotId?: string
  readonly modelId?: string
  /** ISO 8601 in UTC, inclusive. */
  readonly since?: string
  /** ISO 8601 in UTC, exclusive. */
  readonly until?: string
  /** Normalised score, inclusive. */
  readonly minimumScore?: number
  /** Normalised score, inclusive. */
  readonly maximumScore?: number
  /** Part of the file's name, without regard to case. */
  readonly fileName?: string
  /** Default `newest`: newest first. */
  readonly order?: 'newest' | 'oldest'
  readonly limit?: number
  /** Goes on after this inspection: the last of the page before. */
  readonly after?: { readonly inspectedAt: string; readonly id: string }
}

/** The final verdict by the columns that indexes cover, see migration 2. */
export const finalVerdict = 'coalesce(review_verdict, verdict)'

/**
 * The WHERE and ORDER BY of a history query. Only conditions that are asked for become part of the statement, so
 * that SQLite picks the index that fits; a cursor instead of an offset keeps the thousandth page as fast as the
 * first.
 *
 * @param purpose `list` walks an index in time order; `count` goes through an index alone
 */
export function historyQuery(
  filter: InspectionFilter,
  purpose: 'list' | 'count',
): { where: string; order: string; parameters: Record<string, SqlValue> } {
  const leading = leadingOf(filter)
  /** A plus before a column keeps SQLite from the indexes that begin with it. */
  const minor = (...mayLead: Leading[]): string => (mayLead.includes(leading) ? '' : '+')
  const conditions = [`${minor('type', 'review', 'verdict', 'time')}project_id = @projectId`]
  const parameters: Record<string, SqlValue> = { projectId: filter.projectId }
  const add = (condition: string, name: string, value: SqlValue | undefined): void => {
    if (value === undefined) return
    conditions.push(condition)
    parameters[name] = value
  }
  add(
    purpose === 'list' && leading === 'verdict' ? 'final_verdict = @verdict' : `${finalVerdict} = @verdict`,
    'verdict',
    filter.verdict,
  )
  add(`${minor('lot')}lot_id = @lotId`, 'lotId', filter.lotId)
  add(`${minor('type')}review_defect_type = @defectType`, 'defectType', filter.defectType)
  add(`${minor('model')}model_id = @modelId`, 'modelId', filter.modelId)
  add('inspected_at >= @since', 'since', filter.since)
  add('inspected_at < @until', 'until', filter.until)
  add('normalised_score >= @minimumScore', 'minimumScore', filter.minimumScore)
  add('normalised_score <= @maximumScore', 'maximumScore', filter.maximumScore)
  if (filter.overridden === true) {
    // Said in the very words of the index of reviewed ones.
    conditions.push(`${minor('review')}review_verdict IS NOT NULL AND review_verdict <> verdict`)
  } else if (filter.overridden === false) {
    conditions.push(`${finalVerdict} = verdict`)
  }
  if (filter.fileName !== undefined && filter.fileName !== '') {
    conditions.push(containsSql('file_name', 'fileName'))
    parameters.fileName = folded(filter.fileName)
  }
  const [direction, comparison] = filter.order === 'oldest' ? ['ASC', '>'] : ['DESC', '<']
  if (filter.after !== undefined) {
    conditions.push(`(inspected_at, id) ${comparison} (@afterTime, @afterId)`)
    parameters.afterTime = filter.after.inspectedAt
    parameters.afterId = filter.after.id
  }
  return {
    where: conditions.join(' AND '),
    order: `inspected_at ${direction}, id ${direction}`,
    parameters,
  }
}

type Leading = 'lot' | 'type' | 'review' | 'model' | 'verdict' | 'time'

/** The condition that by all experience is the narrowest, which SQLite cannot know: its index is the one to walk. */
function leadingOf(filter: InspectionFilter): Leading {
  if (filter.lotId !== undefined) return 'lot'
  if (filter.defectType !== undefined) return 'type'
  if (filter.overridden === true) return 'review'
  if (filter.modelId !== undefined) return 'model'
  return filter.verdict === undefined ? 'time' : 'verdict'
}
