import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Core } from '../core.ts'
import { calibrated, type CalibratedModel } from '../models.ts'
import { ImageError } from '../../imaging/errors.ts'
import { newId, type Sample } from '../../store/index.ts'
import { Workshop } from './workshop.ts'

/** A sample to be judged by a model with the calibration of now. */
export interface JudgedMap {
  readonly model: CalibratedModel
  readonly sample: Sample
  readonly calibrationId: string
  readonly file: string
}

/** Regions are of no interest here; the largest number finds none. */
const noRegions = Number.MAX_SAFE_INTEGER

/**
 * Anomaly maps of samples, for looking at an evaluation: judged when they are first asked for, then kept in the
 * model's folder, one folder a calibration. Nothing of it enters the history.
 */
export class JudgedMaps {
  readonly #core: Core
  /** One at a time: the compute process has better to do. */
  readonly #workshop = new Workshop<Buffer>(1)

  constructor(core: Core) {
    this.#core = core
  }

  /**
   * What is to be judged; undefined if the sample is of another project.
   *
   * @throws StorageError `not-found`
   */
  find(modelId: string, sampleId: string): JudgedMap | undefined {
    const { store } = this.#core
    const model = calibrated(store, store.models.get(modelId))
    const sample = store.samples.get(sampleId)
    if (sample.projectId !== model.model.projectId) return undefined
    const calibrationId = model.stored.id
    const folder = path.join(store.files.modelFolder(modelId), 'heatmaps', calibrationId)
    return { model, sample, calibrationId, file: path.join(folder, `${sampleId}.png`) }
  }

  /**
   * The map's file: a 16-bit PNG.
   *
   * @throws ImageError if the image cannot be judged; JobError, ComputeDiedError; AbandonedError
   */
  async read(map: JudgedMap, signal: AbortSignal): Promise<Buffer> {
    const found = await readFile(map.file).catch(() => undefined)
    return found ?? this.#workshop.do(map.file, signal, () => this.#judge(map))
  }

  async #judge({ model, sample, file }: JudgedMap): Promise<Buffer> {
    let made: Buffer | undefined
    await this.#core.compute.run(
      'inspect',
      {
        modelFile: model.file,
        calibration: model.calibration,
        items: [{ id: sample.id, file: this.#core.store.files.imagePath(sample) }],
        minimumArea: noRegions,
        maps: true,
        overlays: null,
      },
      {
        onEvent: (event) => {
          if (event.kind === 'rejected')
            throw new ImageError(sample.originalName, 'unreadable', event.message)
          if (event.map) made = Buffer.from(event.map)
        },
      },
    )
    if (made === undefined) throw new Error(`The model gave no map of sample ${sample.id}.`)
    // A memory only: a full disk is no reason to show nothing.
    await keep(file, made).catch(() => undefined)
    return made
  }
}

async function keep(file: string, bytes: Buffer): Promise<void> {
  // Folder by folder: the model's own must not come to life again if it was deleted meanwhile.
  for (const folder of [path.dirname(path.dirname(file)), path.dirname(file)]) {
    await mkdir(folder).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    })
  }
  const temporary = `${file}.${newId()}.tmp`
  try {
    await writeFile(temporary, bytes)
    await rename(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
}
