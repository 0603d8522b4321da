import { ORPCError } from '@orpc/server'
import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

function missing(): never {
  throw new ORPCError('NOT_IMPLEMENTED')
}

export function evaluationRouter(os: Implementation, services: Services) {
  void services
  return {
    run: os.evaluation.run.handler(missing),
    latest: os.evaluation.latest.handler(missing),
  }
}
