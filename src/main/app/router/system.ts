import type { Engines } from '../../../contract/system.ts'
import type { Caller } from '../caller.ts'
import { knownEngines, type EngineReport } from '../engines.ts'
import { startEngines } from '../jobs/engines.ts'
import { ProblemError } from '../problems.ts'
import type { Services } from '../services.ts'
import { StorageMeter } from '../storage.ts'
import { applicationVersion } from '../version.ts'
import type { Implementation } from './implementation.ts'

export function systemRouter(os: Implementation, services: Services) {
  const { core, live, sources, face, instance } = services
  const meter = new StorageMeter(core.store)
  const version = applicationVersion()

  return {
    info: os.system.info.handler(({ context: { user, signIn } }) => ({
      version,
      face,
      instance,
      user: { name: user.name, role: user.role },
      signIn,
    })),
    engines: os.system.engines.handler(async () => {
      const known = await knownEngines(core)
      return known === undefined ? null : enginesView(known)
    }),
    measureEngines: os.system.measureEngines.handler(() => ({ jobId: startEngines(services).id })),
    storage: os.system.storage.handler(() => meter.measure()),
    folders: {
      list: os.system.folders.list.handler(() => sources.list()),
      allow: os.system.folders.allow.handler(({ input, context }) => {
        demandAdministrator(context)
        sources.keep(input.path, context)
        live.changed('system', null)
        return sources.list()
      }),
      forbid: os.system.folders.forbid.handler(({ input, context }) => {
        demandAdministrator(context)
        sources.forbid(input.path)
        live.changed('system', null)
        return sources.list()
      }),
      browse: os.system.folders.browse.handler(async ({ input }) => {
        const { folders, ...rest } = await sources.browse(input.path)
        return { ...rest, folders: [...folders] }
      }),
    },
  }
}

function demandAdministrator({ user }: Caller): void {
  if (user.role === 'administrator') return
  throw new ProblemError('FORBIDDEN', 'notAllowed', 'Only an administrator decides what may be read.')
}

function enginesView({ machine, measuredAt, chosen, reason, engines }: EngineReport): Engines {
  return { machine, measuredAt, chosen, reason, engines: engines.map((engine) => ({ ...engine })) }
}
