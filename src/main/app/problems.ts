/** What the use cases throw, as the contract tells it: a code, a key to translate, and the English words as detail. */
import type { ErrorCode, ProblemKey } from '../../contract/errors.ts'
import { ComputeDiedError, JobError } from '../compute/errors.ts'
import { StorageError } from '../store/index.ts'
import { DemoError } from './demo.ts'
import { EvaluationError } from './evaluation.ts'
import { NoImagesError } from './files.ts'
import { HistoryError } from './history.ts'
import { ModelError } from './models.ts'
import { ProjectError } from './projects.ts'
import { ReportError } from './report-data.ts'
import { SnapshotError } from './samples-snapshot.ts'
import { ImportError } from './samples.ts'
import { StoppedError } from './stopped.ts'
import { ThresholdError } from './thresholds.ts'
import { TrainingRequestError } from './training.ts'

/** A failure in the contract's words. `values.detail` is English, names the file and the cure. */
export interface Problem {
  readonly code: ErrorCode
  readonly key: ProblemKey
  readonly values: Readonly<Record<string, string | number>>
  /** The input it is about. */
  readonly field: string | null
}

/** A failure that is already in the contract's words, for what no older error class stands for. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem

  constructor(
    code: ErrorCode,
    key: ProblemKey,
    detail: string,
    options: { readonly values?: Problem['values']; readonly field?: string } = {},
  ) {
    super(detail)
    this.problem = { code, key, values: { ...options.values, detail }, field: options.field ?? null }
  }
}

/** The failure in the contract's words; undefined for an error that nobody foresaw. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof ProblemError) return error.problem
  if (!(error instanceof Error)) return undefined
  const found = classify(error)
  if (!found) return undefined
  const [code, key, field = null] = found
  return { code, key, values: { detail: error.message }, field }
}

type Classified = readonly [ErrorCode, ProblemKey, (string | null)?]

function classify(error: Error): Classified | undefined {
  if (error instanceof StorageError) return storage[error.problem](error)
  if (error instanceof ProjectError) return project[error.problem]
  if (error instanceof SnapshotError)
    return ['INVALID', error.problem === 'one-group' ? 'oneGroup' : 'tooFewImages']
  if (error instanceof TrainingRequestError) return training(error)
  if (error instanceof ModelError) return model[error.problem]
  if (error instanceof EvaluationError) return ['INVALID', 'noLabelledImages']
  if (error instanceof ThresholdError)
    return ['INVALID', /no labelled defects/.test(error.message) ? 'noDefects' : 'badThreshold']
  if (error instanceof HistoryError)
    return /is no moment/.test(error.message) ? ['INVALID', 'badTimeSpan'] : ['NOT_FOUND', 'noLot']
  if (error instanceof ImportError) return imports[error.problem]
  if (error instanceof NoImagesError) return ['INVALID', 'noImages', 'source']
  if (error instanceof ReportError) return ['INVALID', 'nothingToReport']
  if (error instanceof DemoError) return ['INVALID', 'missingSource']
  if (error instanceof StoppedError) return ['CANCELLED', 'stopped']
  if (error instanceof ComputeDiedError) return ['COMPUTE', 'computeDied']
  if (error instanceof JobError)
    return ['COMPUTE', error.remoteName === 'ModelFileError' ? 'modelDamaged' : 'jobFailed']
  return undefined
}

const storage: Readonly<Record<StorageError['problem'], (error: StorageError) => Classified>> = {
  'disk-full': () => ['STORAGE_FULL', 'diskFull'],
  'read-only': () => ['STORAGE', 'readOnly'],
  busy: () => ['BUSY', 'databaseBusy'],
  corrupt: () => ['STORAGE', 'corrupt'],
  'newer-version': () => ['STORAGE', 'corrupt'],
  'migration-failed': () => ['STORAGE', 'corrupt'],
  'missing-file': () => ['STORAGE', 'inputOutput'],
  'not-found': ({ message }) => ['NOT_FOUND', missing(message)],
  conflict: () => ['STORAGE', 'inputOutput'],
  'in-use': ({ message }) => [
    'BUSY',
    /sample/i.test(message) ? 'sampleInUse' : /has finished/.test(message) ? 'runFinished' : 'runRunning',
  ],
  'input-output': () => ['STORAGE', 'inputOutput'],
}

/** The store says "There is no <thing> <id>." */
function missing(message: string): ProblemKey {
  const words: readonly (readonly [string, ProblemKey])[] = [
    ['training run', 'noRun'],
    ['snapshot', 'noRun'],
    ['calibration', 'noModel'],
    ['model', 'noModel'],
    ['sample', 'noSample'],
    ['inspection', 'noInspection'],
    ['lot', 'noLot'],
  ]
  return words.find(([word]) => message.startsWith(`There is no ${word}`))?.[1] ?? 'noProject'
}

const project: Readonly<Record<ProjectError['problem'], Classified>> = {
  unknown: ['NOT_FOUND', 'noProject'],
  'name-taken': ['INVALID', 'nameTaken', 'name'],
  'bad-name': ['INVALID', 'badName', 'name'],
  training: ['BUSY', 'projectBusy'],
}

const model: Readonly<Record<ModelError['problem'], Classified>> = {
  none: ['NOT_FOUND', 'noModel'],
  unknown: ['NOT_FOUND', 'noModel'],
  ambiguous: ['NOT_FOUND', 'noModel'],
  damaged: ['COMPUTE', 'modelDamaged'],
  target: ['STORAGE', 'inputOutput'],
}

const imports: Readonly<Record<ImportError['problem'], Classified>> = {
  missing: ['INVALID', 'missingSource', 'source'],
  'unknown-layout': ['INVALID', 'unknownLayout', 'source'],
  empty: ['INVALID', 'noImages', 'source'],
  'bad-table': ['INVALID', 'badTable', 'source'],
}

function training(error: TrainingRequestError): Classified {
  switch (error.problem) {
    case 'run':
      return ['NOT_FOUND', 'noRun']
    case 'samples':
      return ['INVALID', 'tooFewImages']
    case 'family':
      return ['INVALID', 'badConfig', 'family']
    case 'config':
      return ['INVALID', 'badConfig', error.fields[0]?.path.join('.') ?? null]
  }
}
