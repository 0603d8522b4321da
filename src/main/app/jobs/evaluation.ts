import path from 'node:path'
import type { Job } from '../../../contract/jobs.ts'
import type { SampleSplit } from '../../store/index.ts'
import { evaluateModel } from '../evaluation.ts'
import { calibrated, findModel } from '../models.ts'
import type { Services } from '../services.ts'

/**
 * Judges a project's labelled images of a split (default: test): a job.
 *
 * @throws ModelError `unknown`
 */
export function startEvaluation(
  { core, live, jobs }: Pick<Services, 'core' | 'live' | 'jobs'>,
  modelId: string,
  split?: SampleSplit,
): Job {
  const { store } = core
  const { model } = findModel(store, modelId)
  const project = store.projects.get(model.projectId)
  return jobs.start({ kind: 'evaluation', projectId: project.id, subject: project.name }, async (task) => {
    const problems: { file: string; reason: string }[] = []
    await evaluateModel(
      core,
      {
        project,
        model: calibrated(store, store.models.get(model.id)),
        ...(split === undefined ? {} : { split }),
      },
      {
        onProgress: (done, total) => task.job.progress(done, total),
        onProblem: ({ file, message }) => problems.push({ file: path.basename(file), reason: message }),
        onRestart: (death) => task.job.restarted(death.message),
        signal: task.signal,
      },
    )
    live.changed('evaluations', project.id)
    live.changed('models', project.id)
    return { state: 'finished', result: { kind: 'evaluation', modelId: model.id, problems } }
  })
}
