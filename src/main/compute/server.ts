/** The job loop of the compute process: takes jobs from the port, runs their handlers, streams their events back. */
import type {
  ChildMessage,
  JobEvent,
  JobInput,
  JobName,
  JobResult,
  ParentMessage,
  RemoteError,
} from './messages.ts'
import type { Port } from './port.ts'

/** Events that may be on their way before the application has dealt with them. */
const WINDOW = 128

export interface JobContext<J extends JobName> {
  /**
   * Reports an event. Resolves at once, or, when the application lags behind, when it has caught up: a job that
   * can produce events faster than they are dealt with awaits it.
   */
  emit(event: JobEvent<J>): Promise<void>
  /** Aborted when the job should stop where it can go on later. */
  readonly signal: AbortSignal
}

/** One handler for each job of the map: the compiler sees to it that none is missing. */
export type JobHandlers = {
  readonly [J in JobName]: (input: JobInput<J>, context: JobContext<J>) => Promise<JobResult<J>>
}

interface ActiveJob {
  readonly abort: AbortController
  acknowledge(count: number): void
}

/**
 * Serves jobs until the application shuts it down or goes away.
 *
 * @param exit ends the process; called when the application asks for it and when it has gone
 */
export function serve(
  port: Port<ParentMessage, ChildMessage>,
  handlers: JobHandlers,
  exit: (code: number) => void,
): void {
  const jobs = new Map<number, ActiveJob>()

  const start = <J extends JobName>(id: number, job: J, input: JobInput<J>) => {
    const abort = new AbortController()
    let inFlight = 0
    let waiting: (() => void)[] = []
    const context: JobContext<J> = {
      signal: abort.signal,
      emit: (event) => {
        inFlight += 1
        port.send({ kind: 'event', id, event })
        // A cancelled job is not held back: its listener may be gone, and nobody would ever let it go on.
        return inFlight < WINDOW || abort.signal.aborted
          ? Promise.resolve()
          : new Promise((resolve) => waiting.push(resolve))
      },
    }
    const resumeAll = () => {
      const resumed = waiting
      waiting = []
      for (const resume of resumed) resume()
    }
    abort.signal.addEventListener('abort', resumeAll, { once: true })
    jobs.set(id, {
      abort,
      acknowledge: (count) => {
        inFlight -= count
        if (inFlight < WINDOW) resumeAll()
      },
    })
    const handler: JobHandlers[J] = handlers[job]
    // A handler that throws before its first await fails the job like any other.
    Promise.resolve()
      .then(() => handler(input, context))
      .then(
        (result) => port.send({ kind: 'done', id, result }),
        (error: unknown) => port.send({ kind: 'failed', id, error: toRemote(error) }),
      )
      .finally(() => jobs.delete(id))
  }

  port.onMessage((message) => {
    switch (message.kind) {
      case 'start':
        start(message.id, message.job, message.input)
        break
      case 'cancel':
        jobs.get(message.id)?.abort.abort()
        break
      case 'acknowledge':
        jobs.get(message.id)?.acknowledge(message.count)
        break
      case 'shutdown':
        exit(0)
        break
    }
  })
  port.onClose(() => exit(0))
  port.send({ kind: 'ready', pid: process.pid })
}

function toRemote(error: unknown): RemoteError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  return { name: error.name, message: error.message, ...(error.stack ? { stack: error.stack } : {}) }
}
