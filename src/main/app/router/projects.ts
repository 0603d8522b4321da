import { ORPCError } from '@orpc/server'
import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

function missing(): never {
  throw new ORPCError('NOT_IMPLEMENTED')
}

export function projectsRouter(os: Implementation, services: Services) {
  void services
  return {
    list: os.projects.list.handler(missing),
    get: os.projects.get.handler(missing),
    create: os.projects.create.handler(missing),
    update: os.projects.update.handler(missing),
    archive: os.projects.archive.handler(missing),
    delete: os.projects.delete.handler(missing),
    createSample: os.projects.createSample.handler(missing),
  }
}
