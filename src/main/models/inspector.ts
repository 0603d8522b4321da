/** Judges images by an exported model file. Validation, thresholds and live inspection all come through here. */
import { assembleMap, extractView, planViews, prepare, type FitPlan } from '../imaging/fit.ts'
import type { Plane, Raster } from '../imaging/raster.ts'
import { readOnnxMetadata } from '../nn/engines/onnx/metadata.ts'
import { combine } from './calibration.ts'
import { families } from './families.ts'
import { parseMetadata } from './metadata.ts'
import { standardise } from './residuals.ts'
import { ModelRuntime, type RuntimeOptions, type ViewResults } from './runtime.ts'
import type { Judgement, ModelMetadata } from './types.ts'

/** Values of views in one run of the model, at most: bounds the memory of large batches. */
const VALUES_PER_RUN = 8 * 256 * 256 * 3

/** Tiles of one image, at most: what an image of 100 million pixels makes at 128 px and half overlap. */
const MOST_VIEWS = 25_000

/** Anomaly map and latent score of each view of an image, put together. */
export interface MapOfImage {
  readonly plan: FitPlan
  /** Maps of the plan's views, each size × size, padding included. */
  readonly views: readonly Float32Array[]
  readonly map: Plane
  /** Largest of the views' latent scores. */
  readonly latent: number
}

/**
 * Runs views of equally sized images through a model and assembles each image's map.
 *
 * @param viewsPerRun views in one run of the model, at most
 */
export async function mapImages(
  runtime: ModelRuntime,
  rasters: readonly Raster[],
  { fit, input }: Pick<ModelMetadata, 'fit' | 'input'>,
  viewsPerRun = Infinity,
): Promise<MapOfImage[]> {
  const { size, channels } = input
  const length = size * size * channels
  const jobs = rasters.map((raster) => {
    if (raster.channels !== channels)
      throw new RangeError(`the model takes ${channels} channels, the image has ${raster.channels}`)
    const plan = planViews(raster.width, raster.height, fit)
    if (plan.views.length > MOST_VIEWS)
      throw new RangeError(
        `an image of ${raster.width}×${raster.height} px makes ${plan.views.length} tiles of ${size} px, ${MOST_VIEWS} are the most: use a model with larger tiles, less overlap or a smaller scale`,
      )
    return { plan, prepared: prepare(raster, plan), maps: [] as Float32Array[], latent: -Infinity }
  })
  const views = jobs.flatMap((job) => job.plan.views.map((view) => ({ job, view })))
  const perRun = Math.max(1, Math.min(viewsPerRun, Math.floor(VALUES_PER_RUN / length)))
  for (let start = 0; start < views.length; start += perRun) {
    const group = views.slice(start, start + perRun)
    const values = new Float32Array(group.length * length)
    group.forEach(({ job, view }, index) => extractView(job.prepared, view, size, values, index * length))
    const results: ViewResults = await runtime.run(values, group.length, channels, size)
    group.forEach(({ job }, index) => {
      job.maps.push(results.anomalyMap.subarray(index * size * size, (index + 1) * size * size))
      job.latent = Math.max(job.latent, results.latent[index])
    })
  }
  return jobs.map(({ plan, maps, latent }) => ({ plan, views: maps, map: assembleMap(plan, maps), latent }))
}

/**
 * The map's score: its highest value, NaN when one of them is. The map itself is smoothed, so that one hot pixel
 * is not enough.
 */
export function poolMap({ data }: Plane): number {
  let highest = -Infinity
  for (let i = 0; i < data.length; i++) highest = Math.max(highest, data[i] as number)
  return highest
}

export class Inspector {
  readonly metadata: ModelMetadata
  private readonly runtime: ModelRuntime
  private readonly viewsPerRun: number | undefined

  private constructor(runtime: ModelRuntime, metadata: ModelMetadata) {
    this.runtime = runtime
    this.metadata = metadata
    this.viewsPerRun = Object.hasOwn(families, metadata.family)
      ? families[metadata.family]?.viewsPerRun
      : undefined
  }

  /**
   * @param modelFile a `model.onnx` that Flawline exported
   * @throws ModelFileError when the file is no such model; the message names the file and the reason
   */
  static async open(modelFile: string, options: RuntimeOptions = {}): Promise<Inspector> {
    try {
      const metadata = parseMetadata((await readOnnxMetadata(modelFile)).flawline)
      const runtime = await ModelRuntime.open(modelFile, options)
      runtime.check(metadata.input.channels, metadata.input.size)
      return new Inspector(runtime, metadata)
    } catch (error) {
      throw new ModelFileError(modelFile, error instanceof Error ? error.message : String(error))
    }
  }

  async judge(raster: Raster): Promise<Judgement> {
    return (await this.judgeMany([raster]))[0]
  }

  /**
   * Judges images together; each result is what judging it alone gives.
   *
   * @throws Error when a score is no finite number: such an image would pass for a good one
   */
  async judgeMany(rasters: readonly Raster[]): Promise<Judgement[]> {
    const { defaultScore, statistics, position } = this.metadata.calibration
    const maps = await mapImages(this.runtime, rasters, this.metadata, this.viewsPerRun)
    return maps.map(({ map: assembled, latent }) => {
      const map = position ? standardise(assembled, position) : assembled
      const pooled = poolMap(map)
      const scores = { latent, map: pooled, combined: combine(latent, pooled, statistics) }
      if (!Number.isFinite(scores[defaultScore]))
        throw new Error('The model gives no finite score for this image. Train a new model.')
      return { scores, score: scores[defaultScore], map }
    })
  }

  async release(): Promise<void> {
    await this.runtime.release()
  }
}

/** A model file that cannot be used. */
export class ModelFileError extends Error {
  override name = 'ModelFileError'
  readonly file: string

  constructor(file: string, reason: string) {
    super(`${file} is not a model that Flawline can use: ${reason}. Export it again, or train a new one.`)
    this.file = file
  }
}
