import { startInspection } from '../jobs/inspection.ts'
import { requireModel } from '../models.ts'
import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

export function inspectionRouter(os: Implementation, services: Services) {
  const { core, sources } = services
  return {
    start: os.inspection.start.handler(async ({ input, context }) => {
      const project = core.store.projects.get(input.projectId)
      const model = requireModel(core.store, project)
      const source = await sources.resolve(input.source, context)
      const { id: jobId } = startInspection(services, {
        project,
        model,
        source,
        keepImages: input.keepImages ?? 'all',
        ...(input.lot === undefined ? {} : { lot: input.lot }),
      })
      return { jobId }
    }),
  }
}
