import type { Core } from './core.ts'
import type { JobRegistry } from './jobs/registry.ts'
import type { LiveEvents } from './live.ts'

/** Training runs, one at a time. */
export class TrainingQueue {
  constructor(core: Core, live: LiveEvents, jobs: JobRegistry) {
    void [core, live, jobs]
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
