import path from 'node:path'
import type { Core } from './core.ts'
import { drawEvaluation, type EvaluationPictures } from './evaluation-pictures.ts'
import { evaluateModel, type EvaluationResults } from './evaluation.ts'
import { collectImages } from './files.ts'
import type { InspectionOutcome } from './inspection-outcome.ts'
import { inspectImages, type InspectionReport } from './inspection.ts'
import { requireModel, type CalibratedModel } from './models.ts'
import { createProject } from './projects.ts'
import { writeReport, type WrittenReport } from './report.ts'
import { resultOf, writeResults, type ResultRow } from './results.ts'
import { importSamples } from './samples.ts'
import { startTraining, type TrainingHooks } from './training.ts'
import { packagePath } from './version.ts'
import type { Project } from '../store/index.ts'

/** The demo cannot run; the message says why. */
export class DemoError extends Error {
  override readonly name = 'DemoError'
}

const PROJECT = 'demo'

/**
 * Found by trying: what tells the sample project's defects best after about half a minute of training on two
 * cores.
 */
const training = {
  family: 'ganomaly',
  config: {
    size: 64,
    width: 16,
    latent: 32,
    epochs: 70,
    batch: 8,
    learningRate: 0.0005,
    smoothing: 2,
  },
  engine: 'auto',
  // Twelve held-out parts say little of one alarm in a hundred.
  falseAlarmRate: 0.05,
  validationFraction: 0.3,
} as const

export type DemoStep = 'import' | 'train' | 'evaluate' | 'inspect' | 'report'

export interface DemoHooks {
  onStep?(step: DemoStep, words: string): void
  onProgress?(done: number, total: number): void
  readonly training?: Omit<TrainingHooks, 'signal'>
  readonly signal?: AbortSignal
}

export interface DemoOutcome {
  readonly project: Project
  readonly model: CalibratedModel
  readonly evaluation: EvaluationResults
  readonly pictures: EvaluationPictures
  readonly inspection: InspectionReport
  readonly results: readonly ResultRow[]
  readonly report: WrittenReport
  /** Where all of it lies. */
  readonly folder: string
}

/** The samples that come with Flawline: a machined part drawn by a script, with defects and their masks. */
export function sampleProjectFolder(): string {
  const folder = packagePath(path.join('resources', 'sample-project'))
  if (folder === undefined) throw new DemoError('The sample project is missing: resources/sample-project.')
  return folder
}

/**
 * The whole way on the sample project: import, train, evaluate, inspect, report. Can be repeated; each time trains
 * a new model.
 *
 * @returns undefined when the signal stopped it
 */
export async function runDemo(
  core: Core,
  out: string | undefined,
  hooks: DemoHooks,
): Promise<DemoOutcome | undefined> {
  const { store } = core
  const { signal } = hooks
  const stopping = signal ? { signal } : {}
  const samples = sampleProjectFolder()
  const folder = path.resolve(out ?? path.join(store.folder, 'demo'))

  const project =
    store.projects.findByName(PROJECT) ??
    createProject(store, { name: PROJECT, description: 'The sample project that comes with Flawline' })
  hooks.onStep?.('import', `The project "${PROJECT}": a machined part with lighting and position variation`)
  await importSamples(store, {
    projectId: project.id,
    source: samples,
    onProgress: (done, total) => hooks.onProgress?.(done, total),
    ...stopping,
  })
  if (signal?.aborted) return undefined

  hooks.onStep?.('train', 'Learning what a good part looks like, from good parts alone')
  const { model: trained } = await startTraining(
    core,
    { project, ...training },
    { ...hooks.training, ...stopping },
  )
  if (!trained || signal?.aborted) return undefined
  const model = requireModel(store, project, trained.id)

  hooks.onStep?.('evaluate', 'Measuring it on labelled test parts')
  const evaluated = await evaluateModel(
    core,
    { project, model },
    { onProgress: (done, total) => hooks.onProgress?.(done, total), ...stopping },
  )
  const pictures = await drawEvaluation(core, model, evaluated, path.join(folder, 'evaluation'))

  hooks.onStep?.('inspect', 'Inspecting the test parts')
  const images = await collectImages([path.join(samples, 'test')])
  const outcomes = new Map<string, InspectionOutcome>()
  const lot = `demo ${trained.id}`
  const heatmaps = path.join(folder, 'heatmaps')
  const inspection = await inspectImages(
    core,
    {
      project,
      model,
      images,
      lot,
      overlays: { folder: heatmaps, opacity: 0.6 },
      keepImages: 'all',
      minimumArea: 4,
    },
    {
      onReported: (outcome) => {
        outcomes.set(outcome.image.file, outcome)
        hooks.onProgress?.(outcomes.size, images.length)
      },
      ...stopping,
    },
  )
  if (inspection.cancelled) return undefined
  const results = images.flatMap(({ file }) => {
    const outcome = outcomes.get(file)
    return outcome ? [resultOf(outcome, model)] : []
  })
  await writeResults(heatmaps, results)

  hooks.onStep?.('report', 'Writing the report')
  const report = await writeReport(store, { project, lot }, path.join(folder, 'report.pdf'))
  return { project, model, evaluation: evaluated.results, pictures, inspection, results, report, folder }
}
