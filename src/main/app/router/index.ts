import type { Services } from '../services.ts'
import { evaluationRouter } from './evaluation.ts'
import { historyRouter } from './history.ts'
import { implementation } from './implementation.ts'
import { inspectionRouter } from './inspection.ts'
import { jobsRouter } from './jobs.ts'
import { liveRouter } from './live.ts'
import { modelsRouter } from './models.ts'
import { projectsRouter } from './projects.ts'
import { samplesRouter } from './samples.ts'
import { systemRouter } from './system.ts'
import { trainingRouter } from './training.ts'

export type { Caller } from '../caller.ts'

/** The contract over these services; a face serves it over its transport, with a Caller as each call's context. */
export function createRouter(services: Services) {
  const os = implementation()
  return os.router({
    system: systemRouter(os, services),
    live: liveRouter(os, services),
    projects: projectsRouter(os, services),
    samples: samplesRouter(os, services),
    training: trainingRouter(os, services),
    models: modelsRouter(os, services),
    evaluation: evaluationRouter(os, services),
    inspection: inspectionRouter(os, services),
    history: historyRouter(os, services),
    jobs: jobsRouter(os, services),
  })
}

export type AppRouter = ReturnType<typeof createRouter>
