import { ORPCError } from '@orpc/server'
import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

function missing(): never {
  throw new ORPCError('NOT_IMPLEMENTED')
}

export function jobsRouter(os: Implementation, services: Services) {
  void services
  return {
    list: os.jobs.list.handler(missing),
    get: os.jobs.get.handler(missing),
    cancel: os.jobs.cancel.handler(missing),
  }
}
