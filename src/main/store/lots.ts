import type { Query } from './connection.ts'
import { notFound, type StoreContext } from './context.ts'
import { newId } from './ids.ts'

/** A named batch of inspections. */
export interface Lot {
  readonly id: string
  readonly projectId: string
  readonly name: string
  readonly createdAt: string
}

const columns = 'id, project_id AS projectId, name, created_at AS createdAt'

export class LotRepository {
  readonly #context: StoreContext
  readonly #insert: Query<[Lot], never>
  readonly #get: Query<[string], Lot>
  readonly #find: Query<[string, string], Lot>
  readonly #list: Query<[string], Lot>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    this.#insert = connection.prepare(
      'INSERT INTO lot (id, project_id, name, created_at) VALUES (@id, @projectId, @name, @createdAt)',
    )
    this.#get = connection.prepare(`SELECT ${columns} FROM lot WHERE id = ?`)
    this.#find = connection.prepare(`SELECT ${columns} FROM lot WHERE project_id = ? AND name = ?`)
    this.#list = connection.prepare(
      `SELECT ${columns} FROM lot WHERE project_id = ? ORDER BY created_at DESC, id DESC`,
    )
  }

  /** The lot of that name, made if there is none. */
  findOrCreate(projectId: string, name: string): Lot {
    return this.#context.connection.transaction(() => {
      const found = this.findByName(projectId, name)
      if (found !== undefined) return found
      const lot = { id: newId(), projectId, name, createdAt: this.#context.now() }
      this.#insert.run(lot)
      return lot
    })
  }

  /** @throws StorageError `not-found` */
  get(id: string): Lot {
    const lot = this.#get.get(id)
    if (lot === undefined) throw notFound('lot', id)
    return lot
  }

  findByName(projectId: string, name: string): Lot | undefined {
    return this.#find.get(projectId, name)
  }

  /** Newest first. */
  list(projectId: string): Lot[] {
    return this.#list.all(projectId)
  }
}
