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

  constructor(context: StoreContext) {
    this.#now = context.now
    this.#insert = context.connection.prepare(
      'INSERT INTO evaluation (id, model_id, results, created_at) VALUES (@id, @modelId, @results, @createdAt)',
    )
    this.#list = context.connection.prepare(
      `SELECT id, model_id AS modelId, results, created_at AS createdAt FROM evaluation
       WHERE model_id = ? ORDER BY created_at DESC, id DESC`,
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
}

function evaluationOfRow(row: EvaluationRow): Evaluation {
  return { ...row, results: JSON.parse(row.results) as Record<string, unknown> }
}
