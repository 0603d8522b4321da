import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import type { Connection } from './connection.ts'
import { StorageError } from './errors.ts'
import { newId } from './ids.ts'

/** One step of the schema: plain SQL, run in one transaction. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}

/** Marks the file as ours in its header ("flaw" in ASCII), see SQLite's `PRAGMA application_id`. */
const applicationId = 0x666c6177

/**
 * Brings the database to the newest version. The steps run in one transaction: if one fails, nothing of any of
 * them stays. A database that holds data is copied to `flawline.db.before-<version>` first.
 *
 * @returns the version the database has now
 * @throws StorageError `newer-version` (written by a newer Flawline; nothing is touched), `corrupt` (not ours),
 *   `migration-failed`, `disk-full`
 */
export function migrate(connection: Connection, migrations: readonly Migration[]): number {
  const newest = migrations.at(-1)?.version ?? 0
  const found = readVersion(connection)
  refuseStrangers(connection, found, newest)
  if (found === newest) return newest
  if (found > 0) backUp(connection, found)
  connection.transaction(() => {
    // Another process may have migrated since: look again, now under the write lock.
    const version = readVersion(connection)
    refuseStrangers(connection, version, newest)
    for (const migration of migrations) {
      if (migration.version > version) runOne(connection, migration)
    }
  })
  return newest
}

function runOne(connection: Connection, migration: Migration): void {
  try {
    connection.execute(migration.sql)
    connection.pragma(`application_id = ${applicationId}`)
    connection.pragma(`user_version = ${migration.version}`)
  } catch (error) {
    if (error instanceof StorageError && error.problem !== 'conflict' && error.problem !== 'corrupt')
      throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new StorageError(
      'migration-failed',
      connection.file,
      `Updating the database ${connection.file} to version ${migration.version} (${migration.name}) failed: ${reason}. ` +
        'Nothing was changed; go on with the version of Flawline used before and report this.',
      { cause: error },
    )
  }
}

function readVersion(connection: Connection): number {
  return Number(connection.pragma('user_version'))
}

function refuseStrangers(connection: Connection, version: number, newest: number): void {
  const identity = Number(connection.pragma('application_id'))
  const tables = connection
    .prepare<[], { count: number }>('SELECT count(*) AS count FROM sqlite_schema')
    .get()
  const empty = (tables?.count ?? 0) === 0
  if (!empty && identity !== applicationId) {
    throw new StorageError(
      'corrupt',
      connection.file,
      `The file ${connection.file} is a database of another program. Choose another data folder with --data.`,
    )
  }
  if (version > newest) {
    throw new StorageError(
      'newer-version',
      connection.file,
      `The database ${connection.file} was written by a newer Flawline (its version is ${version}, this program knows ${newest}). ` +
        'Update Flawline, or choose another data folder with --data.',
    )
  }
}

/** A consistent copy beside the database; renamed only when it is complete and synced. */
function backUp(connection: Connection, version: number): void {
  const temporary = `${connection.file}.${newId()}.tmp`
  try {
    connection.prepare<[string]>('VACUUM INTO ?').run(temporary)
    const handle = openSync(temporary, 'r+')
    fsyncSync(handle)
    closeSync(handle)
    renameSync(temporary, `${connection.file}.before-${version}`)
  } finally {
    rmSync(temporary, { force: true })
  }
}
