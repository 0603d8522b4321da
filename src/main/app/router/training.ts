import { ORPCError } from '@orpc/server'
import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

function missing(): never {
  throw new ORPCError('NOT_IMPLEMENTED')
}

export function trainingRouter(os: Implementation, services: Services) {
  void services
  return {
    families: os.training.families.handler(missing),
    estimate: os.training.estimate.handler(missing),
    start: os.training.start.handler(missing),
    resume: os.training.resume.handler(missing),
    cancel: os.training.cancel.handler(missing),
    list: os.training.list.handler(missing),
    get: os.training.get.handler(missing),
  }
}
