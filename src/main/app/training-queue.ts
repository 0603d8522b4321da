import type { Run } from '../../contract/training.ts'
import { messageKeys, type MessageKey } from '../../contract/messages.ts'
import { StorageError, type TrainingRun } from '../store/index.ts'
import type { TrainingEvent } from '../models/types.ts'
import type { Core } from './core.ts'
import type { LiveJob } from './jobs/job.ts'
import { jobProblem, type JobRegistry } from './jobs/registry.ts'
import type { LiveEvents } from './live.ts'
import {
  beginRun,
  carryOut,
  createRun,
  createRuns,
  type TrainingOutcome,
  type TrainingRequest,
  type TrainingsRequest,
} from './training.ts'
import { TrainingLog, type LogLine } from './training-log.ts'
import { epochsPlanned, epochView, runView } from './training-views.ts'

/** A run that took the application down so often without an epoch in between is not taken up again by itself. */
const RECOVERIES = 3

interface Current {
  readonly id: string
  readonly abort: AbortController
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<void>
}

/**
 * Training runs one at a time, oldest first. The queue is in the database: runs in the state `queued`; so it
 * outlives the application, and what was running when that ended goes on at the next start.
 */
export class TrainingQueue {
  readonly #core: Core
  readonly #live: LiveEvents
  readonly #jobs: JobRegistry
  readonly #waiting = new Map<string, LiveJob>()
  #current: Current | undefined
  #closed = false

  /** Takes up what was queued or cut off. */
  constructor(core: Core, live: LiveEvents, jobs: JobRegistry) {
    this.#core = core
    this.#live = live
    this.#jobs = jobs
    this.#recover()
    for (const run of this.#queued()) this.#wait(run)
    this.#next()
  }

  /**
   * Makes a run with its snapshot and puts it into the queue.
   *
   * @throws TrainingRequestError, SnapshotError
   */
  async start(request: TrainingRequest): Promise<Run> {
    const { store } = this.#core
    const run = createRun(store, request)
    await store.files.createModelFolder(run.id)
    new TrainingLog(store, run.id).add('trainingQueued')
    return this.#enqueue(run)
  }

  /**
   * Makes runs that share one snapshot and puts them into the queue in their order: all of them or none.
   *
   * @throws TrainingRequestError, SnapshotError
   */
  async startMany(request: TrainingsRequest): Promise<Run[]> {
    const { store } = this.#core
    const runs = createRuns(store, request)
    // All folders first: from then on nothing comes between one run and the next.
    for (const { id } of runs) await store.files.createModelFolder(id)
    return runs.map((run) => {
      new TrainingLog(store, run.id).add('trainingQueued')
      return this.#enqueue(run)
    })
  }

  /**
   * Puts a cancelled, failed or interrupted run back into the queue; it goes on from its last checkpoint.
   *
   * @throws StorageError `not-found`; `in-use` if it runs or has finished
   */
  async resume(id: string): Promise<Run> {
    const { store } = this.#core
    const run = store.runs.requeue(id)
    await store.files.createModelFolder(id)
    if (this.#waiting.has(id)) return runView(store, run)
    new TrainingLog(store, id).add('trainingQueued')
    return this.#enqueue(run)
  }

  /**
   * Takes a run out of the queue, or stops it after the step under way; one that has ended stays as it is.
   *
   * @throws StorageError `not-found`; `in-use` if another process trains it, or it has finished
   */
  cancel(id: string): Run {
    const { store } = this.#core
    store.runs.interruptDead()
    const run = store.runs.get(id)
    if (this.#current?.id === id) {
      this.#current.abort.abort()
      return runView(store, run)
    }
    if (run.state === 'running' || run.state === 'finished') {
      const words = run.state === 'running' ? 'is running in another process' : 'has finished'
      throw new StorageError('in-use', id, `The training run ${id} ${words}; it cannot be cancelled.`)
    }
    if (run.state !== 'queued') return runView(store, run)
    const cancelled = store.runs.finish(id, 'cancelled')
    new TrainingLog(store, id).add('trainingCancelled', { epoch: run.epochsDone })
    this.#waiting.get(id)?.end({ state: 'cancelled', result: resultOf(id) })
    this.#waiting.delete(id)
    this.#changed(run)
    return runView(store, cancelled)
  }

  /** What happened in a run, oldest first. */
  log(id: string): LogLine[] {
    return new TrainingLog(this.#core.store, id).read()
  }

  /** The run that trains now. */
  get runningId(): string | undefined {
    return this.#current?.id
  }

  /** Stops what runs; it and what waits go on at the next start. */
  async close(): Promise<void> {
    this.#closed = true
    this.#current?.abort.abort()
    await this.#current?.ended
  }

  #recover(): void {
    const { runs } = this.#core.store
    runs.interruptDead()
    for (const run of runs.list({ state: 'interrupted' })) {
      const log = new TrainingLog(this.#core.store, run.id)
      // One that the command line trained is its user's to resume.
      if (!log.exists) continue
      // Cut off with the application's death, and not stopped with its end in order: that says no error.
      const crashed = run.error !== null
      const inVain = log
        .read()
        .filter(({ message }) => message.key === 'trainingRecovered')
        .filter(({ message }) => message.values['epoch'] === run.epochsDone)
      if (crashed && inVain.length >= RECOVERIES) continue
      log.add('trainingRecovered', crashed ? { epoch: run.epochsDone } : {})
      runs.requeue(run.id)
    }
  }

  /** Oldest first. */
  #queued(): TrainingRun[] {
    return this.#core.store.runs.list({ state: 'queued' }).reverse()
  }

  #enqueue(run: TrainingRun): Run {
    this.#wait(run)
    this.#changed(run)
    // In a moment: whoever queued it hears of the queued run first.
    setImmediate(() => this.#next())
    return runView(this.#core.store, run)
  }

  #wait(run: TrainingRun): void {
    const { store } = this.#core
    const job = this.#jobs.open(
      {
        id: run.id,
        kind: 'training',
        projectId: run.projectId,
        subject: store.projects.get(run.projectId).name,
        total: epochsPlanned(run),
        createdAt: run.createdAt,
      },
      () => {
        // Closing ends all jobs, but the queue stays for the next start.
        if (!this.#closed) this.cancel(run.id)
      },
    )
    job.progress(run.epochsDone, epochsPlanned(run))
    this.#waiting.set(run.id, job)
  }

  #next(): void {
    if (this.#current || this.#closed) return
    const queued = this.#queued()
    const there = new Set(queued.map(({ id }) => id))
    for (const [id, job] of this.#waiting) {
      if (there.has(id)) continue
      // Its project was deleted, or another process took it.
      job.end({ state: 'cancelled', result: null })
      this.#waiting.delete(id)
    }
    const run = queued.find(({ id }) => this.#waiting.has(id))
    const job = run && this.#waiting.get(run.id)
    if (!run || !job) return
    this.#waiting.delete(run.id)
    const abort = new AbortController()
    this.#current = {
      id: run.id,
      abort,
      ended: this.#train(run, job, abort.signal).finally(() => {
        this.#current = undefined
        this.#changed(run)
        this.#next()
      }),
    }
  }

  async #train(run: TrainingRun, job: LiveJob, signal: AbortSignal): Promise<void> {
    const { store } = this.#core
    const log = new TrainingLog(store, run.id)
    const epochs = epochsPlanned(run)
    let lastEpoch: Extract<TrainingEvent, { kind: 'epoch' }> | undefined
    try {
      const begun = beginRun(store, run.id)
      job.begin()
      this.#changed(run)
      const outcome = await carryOut(this.#core, begun, {
        signal,
        stopsAs: () => (this.#closed ? 'interrupted' : 'cancelled'),
        onEvent: (event) => {
          if (event.kind === 'epoch') lastEpoch = event
          this.#hear(run, job, log, epochs, event)
        },
        onEpoch: () => {
          if (!lastEpoch) return
          const { id: runId, projectId } = run
          this.#live.publish({ kind: 'epoch', runId, projectId, epoch: epochView(lastEpoch) })
          if (lastEpoch.best && lastEpoch.validation !== null)
            log.add('bestEpoch', { epoch: lastEpoch.epoch, validation: 1 - lastEpoch.validation })
        },
        onRestart: (death) => {
          log.add('computeRestarted', { detail: death.message })
          job.restarted(death.message)
        },
      })
      this.#end(outcome, job, log)
    } catch (error) {
      const problem = jobProblem(error, `training ${run.id}`)
      log.add('trainingFailed', { detail: String(problem.values['detail'] ?? problem.key) })
      job.end({ state: 'failed', error: problem })
    }
  }

  #end({ run, model }: TrainingOutcome, job: LiveJob, log: TrainingLog): void {
    if (model) {
      const best = this.#core.store.runs.best(run.id)
      log.add('trainingFinished', { bestEpoch: best?.epoch ?? run.epochsDone, epochs: run.epochsDone })
      job.progress(run.epochsDone, run.epochsDone)
      job.end({ state: 'finished', result: resultOf(run.id, model.id) })
      this.#live.changed('models', run.projectId)
      return
    }
    const state = run.state === 'interrupted' ? 'interrupted' : 'cancelled'
    if (state === 'cancelled') log.add('trainingCancelled', { epoch: run.epochsDone })
    job.end({ state, result: resultOf(run.id) })
  }

  #hear(run: TrainingRun, job: LiveJob, log: TrainingLog, epochs: number, event: TrainingEvent): void {
    switch (event.kind) {
      case 'started':
        job.note(null)
        if (event.resumedFrom > 0)
          log.add('trainingResumed', { engine: event.engine, epoch: event.resumedFrom })
        else {
          const { engine, views, parameters } = event
          log.add('trainingStarted', { engine, views, parameters })
        }
        job.progress(event.resumedFrom, epochs)
        this.#live.changed('runs', run.projectId)
        break
      case 'progress':
        job.progress(Math.round(event.fraction * epochs * 100) / 100, epochs, event.secondsLeft)
        break
      case 'skipped':
        log.add('imageSkipped', { name: this.#nameOf(event.sample), detail: event.reason })
        break
      case 'preview':
        this.#live.publish({ kind: 'preview', runId: run.id, epoch: event.epoch })
        break
      case 'log': {
        const key = messageKeys.find((one) => one === event.key) ?? 'words'
        const values = key === 'words' ? { detail: event.message } : event.values
        log.add(key, values)
        if (notes.has(key)) job.note(key, values)
        break
      }
      case 'epoch':
        break
    }
  }

  #nameOf(sampleId: string): string {
    try {
      return this.#core.store.samples.get(sampleId).originalName
    } catch {
      return sampleId
    }
  }

  #changed({ projectId }: TrainingRun): void {
    this.#live.changed('runs', projectId)
    this.#live.changed('projects', projectId)
  }
}

/** What the log says that is also worth saying while it lasts. */
const notes: ReadonlySet<MessageKey> = new Set<MessageKey>([
  'measuringEngines',
  'engineMeasured',
  'engineUnavailable',
  'calibrating',
])

function resultOf(runId: string, modelId: string | null = null) {
  return { kind: 'training', runId, modelId } as const
}
