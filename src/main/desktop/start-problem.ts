/** Why the application cannot start, in words, with the cure. */
import { StorageError, type StorageProblem } from '../store/index.ts'
import { ArgumentError } from './arguments.ts'

export interface StartProblem {
  readonly title: string
  readonly message: string
}

const titles: Partial<Record<StorageProblem, string>> = {
  'newer-version': 'This data folder belongs to a newer Flawline',
  corrupt: 'The database is damaged',
  'read-only': 'The data folder cannot be written to',
  'disk-full': 'The disk is full',
  busy: 'The data folder is in use',
  'migration-failed': 'The data folder could not be brought up to date',
  'input-output': 'The data folder cannot be read',
}

/** Title and text of the error box. The store's own messages say what, where and what to do. */
export function describeStartProblem(error: unknown, dataFolder: string): StartProblem {
  if (error instanceof ArgumentError)
    return { title: 'Flawline was started with wrong arguments', message: error.message }
  if (error instanceof StorageError) {
    return {
      title: titles[error.problem] ?? 'The data folder cannot be opened',
      message: `${error.message}\n\nData folder: ${dataFolder}`,
    }
  }
  const reason = error instanceof Error ? error.message : String(error)
  return {
    title: 'Flawline could not start',
    message: `${reason}\n\nData folder: ${dataFolder}\nStart it again; if that does not help, install it anew. The data folder stays as it is.`,
  }
}
