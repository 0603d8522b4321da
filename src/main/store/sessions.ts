import { insertSql, type Query } from './connection.ts'
import type { StoreContext } from './context.ts'
import type { UserRole } from './users.ts'

/** Somebody's being signed in at one browser. */
export interface Session {
  readonly userId: string
  readonly userName: string
  readonly role: UserRole
  readonly createdAt: string
  /** When it was last used, to the minute or so. */
  readonly usedAt: string
}

/** Sessions, by the SHA-256 (hexadecimal) of what the browser's cookie holds. */
export class SessionRepository {
  readonly #context: StoreContext
  readonly #insert: Query<
    [{ token_sha256: string; user_id: string; created_at: string; used_at: string }],
    never
  >
  readonly #find: Query<[string], Session>
  readonly #touch: Query<[string, string], never>
  readonly #delete: Query<[string], never>
  readonly #deleteOld: Query<[string, string], never>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    this.#insert = connection.prepare(
      insertSql('session', ['token_sha256', 'user_id', 'created_at', 'used_at']),
    )
    this.#find = connection.prepare(
      `SELECT user_id AS userId, user.name AS userName, user.role, session.created_at AS createdAt,
         session.used_at AS usedAt
       FROM session JOIN user ON user.id = session.user_id WHERE token_sha256 = ?`,
    )
    this.#touch = connection.prepare('UPDATE session SET used_at = ? WHERE token_sha256 = ?')
    this.#delete = connection.prepare('DELETE FROM session WHERE token_sha256 = ?')
    this.#deleteOld = connection.prepare('DELETE FROM session WHERE used_at <= ? OR created_at <= ?')
  }

  begin(tokenSha256: string, userId: string): void {
    const time = this.#context.now()
    this.#insert.run({ token_sha256: tokenSha256, user_id: userId, created_at: time, used_at: time })
  }

  find(tokenSha256: string): Session | undefined {
    return this.#find.get(tokenSha256)
  }

  /** Notes that it is in use. */
  touch(tokenSha256: string): void {
    this.#touch.run(this.#context.now(), tokenSha256)
  }

  end(tokenSha256: string): void {
    this.#delete.run(tokenSha256)
  }

  /** Removes those not used since, and those begun before, the given moments. */
  removeOld(usedBefore: string, createdBefore: string): void {
    this.#deleteOld.run(usedBefore, createdBefore)
  }
}
