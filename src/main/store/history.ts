import type { SqlValue } from './connection.ts'

export type Verdict = 'ok' | 'ng'

/** Which inspections, and in which order. */
export interface InspectionFilter {
  readonly projectId: string
  readonly verdict?: Verdict
  readonly lotId?: string
  readonly modelId?: string
  /** ISO 8601 in UTC, inclusive. */
  readonly since?: string
  /** ISO 8601 in UTC, exclusive. */
  readonly until?: string
  /** Default `newest`: newest first. */
  readonly order?: 'newest' | 'oldest'
  readonly limit?: number
  /** Goes on after this inspection: the last of the page before. */
  readonly after?: { readonly inspectedAt: string; readonly id: string }
}

/**
 * The WHERE and ORDER BY of a history query. Only conditions that are asked for become part of the statement, so
 * that SQLite picks the index that fits; a cursor instead of an offset keeps the thousandth page as fast as the
 * first.
 */
export function historyQuery(filter: InspectionFilter): {
  where: string
  order: string
  parameters: Record<string, SqlValue>
} {
  // A lot is by far the narrowest condition, which SQLite cannot know: the plus keeps it from other indexes.
  const minor = filter.lotId === undefined ? '' : '+'
  const conditions = [`${minor}project_id = @projectId`]
  const parameters: Record<string, SqlValue> = { projectId: filter.projectId }
  const add = (condition: string, name: string, value: SqlValue | undefined): void => {
    if (value === undefined) return
    conditions.push(condition)
    parameters[name] = value
  }
  add(`${minor}verdict = @verdict`, 'verdict', filter.verdict)
  add('lot_id = @lotId', 'lotId', filter.lotId)
  add(`${minor}model_id = @modelId`, 'modelId', filter.modelId)
  add('inspected_at >= @since', 'since', filter.since)
  add('inspected_at < @until', 'until', filter.until)
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
