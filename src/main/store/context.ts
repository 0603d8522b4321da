import type { Connection } from './connection.ts'
import { StorageError } from './errors.ts'
import type { FileStore } from './files.ts'
import type { Lease } from './lease.ts'

/** What every repository works with. */
export interface StoreContext {
  readonly connection: Connection
  readonly files: FileStore
  readonly lease: Lease
  /** The present time as ISO 8601 in UTC with milliseconds, e.g. `2026-03-01T12:00:00.000Z`. */
  readonly now: () => string
}

export function notFound(what: string, id: string): StorageError {
  return new StorageError('not-found', id, `There is no ${what} ${id}.`)
}

/** Refuses a row whose file is not there. To be called inside the transaction that inserts the row. */
export function demandFile(present: boolean, path: string): void {
  if (present) return
  throw new StorageError(
    'missing-file',
    path,
    `The file ${path} is missing from the data folder, so nothing that needs it was saved. Repeat the command.`,
  )
}
