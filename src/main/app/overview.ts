import type { ProjectOverview } from '../../contract/projects.ts'
import type { ModelMetadata } from '../models/types.ts'
import type { Project, Store } from '../store/index.ts'

/** A project as its card shows it. `running`: jobs of it that wait or run. */
export function projectOverview(store: Store, project: Project, running: number): ProjectOverview {
  const { id } = project
  const numbers = { good: 0, defect: 0, unlabelled: 0 }
  for (const { label, count } of store.samples.counts(id)) numbers[label] += count
  const current = store.models.current(id)
  const [inspection] = store.inspections.list({ projectId: id, limit: 1 })
  const lastLotId = inspection?.lotId ?? null
  return {
    ...project,
    ...numbers,
    models: store.models.list(id).length,
    inspections: store.inspections.count({ projectId: id }),
    currentModel:
      current === undefined
        ? null
        : {
            id: current.id,
            // Written by our own trainer.
            family: (current.metadata as unknown as ModelMetadata).family,
            createdAt: current.createdAt,
            published: current.published,
          },
    lastLot: lastLotId === null ? null : lotYield(store, id, lastLotId),
    lastActivity: lastActivity(store, project, inspection?.inspectedAt),
    coverSampleId: cover(store, id),
    running,
  }
}

function lotYield(store: Store, projectId: string, lotId: string): ProjectOverview['lastLot'] {
  const { id, name } = store.lots.get(lotId)
  const { ok, ng } = store.inspections.summary({ projectId, lotId })
  return { id, name, ok, ng }
}

function lastActivity(store: Store, project: Project, inspectedAt: string | undefined): string {
  const [run] = store.runs.list({ projectId: project.id })
  const moments = [
    project.createdAt,
    store.samples.newest(project.id)?.importedAt,
    run?.createdAt,
    run?.startedAt,
    run?.endedAt,
    inspectedAt,
  ]
  return moments.reduce<string>((latest, one) => (one && one > latest ? one : latest), project.createdAt)
}

/** The first good sample, else the first of all. */
function cover(store: Store, projectId: string): string | null {
  const [good] = store.samples.ids({ projectId, label: 'good', limit: 1 })
  return good ?? store.samples.ids({ projectId, limit: 1 })[0] ?? null
}
