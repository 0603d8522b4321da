/**
 * Jobs that survive the death of the compute process: a training run goes on from its last checkpoint, a batch of
 * images goes on with those not yet reported. Restarts are limited, so that what kills it every time ends in an
 * error and not in a loop.
 */
import type { ComputeClient, RunHooks } from './client.ts'
import { ComputeDiedError } from './errors.ts'
import type { InspectEvent, InspectItem, InspectJob, InspectResult, Rejected } from './messages.ts'
import type { TrainingEvent, TrainingJob, TrainingResult } from '../models/types.ts'

/** Deaths in a row without an epoch in between before a training run is given up. */
const TRAINING_DEATHS = 3
/** Deaths without a report in between before images are tried one by one. */
const DEATHS_UNTIL_ALONE = 2
/** How many are then tried one by one: at least as many as can be on their way at once. */
const TRIED_ALONE = 40
/** An image on which the process dies this often while it is alone is taken to be the cause. */
const DEATHS_ALONE = 2
/** So many such images one after the other, and it is not the images. */
const CRASHES_IN_A_ROW = 3

export interface RecoveryHooks {
  /** Told of each death that is being recovered from. */
  onRestart?(death: ComputeDiedError): void
}

/**
 * Trains; after a death of the compute process it resumes from the last checkpoint.
 *
 * @throws ComputeDiedError when it died three times in a row without finishing an epoch
 */
export async function trainWithRecovery(
  client: ComputeClient,
  job: TrainingJob,
  hooks: RunHooks<'train'> & RecoveryHooks,
): Promise<TrainingResult> {
  let deaths = 0
  const onEvent = (event: TrainingEvent) => {
    if (event.kind === 'epoch' && !event.replayed) deaths = 0
    return hooks.onEvent?.(event)
  }
  for (let resume = job.resume; ; resume = true) {
    try {
      return await client.run('train', { ...job, resume }, { ...hooks, onEvent })
    } catch (error) {
      if (!(error instanceof ComputeDiedError) || hooks.signal?.aborted) throw error
      deaths += 1
      if (deaths >= TRAINING_DEATHS) throw error
      hooks.onRestart?.(error)
    }
  }
}

/**
 * Judges images; after a death of the compute process it goes on with those not yet reported. When it dies twice
 * without a single report in between, the next images are tried one by one to find and reject the one that
 * kills it.
 *
 * @throws ComputeDiedError when one image after the other kills it: then it is not the images
 */
export async function inspectWithRecovery(
  client: ComputeClient,
  job: InspectJob,
  hooks: RunHooks<'inspect'> & RecoveryHooks,
): Promise<InspectResult> {
  const remaining = new Map(job.items.map((item) => [item.id, item]))
  const total = { inspected: 0, rejected: 0, seconds: 0, modelSeconds: 0 }
  const progress = { deaths: 0, alone: 0, deathsAlone: 0, crashes: 0 }

  const report = async (event: InspectEvent) => {
    remaining.delete(event.id)
    total[event.kind] += 1
    progress.deaths = 0
    progress.deathsAlone = 0
    await hooks.onEvent?.(event)
  }
  const onEvent = (event: InspectEvent) => {
    progress.crashes = 0
    return report(event)
  }

  for (;;) {
    const items = [...remaining.values()]
    const suspect = progress.alone > 0 ? items[0] : undefined
    try {
      const part = suspect ? [suspect] : items
      const result = await client.run('inspect', { ...job, items: part }, { ...hooks, onEvent })
      total.seconds += result.seconds
      total.modelSeconds += result.modelSeconds
      if (result.state === 'cancelled' || remaining.size === 0) {
        return { ...total, state: result.state }
      }
      if (!suspect) throw new Error(`The compute process left out ${remaining.size} images.`)
      progress.alone -= 1
    } catch (error) {
      if (!(error instanceof ComputeDiedError) || hooks.signal?.aborted) throw error
      hooks.onRestart?.(error)
      progress.deaths += 1
      if (suspect) progress.deathsAlone += 1
      else if (progress.deaths >= DEATHS_UNTIL_ALONE) progress.alone = TRIED_ALONE
      if (suspect && progress.deathsAlone >= DEATHS_ALONE) {
        progress.crashes += 1
        if (progress.crashes >= CRASHES_IN_A_ROW) throw error
        await report(crashed(suspect, error))
      }
    }
  }
}

function crashed(item: InspectItem, death: ComputeDiedError): Rejected {
  return {
    kind: 'rejected',
    id: item.id,
    problem: 'crashed',
    message: `${item.file}: judging this image ends the compute process again and again. ${death.message}`,
  }
}
