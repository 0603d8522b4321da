import type { Query } from './connection.ts'
import type { StoreContext } from './context.ts'
import { newId } from './ids.ts'

/** What an evaluation of a model on the test samples gave; `results` as the evaluation wrote it. */
export interface Evaluation {
  readonly id: string
  readonly modelId: string
  readonly results: Readonly<Record<string, unknown>>
  readonly createdAt: string
}

type EvaluationRow = Omit<Evaluation, 'results'> & { results: string }

export class EvaluationRepository {
  readonly #now: () => string
  readonly #insert: Query<[EvaluationRow], never>
  readonly #list: Query<[string], EvaluationRow>
  readonly #newest: Query<[string], EvaluationRow>
  readonly #newestAuroc: Query<[string], { auroc: number | null }>

  constructor(context: StoreContext) {
    this.#now = context.now
    this.#insert = context.connection.prepare(
      'INSERT INTO evaluation (id, model_id, results, created_at) VALUES (@id, @modelId, @results, @createdAt)',
    )
    const ofModel = 'FROM evaluation WHERE model_id = ? ORDER BY created_at DESC, id DESC'
    const columns = 'id, model_id AS modelId, results, created_at AS createdAt'
    this.#list = context.connection.prepare(`SELECT ${columns} ${ofModel}`)
    this.#newest = context.connection.prepare(`SELECT ${columns} ${ofModel} LIMIT 1`)
    this.#newestAuroc = context.connection.prepare(
      `SELECT json_extract(results, '$.image_auroc') AS auroc ${ofModel} LIMIT 1`,
    )
  }

  /** @param results anything that JSON can hold */
  create(modelId: string, results: object): Evaluation {
    const row = { id: newId(), modelId, results: JSON.stringify(results), createdAt: this.#now() }
    this.#insert.run(row)
    return evaluationOfRow(row)
  }

  /** Newest first. */
  list(modelId: string): Evaluation[] {
    return this.#list.all(modelId).map(evaluationOfRow)
  }

  newest(modelId: string): Evaluation | undefined {
    const row = this.#newest.get(modelId)
    return row === undefined ? undefined : evaluationOfRow(row)
  }

  /** Image AUROC of the newest evaluation, without reading the scores of every image; null if there is none. */
  newestAuroc(modelId: string): number | null {
    return this.#newestAuroc.get(modelId)?.auroc ?? null
  }
}

function evaluationOfRow(row: EvaluationRow): Evaluation {
  return { ...row, results: JSON.parse(row.results) as Record<string, unknown> }
}
