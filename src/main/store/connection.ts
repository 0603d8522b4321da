import Database from 'better-sqlite3'
import { StorageError, translateError } from './errors.ts'
import { folded } from './text.ts'

/** What SQLite's STRICT tables take here; booleans are stored as 0 and 1. */
export type SqlValue = string | number | null

/** A prepared statement with typed parameters and rows. */
export interface Query<Parameters extends readonly unknown[], Row> {
  get(...parameters: Parameters): Row | undefined
  all(...parameters: Parameters): Row[]
  /** Runs a statement that returns no rows; gives the number of rows changed. */
  run(...parameters: Parameters): number
}

export interface ConnectionOptions {
  /** Statements and transactions slower than this are logged, in milliseconds. */
  readonly slowQueryMilliseconds: number
  readonly log: (message: string) => void
  /** How long a write waits for another process's write, in milliseconds. */
  readonly busyMilliseconds: number
}

/**
 * One SQLite connection. Every statement runs through here, so that errors come out as StorageError and slow
 * statements are logged with their time.
 *
 * Plain prepared statements rather than a query builder: better-sqlite3 is synchronous, so a transaction is an
 * ordinary function that no other code can interleave with; a builder would make every call a promise.
 */
export class Connection {
  readonly file: string
  readonly #database: Database.Database
  readonly #options: ConnectionOptions

  constructor(file: string, options: ConnectionOptions) {
    this.file = file
    this.#options = options
    this.#database = this.#translated(() => new Database(file, { timeout: options.busyMilliseconds }))
    try {
      this.#translated(() => {
        this.#database.pragma('foreign_keys = ON')
        this.#database.pragma('trusted_schema = OFF')
        this.#database.function('folded', { deterministic: true }, (text) => folded(String(text)))
      })
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  /**
   * Write-ahead logging, so that the station can read while a command writes; and a sync at every commit: with
   * WAL's usual `NORMAL` (better-sqlite3's default) a power cut takes back the last commits, and an inspection
   * that was reported to the line as done would be gone.
   */
  useWriteAheadLog(): void {
    this.#translated(() => {
      const mode = this.#database.pragma('journal_mode = WAL', { simple: true })
      if (mode !== 'wal') {
        throw new StorageError(
          'input-output',
          this.file,
          `The file system of ${this.file} does not support write-ahead logging (it answered "${String(mode)}"). ` +
            'Use a data folder on a local disk.',
        )
      }
      this.#database.pragma('synchronous = FULL')
    })
  }

  prepare<Parameters extends readonly unknown[], Row = never>(sql: string): Query<Parameters, Row> {
    const statement = this.#translated(() => this.#database.prepare<unknown[], Row>(sql))
    return {
      get: (...parameters) => this.#timed(sql, () => statement.get(...parameters)),
      all: (...parameters) => this.#timed(sql, () => statement.all(...parameters)),
      run: (...parameters) => this.#timed(sql, () => statement.run(...parameters).changes),
    }
  }

  /** Runs several statements without parameters: schema changes only. */
  execute(sql: string): void {
    this.#timed(sql, () => this.#database.exec(sql))
  }

  pragma(text: string): unknown {
    return this.#timed(`PRAGMA ${text}`, () => this.#database.pragma(text, { simple: true }))
  }

  /**
   * Runs `work` in one transaction: all of it is stored, or nothing if it throws. The write lock is taken at the
   * start, so what `work` reads cannot be changed by another process before it writes. Inside another
   * transaction it becomes a part of it. `work` must not be async.
   */
  transaction<T>(work: () => T): T {
    return this.#timed('transaction', () => this.#database.transaction(work).immediate())
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  close(): void {
    this.#database.close()
  }

  #timed<T>(sql: string, work: () => T): T {
    const start = performance.now()
    try {
      return this.#translated(work)
    } finally {
      const milliseconds = performance.now() - start
      if (milliseconds >= this.#options.slowQueryMilliseconds) {
        this.#options.log(`slow query, ${milliseconds.toFixed(0)} ms: ${sql.replace(/\s+/g, ' ').trim()}`)
      }
    }
  }

  #translated<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw translateError(error, this.file)
    }
  }
}

/** `INSERT INTO table (a, b) VALUES (@a, @b)` for the given columns. */
export function insertSql(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`
}
