/** Runs trainings and keeps what they tell. */
import type { Losses, TrainingEvent, TrainingJob, TrainingResult } from '../../../../src/main/models/types.ts'
import { train } from '../../../../src/main/models/trainer.ts'

type EventOf<Kind extends TrainingEvent['kind']> = Extract<TrainingEvent, { kind: Kind }>

/** What an epoch reports, its time left out: that is never twice the same. */
export interface EpochReport {
  readonly epoch: number
  readonly losses: Losses
  readonly validation: number | null
  readonly best: boolean
}

export function eventsOf<Kind extends TrainingEvent['kind']>(
  events: readonly TrainingEvent[],
  kind: Kind,
): EventOf<Kind>[] {
  return events.filter((event): event is EventOf<Kind> => event.kind === kind)
}

export function epochsOf(events: readonly TrainingEvent[]): EpochReport[] {
  return eventsOf(events, 'epoch').map(({ epoch, losses, validation, best }) => ({
    epoch,
    losses,
    validation,
    best,
  }))
}

export interface Recording {
  readonly events: readonly TrainingEvent[]
  readonly epochs: readonly EpochReport[]
  readonly result: TrainingResult
}

/** @param watch sees each event and may stop the run */
export async function record(
  job: TrainingJob,
  watch: (event: TrainingEvent, stop: () => void) => void = () => undefined,
): Promise<Recording> {
  const events: TrainingEvent[] = []
  const controller = new AbortController()
  const result = await train(job, {
    emit: (event) => {
      events.push(event)
      watch(event, () => controller.abort())
    },
    signal: controller.signal,
  })
  return { events, epochs: epochsOf(events), result }
}
