import type { Message } from '../../../contract/common.ts'
import type { Job, JobKind, JobResult } from '../../../contract/jobs.ts'
import type { MessageKey } from '../../../contract/messages.ts'
import type { LiveEvents } from '../live.ts'
import type { Problem } from '../problems.ts'
import { Remaining } from './remaining.ts'

export interface NewJob {
  /** Of a training: the run's id. */
  readonly id: string
  readonly kind: JobKind
  readonly projectId: string | null
  /** What it works on, for people. */
  readonly subject: string
  readonly total?: number | null
  /** Default: now. */
  readonly createdAt?: string
}

/** How a job ended. */
export type JobEnd =
  | { readonly state: 'finished' | 'cancelled' | 'interrupted'; readonly result: JobResult | null }
  | { readonly state: 'failed'; readonly error: Pick<Problem, 'key' | 'values'> }

/** Milliseconds between two tellings of a job's progress. */
const TELL_EVERY = 200

/**
 * A job as all listeners see it: each telling is the whole of it, so one that is lost or doubled changes nothing.
 * Progress is told at most five times a second; every other change at once, and the last state always.
 */
export class LiveJob {
  readonly #live: LiveEvents
  readonly #remaining = new Remaining()
  #job: Job
  #toldAt = 0
  #timer: NodeJS.Timeout | undefined

  constructor(live: LiveEvents, job: NewJob) {
    this.#live = live
    const { total = null, createdAt = new Date().toISOString(), ...rest } = job
    this.#job = {
      ...rest,
      state: 'queued',
      done: 0,
      total,
      secondsLeft: null,
      createdAt,
      startedAt: null,
      endedAt: null,
      restarts: 0,
      note: null,
      error: null,
      result: null,
    }
    this.#tell()
  }

  get now(): Job {
    return this.#job
  }

  get ended(): boolean {
    return this.#job.endedAt !== null
  }

  /** It runs from now on. */
  begin(): void {
    this.#change({ state: 'running', startedAt: new Date().toISOString() })
  }

  /** @param secondsLeft if the job knows better than its speed so far tells */
  progress(done: number, total: number | null, secondsLeft?: number): void {
    if (this.ended) return
    const left = this.#remaining.update(done, total, performance.now() / 1000)
    this.#job = { ...this.#job, done, total, secondsLeft: secondsLeft ?? left }
    const wait = this.#toldAt + TELL_EVERY - performance.now()
    if (wait <= 0) this.#tell()
    else this.#timer ??= setTimeout(() => this.#tell(), wait)
  }

  /** Something worth saying now; null: no longer. */
  note(key: MessageKey | null, values: Message['values'] = {}): void {
    this.#change({ note: key === null ? null : { key, values } })
  }

  /** The compute process died under it, and it goes on. */
  restarted(reason: string): void {
    this.#live.publish({ kind: 'compute-restarted', jobId: this.#job.id, reason })
    this.#change({
      restarts: this.#job.restarts + 1,
      note: { key: 'computeRestarted', values: { detail: reason } },
    })
  }

  end(end: JobEnd): void {
    this.#change({
      state: end.state,
      secondsLeft: null,
      note: null,
      endedAt: new Date().toISOString(),
      ...(end.state === 'failed'
        ? { error: { key: end.error.key, values: { ...end.error.values } } }
        : { result: end.result }),
    })
  }

  #change(change: Partial<Job>): void {
    if (this.ended) return
    this.#job = { ...this.#job, ...change }
    this.#tell()
  }

  #tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#toldAt = performance.now()
    this.#live.publish({ kind: 'job', job: this.#job })
  }
}
