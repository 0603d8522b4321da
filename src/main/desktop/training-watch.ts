/** Follows whether a model is being trained: the machine then stays awake, and closing is asked about. */
import type { Job } from '../../contract/jobs.ts'
import type { LiveEvent } from '../../contract/live.ts'

export interface TrainingState {
  readonly running: boolean
  /** 0 to 1; undefined while nobody knows. */
  readonly fraction: number | undefined
}

/** What is followed: the services' events and jobs. */
export interface TrainingSource {
  readonly live: {
    subscribe(lastEventId: string | undefined, signal: AbortSignal): AsyncGenerator<LiveEvent>
  }
  readonly jobs: { list(): readonly Job[] }
}

/** The state now. */
export function trainingState(jobs: readonly Job[]): TrainingState {
  const running = jobs.find((job) => job.kind === 'training' && job.state === 'running')
  if (!running) return { running: false, fraction: undefined }
  const { done, total } = running
  return { running: true, fraction: total !== null && total > 0 ? Math.min(1, done / total) : undefined }
}

/** Calls `listener` with the state now and whenever it changes. Resolves when `signal` aborts or the events end. */
export async function watchTraining(
  source: TrainingSource,
  listener: (state: TrainingState) => void,
  signal: AbortSignal,
): Promise<void> {
  let last: TrainingState | undefined
  const look = (): void => {
    const state = trainingState(source.jobs.list())
    if (last?.running === state.running && last.fraction === state.fraction) return
    last = state
    listener(state)
  }
  const events = source.live.subscribe(undefined, signal)
  look()
  for await (const event of events) {
    if (event.kind === 'reset' || (event.kind === 'job' && event.job.kind === 'training')) look()
  }
}

/** Electron's `powerSaveBlocker`, as far as it is used here. */
export interface PowerPart {
  start(type: 'prevent-app-suspension'): number
  stop(id: number): void
}

/** Keeps the machine awake while `awake` was last called with true. The display may go dark. */
export function createWaker(power: PowerPart): (awake: boolean) => void {
  let id: number | undefined
  return (awake) => {
    if (awake) id ??= power.start('prevent-app-suspension')
    else if (id !== undefined) {
      power.stop(id)
      id = undefined
    }
  }
}
