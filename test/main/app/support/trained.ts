/** What the tests of training, inspection and evaluation begin with: parts in a project, and all that is told live. */
import path from 'node:path'
import type { TestContext } from 'node:test'
import { createRouterClient } from '@orpc/server'
import type { LiveEvent } from '../../../../src/contract/live.ts'
import { createCore, type Core } from '../../../../src/main/app/core.ts'
import { createRouter } from '../../../../src/main/app/router/index.ts'
import { createServices, type Services } from '../../../../src/main/app/services.ts'
import { importSamples } from '../../../../src/main/app/samples.ts'
import { createProject } from '../../../../src/main/app/projects.ts'
import { packagePath } from '../../../../src/main/app/version.ts'
import type { ComputeClient } from '../../../../src/main/compute/client.ts'
import { temporaryFolder } from '../../store/support.ts'
import { callerNamed } from './services.ts'

/** A training of a second or two. */
export const tiny = { size: 32, width: 4, latent: 8, batch: 8, epochs: 3 }

export const sampleFolder = packagePath(path.join('resources', 'sample-project')) ?? ''

/** One start of the application. */
export interface Start {
  readonly core: Core
  /** The compute processes made for trainings and measurements, in order. */
  readonly computes: readonly ComputeClient[]
  readonly services: Services
  readonly client: ReturnType<typeof clientOf>
  /** Everything told since the start. */
  readonly told: readonly LiveEvent[]
  /** Resolves when an event that matches has been told, now or before. */
  heard(matches: (event: LiveEvent) => boolean): Promise<void>
  /** Resolves when a job has ended. */
  ended(jobId: string): Promise<void>
  stop(): Promise<void>
}

function clientOf(services: Services) {
  return createRouterClient(createRouter(services), { context: callerNamed('Ada') })
}

/** Starts the application over a data folder. */
export function start(folder: string, allowed: readonly string[] = [sampleFolder]): Start {
  const computes: ComputeClient[] = []
  const opened = createCore(folder, { log: () => undefined })
  const core: Core = {
    ...opened,
    newCompute: () => {
      const client = opened.newCompute()
      computes.push(client)
      return client
    },
  }
  const services = createServices(core, { face: 'station', allowedFolders: allowed })
  const told: LiveEvent[] = []
  let waiting: (() => void)[] = []
  const listening = (async () => {
    for await (const event of services.live.subscribe(undefined)) {
      told.push(event)
      for (const wake of waiting.splice(0)) wake()
    }
  })()
  const heard = async (matches: (event: LiveEvent) => boolean): Promise<void> => {
    while (!told.some(matches)) await new Promise<void>((resolve) => (waiting = [...waiting, resolve]))
  }
  return {
    core,
    computes,
    services,
    client: clientOf(services),
    told,
    heard,
    ended: (jobId) =>
      heard((event) => event.kind === 'job' && event.job.id === jobId && event.job.endedAt !== null),
    stop: async () => {
      await services.close()
      await core.close()
      await listening
    },
  }
}

/** A data folder with the sample project's images, and the first start over it. */
export async function withParts(
  t: TestContext,
): Promise<{ folder: string; projectId: string; first: Start }> {
  const folder = path.join(temporaryFolder(t), 'data')
  const first = start(folder)
  t.after(() => first.stop().catch(() => undefined))
  const { id: projectId } = createProject(first.core.store, { name: 'Flange' })
  await importSamples(first.core.store, { projectId, source: sampleFolder })
  return { folder, projectId, first }
}

/** Ends a process without asking, as a driver or the memory killer would. */
export function kill(pid: number | undefined): void {
  if (pid === undefined) throw new Error('There is no process to kill.')
  process.kill(pid, 'SIGKILL')
}
