import type { Job, JobKind, JobResult } from '../../../contract/jobs.ts'
import { newId } from '../../store/index.ts'
import type { LiveEvents } from '../live.ts'
import { problemOf, ProblemError, type Problem } from '../problems.ts'
import { StoppedError } from '../stopped.ts'
import { LiveJob, type JobEnd, type NewJob } from './job.ts'

/** What a job's work reports to, and how it learns that it is to stop. */
export interface Task {
  readonly id: string
  readonly signal: AbortSignal
  readonly job: LiveJob
}

/** How work ends that did not throw: `cancelled` where the signal stopped it, with what was kept. */
export interface Outcome {
  readonly state: 'finished' | 'cancelled'
  readonly result: JobResult | null
}

interface Entry {
  readonly job: LiveJob
  cancel(): void
}

/** Ended jobs that are remembered. */
const REMEMBERED = 100

/**
 * Whatever takes longer than a moment. Jobs of one kind run one after the other, those of different kinds side by
 * side: an inspection never waits for a training.
 */
export class JobRegistry {
  readonly #live: LiveEvents
  /** Oldest first. */
  readonly #entries = new Map<string, Entry>()
  readonly #lanes = new Map<JobKind, Promise<void>>()
  #closed = false

  constructor(live: LiveEvents) {
    this.#live = live
  }

  /** Begins a job, or queues it behind those of its kind. */
  start(job: Omit<NewJob, 'id'>, work: (task: Task) => Promise<Outcome>): Job {
    const abort = new AbortController()
    const entry = this.open({ ...job, id: newId() }, () => {
      abort.abort()
      if (entry.now.state === 'queued') entry.end({ state: 'cancelled', result: null })
    })
    const before = this.#lanes.get(job.kind) ?? Promise.resolve()
    const run = before.then(async () => {
      if (entry.ended) return
      entry.begin()
      entry.end(await settle(entry.now, () => work({ id: entry.now.id, signal: abort.signal, job: entry })))
    })
    this.#lanes.set(job.kind, run)
    return entry.now
  }

  /** A job whose course is somebody else's matter (the training queue's); `cancel` is called when one asks for it. */
  open(job: NewJob, cancel: () => void): LiveJob {
    const entry = new LiveJob(this.#live, job)
    this.#entries.delete(job.id)
    this.#entries.set(job.id, { job: entry, cancel })
    if (this.#closed) cancel()
    this.#forget()
    return entry
  }

  /** Those queued and running, and the last that ended; newest first. */
  list(): Job[] {
    return [...this.#entries.values()].map(({ job }) => job.now).reverse()
  }

  /** @throws ProblemError `noJob` */
  get(id: string): Job {
    return this.#get(id).job.now
  }

  find(id: string): Job | undefined {
    return this.#entries.get(id)?.job.now
  }

  /**
   * Asks a job to stop where what is done is kept; one that waits ends at once, one that has ended stays as it is.
   *
   * @throws ProblemError `noJob`
   */
  cancel(id: string): Job {
    const entry = this.#get(id)
    if (!entry.job.ended) entry.cancel()
    return entry.job.now
  }

  /** Stops all of its own jobs and waits until they have. */
  async close(): Promise<void> {
    this.#closed = true
    for (const { job, cancel } of this.#entries.values()) if (!job.ended) cancel()
    await Promise.all(this.#lanes.values())
  }

  #get(id: string): Entry {
    const entry = this.#entries.get(id)
    if (!entry) throw new ProblemError('NOT_FOUND', 'noJob', `There is no job ${id} (any more).`)
    return entry
  }

  #forget(): void {
    const ended = [...this.#entries].filter(([, { job }]) => job.ended)
    for (const [id] of ended.slice(0, Math.max(0, ended.length - REMEMBERED))) this.#entries.delete(id)
  }
}

async function settle(job: Job, work: () => Promise<Outcome>): Promise<JobEnd> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StoppedError) return { state: 'cancelled', result: null }
    return { state: 'failed', error: jobProblem(error, `${job.kind} ${job.id}`) }
  }
}

/** Why a job failed, in the contract's words; an error that nobody foresaw is logged. */
export function jobProblem(error: unknown, where: string): Pick<Problem, 'key' | 'values'> {
  const problem = problemOf(error)
  if (problem) return problem
  console.error(`${where}:`, error)
  return { key: 'jobFailed', values: { detail: 'Something went wrong that was not foreseen; see the log.' } }
}
