/** What can go wrong with the compute process and its jobs, in words for people. */
import type { RemoteError } from './messages.ts'
import type { Exit } from './port.ts'

/** A job failed in the compute process; `remoteName` is the name of the error's class over there. */
export class JobError extends Error {
  override readonly name = 'JobError'
  readonly remoteName: string
  readonly remoteStack: string | undefined

  constructor(error: RemoteError) {
    super(error.message)
    this.remoteName = error.name
    this.remoteStack = error.stack
  }
}

/** The compute process died while it had work to do. */
export class ComputeDiedError extends Error {
  override readonly name = 'ComputeDiedError'
  readonly exit: Exit

  constructor(exit: Exit) {
    super(describeExit(exit))
    this.exit = exit
  }
}

/** One sentence on how a compute process ended, with its last words if it left any. */
export function describeExit(exit: Exit): string {
  const how =
    exit.signal === 'SIGKILL'
      ? 'was killed (SIGKILL; often the system does that when memory runs out)'
      : exit.signal
        ? `was ended by ${exit.signal}`
        : exit.code === null
          ? 'could not be started'
          : `ended with code ${exit.code}`
  const words = lastWords(exit.words)
  return `The compute process ${how}${words ? `: ${words}` : '.'}`
}

/** The line that says most: the error itself rather than its stack. */
function lastWords(words: string): string {
  const lines = words
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return (
    lines.findLast((line) => /error|fatal|abort/i.test(line) && !line.startsWith('at ')) ?? lines.at(-1) ?? ''
  )
}
