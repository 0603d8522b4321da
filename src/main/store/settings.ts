import type { Query } from './connection.ts'
import type { StoreContext } from './context.ts'

/** What is set once for a data folder: any JSON value by its name. */
export class SettingRepository {
  readonly #now: () => string
  readonly #get: Query<[string], { value: string }>
  readonly #set: Query<[string, string, string], never>
  readonly #delete: Query<[string], never>

  constructor(context: StoreContext) {
    this.#now = context.now
    const { connection } = context
    this.#get = connection.prepare('SELECT value FROM setting WHERE name = ?')
    this.#set = connection.prepare(
      `INSERT INTO setting (name, value, updated_at) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    )
    this.#delete = connection.prepare('DELETE FROM setting WHERE name = ?')
  }

  /** Undefined if it was never set. The caller checks what kind of value it is. */
  get(name: string): unknown {
    const row = this.#get.get(name)
    return row === undefined ? undefined : (JSON.parse(row.value) as unknown)
  }

  set(name: string, value: unknown): void {
    this.#set.run(name, JSON.stringify(value), this.#now())
  }

  delete(name: string): void {
    this.#delete.run(name)
  }
}

/** A folder of the machine that images may be read from. */
export interface AllowedFolder {
  /** Absolute, without symbolic links. */
  readonly path: string
  readonly allowedBy: string
  readonly allowedAt: string
}

/** Folders of the machine that images may be read from. */
export class AllowedFolderRepository {
  readonly #now: () => string
  readonly #insert: Query<[AllowedFolder], never>
  readonly #list: Query<[], AllowedFolder>
  readonly #delete: Query<[string], never>

  constructor(context: StoreContext) {
    this.#now = context.now
    const { connection } = context
    this.#insert = connection.prepare(
      `INSERT INTO allowed_folder (path, allowed_by, allowed_at) VALUES (@path, @allowedBy, @allowedAt)
       ON CONFLICT (path) DO NOTHING`,
    )
    this.#list = connection.prepare(
      'SELECT path, allowed_by AS allowedBy, allowed_at AS allowedAt FROM allowed_folder ORDER BY path',
    )
    this.#delete = connection.prepare('DELETE FROM allowed_folder WHERE path = ?')
  }

  /** Allows a folder; one that is allowed already stays as it was. */
  add(path: string, allowedBy: string): void {
    this.#insert.run({ path, allowedBy, allowedAt: this.#now() })
  }

  list(): AllowedFolder[] {
    return this.#list.all()
  }

  /** False if it was not allowed. */
  delete(path: string): boolean {
    return this.#delete.run(path) > 0
  }
}
