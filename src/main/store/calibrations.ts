import type { Query } from './connection.ts'
import { notFound, type StoreContext } from './context.ts'
import { newId } from './ids.ts'

/**
 * The thresholds of a model at one time. A change adds a row: inspections refer to the one they were judged by.
 * What never changes (score statistics, scores of the held-out good images) stays in the model's metadata.
 */
export interface StoredCalibration {
  readonly id: string
  readonly modelId: string
  readonly scoreName: 'latent' | 'map' | 'combined'
  /** A score of at least this is NG. */
  readonly threshold: number
  /** 95 % range of the threshold. */
  readonly low: number
  readonly high: number
  readonly mode: 'false-alarm-rate' | 'f1' | 'manual'
  readonly falseAlarmRate: number
  /** Anomaly-map value from which a pixel belongs to a region. */
  readonly pixelThreshold: number
  /** Scale of the normalised score. */
  readonly spread: number
  readonly createdAt: string
}

export type NewCalibration = Omit<StoredCalibration, 'id' | 'createdAt'>

const columns = `id, model_id AS modelId, score_name AS scoreName, threshold, low, high, mode,
  false_alarm_rate AS falseAlarmRate, pixel_threshold AS pixelThreshold, spread, created_at AS createdAt`

export class CalibrationRepository {
  readonly #now: () => string
  readonly #insert: Query<[StoredCalibration], never>
  readonly #get: Query<[string], StoredCalibration>
  readonly #list: Query<[string], StoredCalibration>
  readonly #current: Query<[string], StoredCalibration>

  constructor(context: StoreContext) {
    this.#now = context.now
    const { connection } = context
    this.#insert = connection.prepare(
      `INSERT INTO calibration (id, model_id, score_name, threshold, low, high, mode, false_alarm_rate,
         pixel_threshold, spread, created_at)
       VALUES (@id, @modelId, @scoreName, @threshold, @low, @high, @mode, @falseAlarmRate,
         @pixelThreshold, @spread, @createdAt)`,
    )
    this.#get = connection.prepare(`SELECT ${columns} FROM calibration WHERE id = ?`)
    this.#list = connection.prepare(
      `SELECT ${columns} FROM calibration WHERE model_id = ? ORDER BY created_at DESC, id DESC`,
    )
    this.#current = connection.prepare(
      `SELECT ${columns} FROM calibration WHERE model_id = ? ORDER BY created_at DESC, id DESC LIMIT 1`,
    )
  }

  /** Adds a calibration, which becomes the model's current one. */
  create(calibration: NewCalibration): StoredCalibration {
    const id = newId()
    this.#insert.run({ ...calibration, id, createdAt: this.#now() })
    return this.get(id)
  }

  /** @throws StorageError `not-found` */
  get(id: string): StoredCalibration {
    const calibration = this.#get.get(id)
    if (calibration === undefined) throw notFound('calibration', id)
    return calibration
  }

  /** Newest first. */
  list(modelId: string): StoredCalibration[] {
    return this.#list.all(modelId)
  }

  /** The one that judges now. @throws StorageError `not-found` if the model has none */
  current(modelId: string): StoredCalibration {
    const calibration = this.#current.get(modelId)
    if (calibration === undefined) throw notFound('calibration of model', modelId)
    return calibration
  }
}
