import type { Family } from '../../../contract/training.ts'
import { fieldGroups } from '../../models/config.ts'
import { families } from '../../models/families.ts'
import { formFields } from '../../models/fields.ts'
import type { EngineChoice } from '../../models/types.ts'
import type { Services } from '../services.ts'
import { estimateTraining } from '../training-estimate.ts'
import { epochsOf, previewsOf, runView } from '../training-views.ts'
import type { Implementation } from './implementation.ts'

/** What people get who do not say. */
const DEFAULTS = { engine: 'auto', falseAlarmRate: 0.01, validationFraction: 0.2 } as const

export function trainingRouter(os: Implementation, { core, trainings }: Services) {
  const { store } = core
  return {
    families: os.training.families.handler(() => familyViews()),
    estimate: os.training.estimate.handler(({ input, signal }) => {
      const { projectId, engine = DEFAULTS.engine, ...rest } = input
      const project = store.projects.get(projectId)
      return estimateTraining(core, { ...rest, project, engine: engine satisfies EngineChoice }, signal)
    }),
    start: os.training.start.handler(({ input }) => {
      const { projectId, ...rest } = input
      return trainings.start({ ...DEFAULTS, ...defined(rest), project: store.projects.get(projectId) })
    }),
    startMany: os.training.startMany.handler(({ input }) => {
      const { projectId, ...rest } = input
      return trainings.startMany({ ...DEFAULTS, ...defined(rest), project: store.projects.get(projectId) })
    }),
    resume: os.training.resume.handler(({ input }) => trainings.resume(input.id)),
    cancel: os.training.cancel.handler(({ input }) => trainings.cancel(input.id)),
    list: os.training.list.handler(({ input }) => {
      const { id: projectId } = store.projects.get(input.projectId)
      return store.runs.list({ projectId }).map((run) => runView(store, run))
    }),
    get: os.training.get.handler(({ input }) => ({
      run: runView(store, store.runs.get(input.id)),
      epochs: epochsOf(store, input.id),
      previews: previewsOf(store, input.id),
      log: trainings.log(input.id),
    })),
  }
}

function familyViews(): Family[] {
  return Object.values(families).map(({ name, title, summary, schema, presets }) => ({
    name,
    title,
    summary,
    fields: formFields(schema, fieldGroups).map((field) => ({ ...field, options: [...field.options] })),
    presets: {
      quick: { ...presets.quick },
      balanced: { ...presets.balanced },
      thorough: { ...presets.thorough },
    },
  }))
}

/** Without the properties that are undefined, which would hide the defaults. */
function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
