import type { Query } from './connection.ts'
import type { StoreContext } from './context.ts'

/** The station that serves a data folder. */
export interface StationRow {
  readonly owner: string
  readonly pid: number
  /** Null in the moment before it listens. */
  readonly address: string | null
  readonly startedAt: string
}

/**
 * At most one station serves a data folder. Whether the one noted is still alive is told by its lease, which ends
 * with its process, however that ends; the process id is for people.
 */
export class StationRepository {
  readonly #context: StoreContext
  readonly #get: Query<[], StationRow>
  readonly #claim: Query<[{ owner: string; pid: number; time: string }], never>
  readonly #setAddress: Query<[string, string], never>
  readonly #release: Query<[string], never>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    this.#get = connection.prepare('SELECT owner, pid, address, started_at AS startedAt FROM station')
    this.#claim = connection.prepare(
      `INSERT INTO station (id, owner, pid, address, started_at) VALUES (1, @owner, @pid, NULL, @time)
       ON CONFLICT (id) DO UPDATE SET owner = @owner, pid = @pid, address = NULL, started_at = @time`,
    )
    this.#setAddress = connection.prepare('UPDATE station SET address = ? WHERE owner = ?')
    this.#release = connection.prepare('DELETE FROM station WHERE owner = ?')
  }

  /** Makes this store's process the folder's station. Returns the living one that is it already, else undefined. */
  claim(pid: number): StationRow | undefined {
    const { connection, lease, now } = this.#context
    return connection.transaction(() => {
      const other = this.#get.get()
      if (other !== undefined && other.owner !== lease.owner && lease.isAlive(other.owner)) return other
      this.#claim.run({ owner: lease.owner, pid, time: now() })
      return undefined
    })
  }

  setAddress(address: string): void {
    this.#setAddress.run(address, this.#context.lease.owner)
  }

  release(): void {
    this.#release.run(this.#context.lease.owner)
  }
}
