import { ORPCError } from '@orpc/server'
import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

function missing(): never {
  throw new ORPCError('NOT_IMPLEMENTED')
}

export function systemRouter(os: Implementation, services: Services) {
  void services
  return {
    info: os.system.info.handler(missing),
    engines: os.system.engines.handler(missing),
    measureEngines: os.system.measureEngines.handler(missing),
    storage: os.system.storage.handler(missing),
    folders: {
      list: os.system.folders.list.handler(missing),
      allow: os.system.folders.allow.handler(missing),
      forbid: os.system.folders.forbid.handler(missing),
      browse: os.system.folders.browse.handler(missing),
    },
  }
}
