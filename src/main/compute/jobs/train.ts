/** Trains a model, alone in its folder. */
import { TrainingError, train as trainModel } from '../../models/trainer.ts'
import type { TrainingJob, TrainingResult } from '../../models/types.ts'
import { acquireLock, LockedError, type Lock } from '../lock.ts'
import type { JobContext } from '../server.ts'

/**
 * How long to wait for another process to leave the folder, in ms: one whose application was killed ends by
 * itself, but only after the training step that it is in.
 */
const PATIENCE = 30_000

export async function train(job: TrainingJob, context: JobContext<'train'>): Promise<TrainingResult> {
  const lock = await lockFolder(job.folder)
  try {
    return await trainModel(job, {
      emit: (event) => void context.emit(event),
      signal: context.signal,
    })
  } finally {
    await lock.release()
  }
}

async function lockFolder(folder: string): Promise<Lock> {
  try {
    return await acquireLock(`training in ${folder}`, PATIENCE)
  } catch (error) {
    if (!(error instanceof LockedError)) throw error
    throw new TrainingError(`Another Flawline is training in ${folder}. Wait for it to end, or stop it.`)
  }
}
