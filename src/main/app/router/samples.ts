import type { ImportPlan } from '../../../contract/samples.ts'
import { planSource } from '../import-plan.ts'
import { startImport, type ImportSettings } from '../jobs/import.ts'
import type { Services } from '../services.ts'
import type { Sample, SampleFilter } from '../../store/index.ts'
import type { Implementation } from './implementation.ts'

export function samplesRouter(os: Implementation, services: Services) {
  const { live, sources } = services
  const { store } = services.core

  /** News of samples is news of the project's card too. */
  const changed = (projectIds: readonly string[]): void => {
    for (const id of projectIds) {
      live.changed('samples', id)
      live.changed('projects', id)
    }
  }

  return {
    page: os.samples.page.handler(({ input }) => {
      const { offset, limit, ...rest } = input
      const filter = filterOf(rest)
      return {
        total: store.samples.count(filter),
        samples: store.samples.list({ ...filter, offset, limit }).map(viewOf),
      }
    }),
    ids: os.samples.ids.handler(({ input }) => store.samples.ids(filterOf(input))),
    get: os.samples.get.handler(({ input }) => viewOf(store.samples.get(input.id))),
    counts: os.samples.counts.handler(({ input }) => store.samples.counts(input.projectId)),
    plan: os.samples.plan.handler(async ({ input, context }): Promise<ImportPlan> => {
      store.projects.get(input.projectId)
      // Not released: the import that follows takes the same upload.
      return planSource(await sources.resolve(input.source, context), settingsOf(input.options))
    }),
    import: os.samples.import.handler(async ({ input, context }) => {
      store.projects.get(input.projectId)
      const source = await sources.resolve(input.source, context)
      return { jobId: startImport(services, input.projectId, source, settingsOf(input.options)).id }
    }),
    update: os.samples.update.handler(({ input }) => {
      const { ids, label, defectType, split } = input
      const type = defectType?.normalize('NFC').trim()
      const { marks, projectIds } = store.transaction(() => {
        const before = store.sampleEdits.marks(ids)
        store.sampleEdits.update(ids, {
          ...(label === undefined ? {} : { label }),
          ...(defectType === undefined
            ? {}
            : { defectType: type === undefined || type === '' ? null : type }),
          ...(split === undefined ? {} : { split }),
        })
        return before
      })
      changed(projectIds)
      return { before: marks }
    }),
    restore: os.samples.restore.handler(({ input }) => {
      const { projectIds } = store.sampleEdits.marks(input.samples.map(({ id }) => id))
      const restored = store.sampleEdits.restore(input.samples)
      changed(projectIds)
      return { restored }
    }),
    delete: os.samples.delete.handler(async ({ input }) => {
      const { marks, projectIds } = store.sampleEdits.marks(input.ids)
      const deleted = store.sampleEdits.delete(input.ids)
      changed(projectIds)
      await store.collectGarbageInTurns()
      return { deleted, kept: marks.length - deleted }
    }),
  }
}

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined }

function filterOf(input: Given<SampleFilter> & { readonly projectId: string }): SampleFilter {
  const { projectId, split, label, defectType, name } = input
  return {
    projectId,
    ...(split === undefined ? {} : { split }),
    ...(label === undefined ? {} : { label }),
    ...(defectType === undefined ? {} : { defectType }),
    ...(name === undefined ? {} : { name }),
  }
}

function settingsOf(options: Given<ImportSettings> = {}): ImportSettings {
  const { label, defectType, split } = options
  return {
    ...(label === undefined ? {} : { label }),
    ...(defectType === undefined || defectType.trim() === '' ? {} : { defectType: defectType.trim() }),
    ...(split === undefined ? {} : { split }),
  }
}

function viewOf(sample: Sample) {
  const { sha256, extension, mask, ...rest } = sample
  void [sha256, extension]
  return { ...rest, hasMask: mask !== null }
}
