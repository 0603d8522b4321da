import { insertSql, type Query } from './connection.ts'
import { notFound, type StoreContext } from './context.ts'
import { StorageError } from './errors.ts'
import { newId } from './ids.ts'

export type UserRole = 'operator' | 'engineer' | 'administrator'

/** Somebody who signs in at a station. */
export interface User {
  readonly id: string
  readonly name: string
  readonly role: UserRole
  /** The hash with its parameters; null until it is set through a link. */
  readonly password: string | null
  readonly createdAt: string
}

interface UserRow {
  id: string
  name: string
  name_key: string
  role: UserRole
  password: string | null
  created_at: string
  updated_at: string
}

const columns = 'user.id, user.name, user.role, user.password, user.created_at AS createdAt'

/** People, and the one-time links by which they set their password. Tokens come as their SHA-256 in hexadecimal. */
export class UserRepository {
  readonly #context: StoreContext
  readonly #insert: Query<[UserRow], never>
  readonly #get: Query<[string], User>
  readonly #find: Query<[string], User>
  readonly #list: Query<[], User>
  readonly #update: Query<[Omit<UserRow, 'role' | 'created_at'>], never>
  readonly #insertLink: Query<[{ token_sha256: string; user_id: string; expires_at: string }], never>
  readonly #deleteLinks: Query<[string], never>
  readonly #byLink: Query<[string, string], User>
  readonly #endSessions: Query<[string], never>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    this.#insert = connection.prepare(
      insertSql('user', ['id', 'name', 'name_key', 'role', 'password', 'created_at', 'updated_at']),
    )
    this.#get = connection.prepare(`SELECT ${columns} FROM user WHERE id = ?`)
    this.#find = connection.prepare(`SELECT ${columns} FROM user WHERE name_key = ?`)
    this.#list = connection.prepare(`SELECT ${columns} FROM user ORDER BY name_key`)
    this.#update = connection.prepare(
      `UPDATE user SET name = @name, name_key = @name_key, password = @password, updated_at = @updated_at
       WHERE id = @id`,
    )
    this.#insertLink = connection.prepare(insertSql('setup_link', ['token_sha256', 'user_id', 'expires_at']))
    this.#deleteLinks = connection.prepare('DELETE FROM setup_link WHERE user_id = ?')
    this.#byLink = connection.prepare(
      `SELECT ${columns} FROM setup_link JOIN user ON user.id = setup_link.user_id
       WHERE token_sha256 = ? AND expires_at > ?`,
    )
    this.#endSessions = connection.prepare('DELETE FROM session WHERE user_id = ?')
  }

  /** Without a password: nobody can sign in as them before a link has set one. @throws StorageError `conflict` */
  create(name: string, role: UserRole): User {
    const { connection, now } = this.#context
    return connection.transaction(() => {
      this.#demandFreeName(name, undefined)
      const [id, time] = [newId(), now()]
      this.#insert.run({
        id,
        name,
        name_key: nameKey(name),
        role,
        password: null,
        created_at: time,
        updated_at: time,
      })
      return this.get(id)
    })
  }

  /** @throws StorageError `not-found` */
  get(id: string): User {
    const user = this.#get.get(id)
    if (user === undefined) throw notFound('user', id)
    return user
  }

  /** Case and Unicode spelling do not count. */
  findByName(name: string): User | undefined {
    return this.#find.get(nameKey(name))
  }

  /** All by name. */
  list(): User[] {
    return this.#list.all()
  }

  /** A link for this user, in place of any before. */
  addLink(userId: string, tokenSha256: string, expiresAt: string): void {
    this.#context.connection.transaction(() => {
      this.#deleteLinks.run(userId)
      this.#insertLink.run({ token_sha256: tokenSha256, user_id: userId, expires_at: expiresAt })
    })
  }

  /** Whom an unspent link is for. */
  findByLink(tokenSha256: string): User | undefined {
    return this.#byLink.get(tokenSha256, this.#context.now())
  }

  /**
   * Spends a link: sets name and password, and ends the sessions that the user had.
   *
   * @returns undefined if the link was spent before, is too old or never was
   * @throws StorageError `conflict` if somebody else has the name; the link then stays good
   */
  spendLink(
    tokenSha256: string,
    change: { readonly name: string; readonly password: string },
  ): User | undefined {
    const { connection, now } = this.#context
    return connection.transaction(() => {
      const user = this.findByLink(tokenSha256)
      if (user === undefined) return undefined
      this.#demandFreeName(change.name, user.id)
      this.#deleteLinks.run(user.id)
      this.#endSessions.run(user.id)
      this.#update.run({
        id: user.id,
        name: change.name,
        name_key: nameKey(change.name),
        password: change.password,
        updated_at: now(),
      })
      return this.get(user.id)
    })
  }

  #demandFreeName(name: string, own: string | undefined): void {
    const holder = this.findByName(name)
    if (holder === undefined || holder.id === own) return
    throw new StorageError('conflict', name, `There is already a user "${holder.name}".`)
  }
}

function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}
