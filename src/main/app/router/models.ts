import { ORPCError } from '@orpc/server'
import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

function missing(): never {
  throw new ORPCError('NOT_IMPLEMENTED')
}

export function modelsRouter(os: Implementation, services: Services) {
  void services
  return {
    list: os.models.list.handler(missing),
    get: os.models.get.handler(missing),
    publish: os.models.publish.handler(missing),
    setThreshold: os.models.setThreshold.handler(missing),
    thresholds: os.models.thresholds.handler(missing),
  }
}
