import { ORPCError } from '@orpc/server'
import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

function missing(): never {
  throw new ORPCError('NOT_IMPLEMENTED')
}

export function historyRouter(os: Implementation, services: Services) {
  void services
  return {
    page: os.history.page.handler(missing),
    summary: os.history.summary.handler(missing),
    get: os.history.get.handler(missing),
    review: os.history.review.handler(missing),
    withdrawReview: os.history.withdrawReview.handler(missing),
    lots: os.history.lots.handler(missing),
    defectTypes: os.history.defectTypes.handler(missing),
  }
}
