import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

export function jobsRouter(os: Implementation, { jobs }: Services) {
  return {
    list: os.jobs.list.handler(() => jobs.list()),
    get: os.jobs.get.handler(({ input }) => jobs.get(input.id)),
    cancel: os.jobs.cancel.handler(({ input }) => jobs.cancel(input.id)),
  }
}
