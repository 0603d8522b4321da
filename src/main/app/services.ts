import { newId } from '../store/index.ts'
import type { Core } from './core.ts'
import { JobRegistry } from './jobs/registry.ts'
import { LiveEvents } from './live.ts'
import { Sources } from './sources.ts'
import { TrainingQueue } from './training-queue.ts'

/** What the faces with an interface share: one data folder, its jobs, and the news of both. */
export interface Services {
  readonly core: Core
  readonly live: LiveEvents
  readonly jobs: JobRegistry
  readonly trainings: TrainingQueue
  readonly sources: Sources
  readonly face: 'desktop' | 'station'
  /** Signs this start of the core. */
  readonly instance: string
  /** Stops what runs where it can go on later, and ends all subscriptions. The core stays open: its owner closes it. */
  close(): Promise<void>
}

export interface ServicesOptions {
  readonly face: 'desktop' | 'station'
  /** Folders to read images from, for this start only, besides those kept in the database. */
  readonly allowedFolders?: readonly string[]
}

/** Starts the services over an open core; training runs that were queued or cut off go on at once. */
export function createServices(core: Core, options: ServicesOptions): Services {
  const { face, allowedFolders = [] } = options
  const instance = newId()
  const live = new LiveEvents(instance)
  const jobs = new JobRegistry(live)
  const trainings = new TrainingQueue(core, live, jobs)
  const sources = new Sources(core, { face, allowedFolders })
  return {
    core,
    live,
    jobs,
    trainings,
    sources,
    face,
    instance,
    close: async () => {
      await trainings.close()
      await jobs.close()
      live.close()
    },
  }
}
