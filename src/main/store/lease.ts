import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { errorCode, translateError } from './errors.ts'
import { makeFolder } from './folders.ts'
import { isId, newId } from './ids.ts'

/**
 * Tells living processes from dead ones on one data folder. Each open store holds the lock of a tiny file in
 * `locks/`; the operating system drops it when the process ends, however it ends. Process ids would not do: they
 * are reused, they differ between containers that share a folder, and asking for a start time is different on
 * every system. The lock is SQLite's own, so it works wherever the database itself works.
 */
export class Lease {
  /** Names this store in rows and temporary files. */
  readonly owner: string
  readonly #folder: string
  readonly #holder: Database.Database

  private constructor(folder: string, owner: string, holder: Database.Database) {
    this.#folder = folder
    this.owner = owner
    this.#holder = holder
  }

  /** Takes a lease in `folder`, which is made if need be. Throws StorageError if that cannot be written. */
  static take(folder: string): Lease {
    try {
      makeFolder(folder)
      for (;;) {
        const owner = newId()
        const file = lockFile(folder, owner)
        writeFileSync(file, '')
        const holder = hold(file, 1000)
        // A sweep may have taken the file for a dead one in the instant before the lock: then it is gone.
        if (typeof holder === 'object' && existsSync(file)) return new Lease(folder, owner, holder)
        if (typeof holder === 'object') holder.close()
      }
    } catch (error) {
      throw translateError(error, folder)
    }
  }

  /** True while the store that took the lease `owner` is open in some process. */
  isAlive(owner: string): boolean {
    if (owner === this.owner) return true
    if (!isId(owner)) return false
    const file = lockFile(this.#folder, owner)
    const holder = hold(file, 0)
    if (typeof holder === 'string') return holder === 'held'
    rmSync(file, { force: true })
    holder.close()
    return false
  }

  /** Removes the lock files of dead processes. */
  sweep(): void {
    for (const name of readdirSync(this.#folder)) {
      if (name.endsWith('.lock')) this.isAlive(name.slice(0, -'.lock'.length))
    }
  }

  release(): void {
    rmSync(lockFile(this.#folder, this.owner), { force: true })
    this.#holder.close()
  }
}

function lockFile(folder: string, owner: string): string {
  return join(folder, `${owner}.lock`)
}

/** Opens and locks the file. `held`: another connection has it (longer than the patience); `gone`: no such file. */
function hold(file: string, patienceMilliseconds: number): Database.Database | 'held' | 'gone' {
  let database: Database.Database | undefined
  try {
    // Never made here: a file that its owner removes at this moment would stay for good.
    database = new Database(file, { timeout: patienceMilliseconds, fileMustExist: true })
    // Nothing is ever written, so a journal file beside it would only be litter after a kill.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    if (errorCode(error).startsWith('SQLITE_BUSY')) return 'held'
    if (errorCode(error).startsWith('SQLITE_CANTOPEN') && !existsSync(file)) return 'gone'
    throw error
  }
}
