import type { Job, JobKind, JobResult } from '../../../contract/jobs.ts'
import type { LiveEvents } from '../live.ts'

export interface NewJob {
  readonly id?: string
  readonly kind: JobKind
  readonly projectId: string | null
  readonly subject: string
}

/** What a job's work reports to, and how it learns that it is to stop. */
export interface Task {
  readonly id: string
  readonly signal: AbortSignal
  progress(done: number, total: number | null): void
}

/** Whatever takes longer than a moment. */
export class JobRegistry {
  readonly #live: LiveEvents

  constructor(live: LiveEvents) {
    this.#live = live
    void this.#live
  }

  /** Begins a job, or queues it behind those of its kind. */
  start(job: NewJob, work: (task: Task) => Promise<JobResult | null>): Job {
    void work
    throw new Error(`not yet: ${job.kind}`)
  }

  list(): Job[] {
    return []
  }

  find(id: string): Job | undefined {
    void id
    return undefined
  }

  /** Asks a job to stop. */
  cancel(id: string): Job | undefined {
    return this.find(id)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
