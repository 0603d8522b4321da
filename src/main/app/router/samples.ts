import { ORPCError } from '@orpc/server'
import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

function missing(): never {
  throw new ORPCError('NOT_IMPLEMENTED')
}

export function samplesRouter(os: Implementation, services: Services) {
  void services
  return {
    page: os.samples.page.handler(missing),
    ids: os.samples.ids.handler(missing),
    get: os.samples.get.handler(missing),
    counts: os.samples.counts.handler(missing),
    plan: os.samples.plan.handler(missing),
    import: os.samples.import.handler(missing),
    update: os.samples.update.handler(missing),
    restore: os.samples.restore.handler(missing),
    delete: os.samples.delete.handler(missing),
  }
}
