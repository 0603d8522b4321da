/** Who is at a station: signing in and out, the one-time link, sessions. Knows nothing of HTTP. */
import { createHash, randomBytes } from 'node:crypto'
import { shortestPassword } from '../../contract/station.ts'
import { StorageError, type Session, type Store, type User } from '../store/index.ts'
import { attemptKey, Attempts } from './attempts.ts'
import { hashPassword, verifyPassword } from './passwords.ts'

const hour = 3_600_000
/** Unused for so long, a session ends; */
export const idleLimit = 12 * hour
/** so long after signing in it ends in any case. In milliseconds. */
export const absoluteLimit = 7 * 24 * hour
/** A use is noted at most so often. */
const touchEvery = 60_000
const linkLife = 24 * hour
/** Who the first link is for; the link asks for a name of one's own. */
const firstName = 'administrator'

/** Somebody who signed in. */
export interface SignedIn {
  /** SHA-256 of the cookie: what the session is known by here. */
  readonly key: string
  readonly user: Pick<Session, 'userId' | 'userName' | 'role'>
}

export type SignInResult =
  | { readonly kind: 'signed-in'; /** For the cookie. */ readonly token: string; readonly signedIn: SignedIn }
  | { readonly kind: 'wrongPassword' | 'linkSpent' | 'passwordTooShort' | 'nameTaken' }
  | { readonly kind: 'tooManyTries'; readonly seconds: number }

export interface AccountsOptions {
  /** Milliseconds; default: the clock. */
  readonly now?: () => number
}

export class Accounts {
  readonly #store: Store
  readonly #now: () => number
  readonly #byAddress: Attempts
  readonly #byName: Attempts
  readonly #endListeners = new Set<() => void>()

  constructor(store: Store, options: AccountsOptions = {}) {
    this.#store = store
    this.#now = options.now ?? Date.now
    this.#byAddress = new Attempts({ free: 10, longest: 300 }, this.#now)
    // Shorter at the most: else somebody could keep another out for long by guessing.
    this.#byName = new Attempts({ free: 5, longest: 60 }, this.#now)
  }

  /** True until somebody has a password. */
  get setupNeeded(): boolean {
    return this.#store.users.list().every((user) => user.password === null)
  }

  /** A new one-time token for the first administrator, who is made if there is none; older ones end. */
  newLink(): string {
    const token = newToken()
    this.#store.transaction(() => {
      const { users } = this.#store
      const administrator =
        users.list().find((user) => user.role === 'administrator') ?? users.create(firstName, 'administrator')
      users.addLink(administrator.id, digest(token), new Date(this.#now() + linkLife).toISOString())
    })
    return token
  }

  /** @param address of the machine that asks */
  async signIn(address: string, typedName: string, password: string): Promise<SignInResult> {
    const { users } = this.#store
    const name = typedName.trim()
    const keys = { machine: attemptKey(address), account: name.normalize('NFKC').toLowerCase() }
    const seconds = Math.max(this.#byAddress.wait(keys.machine), this.#byName.wait(keys.account))
    if (seconds > 0) return { kind: 'tooManyTries', seconds }
    this.#byAddress.begin(keys.machine)
    this.#byName.begin(keys.account)
    const user = users.findByName(name)
    const isRight = await verifyPassword(password, user?.password ?? null)
    if (!isRight || user === undefined) return { kind: 'wrongPassword' }
    this.#byAddress.succeeded(keys.machine)
    this.#byName.succeeded(keys.account)
    return this.#begin(user)
  }

  /** Spends a one-time link: the account gets this name and password, and is signed in. */
  async setUp(address: string, token: string, name: string, password: string): Promise<SignInResult> {
    const { users } = this.#store
    const machine = attemptKey(address)
    const seconds = this.#byAddress.wait(machine)
    if (seconds > 0) return { kind: 'tooManyTries', seconds }
    // Cheap first: no hash is made for a link that is no good.
    if (users.findByLink(digest(token)) === undefined) {
      this.#byAddress.begin(machine)
      return { kind: 'linkSpent' }
    }
    if ([...password.normalize('NFKC')].length < shortestPassword) return { kind: 'passwordTooShort' }
    const hash = await hashPassword(password)
    let user: User | undefined
    try {
      user = users.spendLink(digest(token), { name, password: hash })
    } catch (error) {
      if (error instanceof StorageError && error.problem === 'conflict') return { kind: 'nameTaken' }
      throw error
    }
    if (user === undefined) return { kind: 'linkSpent' }
    this.#tellEnd()
    return this.#begin(user)
  }

  /** Whose cookie it is; undefined for none, a forged one and one whose time is over. Counts as a use. */
  session(token: string | undefined): SignedIn | undefined {
    if (token === undefined || !/^[\w-]{43}$/.test(token)) return undefined
    const key = digest(token)
    const found = this.#valid(key)
    if (found === undefined) return undefined
    this.#use(key, found)
    return { key, user: found }
  }

  /** True while the session goes on. @param isUse whether asking counts as a use */
  isOpen(key: string, isUse: boolean): boolean {
    const found = this.#valid(key)
    if (found !== undefined && isUse) this.#use(key, found)
    return found !== undefined
  }

  signOut(key: string): void {
    this.#store.sessions.end(key)
    this.#tellEnd()
  }

  /** Calls when sessions were ended before their time. Returns the way to end that. */
  onEnd(listener: () => void): () => void {
    this.#endListeners.add(listener)
    return () => this.#endListeners.delete(listener)
  }

  removeOld(): void {
    const now = this.#now()
    this.#store.sessions.removeOld(
      new Date(now - idleLimit).toISOString(),
      new Date(now - absoluteLimit).toISOString(),
    )
  }

  #tellEnd(): void {
    for (const listener of this.#endListeners) listener()
  }

  #begin(user: User): SignInResult {
    this.removeOld()
    const token = newToken()
    const key = digest(token)
    this.#store.sessions.begin(key, user.id)
    return {
      kind: 'signed-in',
      token,
      signedIn: { key, user: { userId: user.id, userName: user.name, role: user.role } },
    }
  }

  #valid(key: string): Session | undefined {
    const found = this.#store.sessions.find(key)
    if (found === undefined) return undefined
    const now = this.#now()
    const isOver =
      now >= Date.parse(found.usedAt) + idleLimit || now >= Date.parse(found.createdAt) + absoluteLimit
    return isOver ? undefined : found
  }

  #use(key: string, session: Session): void {
    if (this.#now() - Date.parse(session.usedAt) >= touchEvery) this.#store.sessions.touch(key)
  }
}

function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Tokens are random and long: a plain hash is enough, and finding it needs no comparison in secret time. */
function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
