import { stat } from 'node:fs/promises'
import type { Model, Threshold } from '../../../contract/models.ts'
import { families } from '../../models/families.ts'
import type { Store, StoredCalibration } from '../../store/index.ts'
import type { StoredSample } from '../evaluation.ts'
import { calibrated, listModels, type CalibratedModel } from '../models.ts'
import { ProblemError } from '../problems.ts'
import type { Services } from '../services.ts'
import { setThreshold, type LabelledScore } from '../thresholds.ts'
import type { Implementation } from './implementation.ts'

export function modelsRouter(os: Implementation, { core, live }: Services) {
  const { store } = core
  const view = (id: string): Promise<Model> => modelView(store, calibrated(store, store.models.get(id)))
  return {
    list: os.models.list.handler(({ input }) => {
      const project = store.projects.get(input.projectId)
      return Promise.all(listModels(store, project).map((model) => modelView(store, model)))
    }),
    get: os.models.get.handler(({ input }) => view(input.id)),
    publish: os.models.publish.handler(({ input }) => {
      const { projectId } = store.models.publish(input.id)
      live.changed('models', projectId)
      live.changed('projects', projectId)
      return view(input.id)
    }),
    setThreshold: os.models.setThreshold.handler(async ({ input }) => {
      const model = calibrated(store, store.models.get(input.id))
      const project = store.projects.get(model.model.projectId)
      const choice = input.by === 'f1' ? { ...input, evaluated: evaluatedScores(store, model) } : input
      await setThreshold(core, project, model, choice)
      live.changed('models', project.id)
      return view(input.id)
    }),
    thresholds: os.models.thresholds.handler(({ input }) => {
      const { id } = store.models.get(input.id)
      return store.calibrations.list(id).map((stored) => ({
        id: stored.id,
        createdAt: stored.createdAt,
        ...thresholdView(stored),
      }))
    }),
  }
}

/** What the score that judges now was for the images of the newest evaluation. */
function evaluatedScores(store: Store, { model, stored }: CalibratedModel): LabelledScore[] {
  const samples = store.evaluations.newest(model.id)?.results['samples'] as
    readonly StoredSample[] | undefined
  if (!samples) {
    throw new ProblemError(
      'NOT_FOUND',
      'noEvaluation',
      'This model has not been evaluated yet. Evaluate it on labelled images first.',
    )
  }
  return samples.map(({ scores, label }) => ({
    score: scores[stored.scoreName],
    isDefect: label === 'defect',
  }))
}

function thresholdView(stored: StoredCalibration): Threshold {
  const { threshold: value, low, high, mode, falseAlarmRate } = stored
  return { value, low, high, mode, falseAlarmRate }
}

async function modelView(store: Store, calibratedModel: CalibratedModel): Promise<Model> {
  const { model, metadata, stored, calibration, file } = calibratedModel
  // A file that is gone is told where it is used; the list shows the model all the same.
  const bytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  )
  return {
    id: model.id,
    projectId: model.projectId,
    runId: model.runId,
    family: metadata.family,
    familyTitle: families[metadata.family]?.title ?? metadata.family,
    size: metadata.input.size,
    channels: metadata.input.channels,
    fit: metadata.fit.mode,
    epochs: metadata.training.epochs,
    bestEpoch: metadata.training.bestEpoch,
    trainingImages: metadata.training.images,
    trainingSeconds: metadata.training.seconds,
    engine: metadata.training.engine,
    bytes,
    sha256: model.sha256,
    published: model.published,
    createdAt: model.createdAt,
    scoreName: calibration.defaultScore,
    threshold: thresholdView(stored),
    goodScores: [...calibration.goodScores[calibration.defaultScore]],
    spread: calibration.spread,
    imageAuroc: store.evaluations.newestAuroc(model.id),
  }
}
