/**
 * The one error type that leaves the store: what happened, where, and what cures it.
 * Operating system and SQLite codes are translated here and nowhere else.
 */

/** What kept the store from doing its work. */
export type StorageProblem =
  | 'disk-full'
  | 'read-only'
  | 'busy'
  | 'corrupt'
  | 'newer-version'
  | 'migration-failed'
  | 'missing-file'
  | 'not-found'
  | 'conflict'
  | 'in-use'
  | 'input-output'

/** A failure of the store. `message` says what, where and the cure; `cause` keeps the original error. */
export class StorageError extends Error {
  readonly problem: StorageProblem
  /** The file or folder (or record) concerned. */
  readonly path: string

  constructor(problem: StorageProblem, path: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'StorageError'
    this.problem = problem
    this.path = path
  }
}

/** The `code` of a Node or SQLite error, or an empty string. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return ''
}

/** True for errors that mean "the file is not there". */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

const texts: Record<'disk-full' | 'read-only' | 'busy' | 'corrupt' | 'conflict' | 'input-output', string> = {
  'disk-full':
    'The disk is full: could not write to %s. Free some space and try again; everything saved so far is kept.',
  'read-only':
    'No permission to write to %s. Make the folder writable for this user, or choose another data folder with --data.',
  busy: 'Another program is holding %s for too long. Close it or wait until it has finished, then try again.',
  corrupt:
    'The file %s is damaged or is no Flawline database. Move it away and restore a backup (flawline.db.before-… beside it, if there is one).',
  conflict: 'The change contradicts what is already stored in %s.',
  'input-output':
    'Reading or writing %s failed. Check the path, the disk and its connection; everything saved so far is kept.',
}

function problemOf(code: string): keyof typeof texts | undefined {
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL') return 'disk-full'
  // SQLite cannot grow its shared-memory file: in practice always a full disk.
  if (code === 'SQLITE_IOERR_SHMSIZE') return 'disk-full'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'read-only'
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM')
    return 'read-only'
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy'
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'corrupt'
  if (code.startsWith('SQLITE_CONSTRAINT')) return 'conflict'
  // Node's remaining system errors: EIO, ENOTDIR, EMFILE, … (its own begin with ERR_).
  if (code.startsWith('SQLITE_IOERR') || /^E[A-Z0-9]+$/.test(code)) return 'input-output'
  return undefined
}

/**
 * Turns a Node or SQLite error into a StorageError naming `path`; errors that are none (programming
 * mistakes, StorageErrors) come back as they are.
 */
export function translateError(error: unknown, path: string): unknown {
  if (error instanceof StorageError) return error
  const problem = problemOf(errorCode(error))
  if (problem === undefined) return error
  const detail = error instanceof Error ? ` (${error.message})` : ''
  return new StorageError(problem, path, texts[problem].replace('%s', path) + detail, { cause: error })
}
