/**
 * The application's side of the compute process: starts it when there is work, runs jobs on it, hands their
 * events on with back-pressure, cancels them, and says so when the process dies. It never retries by itself
 * (recovery.ts does): the next job after a death simply gets a fresh process.
 */
import { ComputeDiedError, JobError } from './errors.ts'
import type { ChildMessage, JobEvent, JobInput, JobName, JobResult, ParentMessage } from './messages.ts'
import type { ComputeProcess, Exit, Launch } from './port.ts'

/** Events are acknowledged in groups of this many, or when none is left to deal with. */
const ACKNOWLEDGE_EVERY = 16
/** How long a process may take to end when asked before it is killed, in ms. */
const SHUTDOWN_PATIENCE = 3000

export interface RunHooks<J extends JobName> {
  /**
   * Called for one event after the other, in order, each after the one before has been dealt with. While a
   * promise that it returned is pending, the compute process is held back. A throw ends the job with that error.
   */
  onEvent?(event: JobEvent<J>): void | Promise<void>
  /** Asks the job to stop where it can go on later; its result then says `cancelled`. */
  readonly signal?: AbortSignal
}

interface Pending {
  /** Queues an event behind those not yet dealt with. */
  take(event: JobEvent<JobName>): void
  done(result: JobResult<JobName>): void
  fail(error: Error): void
}

interface Running {
  readonly process: ComputeProcess
  readonly ready: Promise<void>
  readonly pending: Map<number, Pending>
  exit: Exit | undefined
}

export class ComputeClient {
  readonly #launch: Launch
  #running: Running | undefined
  #lastId = 0
  #closed = false

  constructor(launch: Launch) {
    this.#launch = launch
  }

  /** Process id of the compute process, if one runs. */
  get pid(): number | undefined {
    return this.#running?.exit ? undefined : this.#running?.process.pid
  }

  /**
   * Runs a job and resolves with its result, after the last of its events has been dealt with.
   *
   * @throws JobError when the job failed
   * @throws ComputeDiedError when the process died before it was done
   */
  async run<J extends JobName>(job: J, input: JobInput<J>, hooks: RunHooks<J> = {}): Promise<JobResult<J>> {
    const running = this.#start()
    await running.ready
    if (running.exit) throw new ComputeDiedError(running.exit)
    const id = ++this.#lastId
    const send = (message: ParentMessage) => running.process.port.send(message)
    const cancel = () => send({ kind: 'cancel', id })
    try {
      return await new Promise<JobResult<J>>((resolve, reject) => {
        running.pending.set(
          id,
          stream<J>({
            onEvent: (event) => hooks.onEvent?.(event),
            acknowledge: (count) => send({ kind: 'acknowledge', id, count }),
            resolve,
            reject: (error) => {
              cancel()
              reject(error)
            },
          }),
        )
        send({ kind: 'start', id, job, input } as ParentMessage)
        if (hooks.signal?.aborted) cancel()
        else hooks.signal?.addEventListener('abort', cancel, { once: true })
      })
    } finally {
      running.pending.delete(id)
      hooks.signal?.removeEventListener('abort', cancel)
    }
  }

  /** Ends the process in order; kills it if it takes too long. Jobs under way fail. */
  async close(): Promise<void> {
    this.#closed = true
    const running = this.#running
    if (!running || running.exit) return
    running.process.port.send({ kind: 'shutdown' })
    const patience = setTimeout(() => running.process.kill(), SHUTDOWN_PATIENCE)
    await running.process.exited
    clearTimeout(patience)
  }

  /** Ends the process at once. */
  kill(): void {
    this.#closed = true
    if (this.#running && !this.#running.exit) this.#running.process.kill()
  }

  #start(): Running {
    if (this.#closed) throw new Error('The compute process has been shut down.')
    if (this.#running && !this.#running.exit) return this.#running
    const process = this.#launch()
    const pending = new Map<number, Pending>()
    let isReady: () => void = () => undefined
    const running: Running = {
      process,
      pending,
      ready: new Promise((resolve) => {
        isReady = resolve
      }),
      exit: undefined,
    }
    process.port.onMessage((message) => {
      if (message.kind === 'ready') isReady()
      else dispatch(pending, message)
    })
    void process.exited.then((exit) => {
      running.exit = exit
      isReady()
      for (const job of pending.values()) job.fail(new ComputeDiedError(exit))
    })
    this.#running = running
    return running
  }
}

function dispatch(pending: Map<number, Pending>, message: Exclude<ChildMessage, { kind: 'ready' }>): void {
  // A job whose listener threw is gone already; what it still sends is of no interest.
  const job = pending.get(message.id)
  if (message.kind === 'event') job?.take(message.event)
  else if (message.kind === 'done') job?.done(message.result)
  else job?.fail(new JobError(message.error))
}

/** Deals with the events of one job in order; its end, good or bad, waits for those that came before it. */
function stream<J extends JobName>(job: {
  onEvent(event: JobEvent<J>): void | Promise<void>
  acknowledge(count: number): void
  resolve(result: JobResult<J>): void
  reject(error: unknown): void
}): Pending {
  const queue: JobEvent<J>[] = []
  let end: (() => void) | undefined
  let busy = false
  let failed = false
  let unacknowledged = 0

  const work = async () => {
    if (busy) return
    busy = true
    try {
      for (let event = queue.shift(); event !== undefined && !failed; event = queue.shift()) {
        await job.onEvent(event)
        unacknowledged += 1
        if (unacknowledged >= ACKNOWLEDGE_EVERY || queue.length === 0) {
          job.acknowledge(unacknowledged)
          unacknowledged = 0
        }
      }
    } catch (error) {
      failed = true
      job.reject(error)
    } finally {
      busy = false
    }
    if (!failed) end?.()
  }

  return {
    take: (event) => {
      if (failed) return
      queue.push(event as JobEvent<J>)
      void work()
    },
    done: (result) => {
      end = () => job.resolve(result as JobResult<J>)
      void work()
    },
    fail: (error) => {
      // The first end is the one that counts: a death right after the result changes nothing.
      end ??= () => job.reject(error)
      void work()
    },
  }
}
