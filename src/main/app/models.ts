import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Calibration, ModelMetadata } from '../models/types.ts'
import {
  newId,
  type Model,
  type NewCalibration,
  type Project,
  type Store,
  type StoredCalibration,
} from '../store/index.ts'

/** A request about models that cannot be met; the message says why and what to do. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly problem: 'none' | 'unknown' | 'ambiguous' | 'damaged' | 'target'

  constructor(problem: ModelError['problem'], message: string) {
    super(message)
    this.problem = problem
  }
}

/** A model with the calibration that judges now. */
export interface CalibratedModel {
  readonly model: Model
  readonly metadata: ModelMetadata
  readonly stored: StoredCalibration
  /** The model's own calibration with the stored thresholds. */
  readonly calibration: Calibration
  /** Absolute path of model.onnx. */
  readonly file: string
}

/** What a calibration row keeps of a calibration. */
export function calibrationRow(modelId: string, calibration: Calibration): NewCalibration {
  return {
    modelId,
    scoreName: calibration.defaultScore,
    threshold: calibration.threshold.value,
    low: calibration.threshold.low,
    high: calibration.threshold.high,
    mode: calibration.threshold.mode,
    falseAlarmRate: calibration.threshold.falseAlarmRate,
    pixelThreshold: calibration.pixelThreshold,
    spread: calibration.spread,
  }
}

/** A model's calibration with the thresholds of one of its rows. */
export function withStored(calibration: Calibration, stored: StoredCalibration): Calibration {
  const { threshold: value, low, high, mode, falseAlarmRate } = stored
  return {
    ...calibration,
    defaultScore: stored.scoreName,
    threshold: { value, low, high, mode, falseAlarmRate },
    pixelThreshold: stored.pixelThreshold,
    spread: stored.spread,
  }
}

/** The model with the calibration that judges now. */
export function calibrated(store: Store, model: Model): CalibratedModel {
  // Written by our own trainer and never changed since; its hash stands beside it.
  const metadata = model.metadata as unknown as ModelMetadata
  const stored = store.calibrations.current(model.id)
  return {
    model,
    metadata,
    stored,
    calibration: withStored(metadata.calibration, stored),
    file: store.models.file(model.id),
  }
}

/**
 * The project's model of that id (or the beginning of one); without an id the one that inspects: the published
 * one, else the newest.
 *
 * @throws ModelError `none`, `unknown`, `ambiguous`
 */
export function requireModel(store: Store, project: Project, id?: string): CalibratedModel {
  if (id === undefined) {
    const current = store.models.current(project.id)
    if (current) return calibrated(store, current)
    throw new ModelError(
      'none',
      `The project "${project.name}" has no model yet. Train one with: flawline train --project "${project.name}"`,
    )
  }
  return calibrated(store, pick(store.models.list(project.id), id, `the project "${project.name}"`))
}

/**
 * The model of that id (or the beginning of one), of whatever project.
 *
 * @throws ModelError `unknown`, `ambiguous`
 */
export function findModel(store: Store, id: string): CalibratedModel {
  return calibrated(store, pick(store.models.list(), id, 'this data folder'))
}

function pick(models: readonly Model[], id: string, where: string): Model {
  const matching = models.filter((model) => model.id === id || (id.length >= 4 && model.id.startsWith(id)))
  const [found, second] = matching
  if (second) {
    const ids = matching.map((model) => model.id).join(', ')
    throw new ModelError(
      'ambiguous',
      `Several models of ${where} begin with "${id}": ${ids}. Write more of the id.`,
    )
  }
  if (found) return found
  const known = models.slice(0, 5).map((model) => model.id)
  const list =
    known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}${models.length > 5 ? ' and more' : ''}.`
  throw new ModelError('unknown', `There is no model "${id}" in ${where}. ${list}`)
}

/** All models, newest first, each with its current thresholds; of one project or of all. */
export function listModels(store: Store, project?: Project): CalibratedModel[] {
  return store.models.list(project?.id).map((model) => calibrated(store, model))
}

/**
 * Copies a model's `model.onnx` to `target` and checks what was written against the stored hash; the file appears
 * under its name only when it is whole.
 *
 * @throws ModelError `damaged` if the stored file is not what was trained, `target` if it cannot be written there
 */
export async function exportModel(
  model: CalibratedModel,
  target: string,
): Promise<{ sha256: string; bytes: number }> {
  const file = path.resolve(target)
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${newId()}.tmp`)
  try {
    await mkdir(path.dirname(file), { recursive: true })
    await copyFile(model.file, temporary)
    const written = await hashOf(temporary)
    if (written.sha256 !== model.model.sha256) {
      throw new ModelError(
        'damaged',
        `The file ${model.file} is not what was trained (its SHA-256 differs). Restore it from a backup or train again.`,
      )
    }
    await rename(temporary, file)
    return written
  } catch (error) {
    if (error instanceof ModelError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new ModelError('target', `The model could not be written to ${file}: ${reason}.`)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** SHA-256 (hexadecimal) and size of a file. */
export async function hashOf(file: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file)) {
    const part = chunk as Buffer
    hash.update(part)
    bytes += part.length
  }
  return { sha256: hash.digest('hex'), bytes }
}
