import { ORPCError } from '@orpc/server'
import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

function missing(): never {
  throw new ORPCError('NOT_IMPLEMENTED')
}

export function inspectionRouter(os: Implementation, services: Services) {
  void services
  return {
    start: os.inspection.start.handler(missing),
  }
}
