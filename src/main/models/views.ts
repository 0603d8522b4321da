/** Training images as a stream of views: decoded once, cut and augmented anew each epoch. */
import { augment, type AugmentOptions } from '../imaging/augment.ts'
import { decodeImage, ImageError } from '../imaging/decode.ts'
import { extractView, planViews, prepare, type FitOptions, type FitPlan } from '../imaging/fit.ts'
import type { Raster } from '../imaging/raster.ts'
import { Random } from '../nn/random.ts'
import type { TrainingSample } from './types.ts'

/** Prepared images kept in memory, in bytes; what does not fit is decoded again each time. */
const CACHE_BYTES = 1.5e9

interface Entry {
  readonly sample: TrainingSample
  readonly plan: FitPlan
  /** Views drawn from this image in one epoch. */
  readonly draws: number
  readonly cached: Raster | null
}

export interface ViewSettings {
  readonly fit: FitOptions
  readonly channels: 1 | 3
  readonly augmentation: AugmentOptions
}

/**
 * Views of the images to learn from. Whole-image modes give one view an image and epoch; tiles are cut at random
 * places, so many an epoch that each pixel is seen about once.
 */
export class ViewSource {
  /** Views in one epoch. */
  readonly viewsPerEpoch: number
  readonly images: number
  private readonly entries: readonly Entry[]
  private readonly settings: ViewSettings

  private constructor(entries: readonly Entry[], settings: ViewSettings) {
    this.entries = entries
    this.settings = settings
    this.images = entries.length
    this.viewsPerEpoch = entries.reduce((sum, { draws }) => sum + draws, 0)
  }

  /** Decodes every image once; those that cannot be read are reported and left out. */
  static async open(
    samples: readonly TrainingSample[],
    settings: ViewSettings,
    onSkip: (sample: TrainingSample, error: ImageError) => void,
    signal: AbortSignal,
  ): Promise<ViewSource> {
    const entries: Entry[] = []
    let bytes = 0
    for (const sample of samples) {
      if (signal.aborted) break
      try {
        const raster = await decodeImage(sample.file, { channels: settings.channels })
        const plan = planViews(raster.width, raster.height, settings.fit)
        const prepared = prepare(raster, plan)
        const fits = bytes + prepared.data.byteLength <= CACHE_BYTES
        if (fits) bytes += prepared.data.byteLength
        entries.push({ sample, plan, draws: drawsOf(plan), cached: fits ? prepared : null })
      } catch (error) {
        if (!(error instanceof ImageError)) throw error
        onSkip(sample, error)
      }
    }
    return new ViewSource(entries, settings)
  }

  /**
   * Batches of one epoch as NHWC values in [0, 1], the same for the same seed and epoch. The last batch is filled
   * up from the epoch's start, so that every step has the program's fixed size.
   */
  async *epoch(seed: number, epoch: number, batch: number): AsyncGenerator<Float32Array> {
    const { fit, channels, augmentation } = this.settings
    const { size } = fit
    const random = new Random(`${seed}/epoch/${epoch}`)
    const order = random.shuffle(
      this.entries.flatMap((entry) => Array.from({ length: entry.draws }, () => entry)),
    )
    const length = size * size * channels
    const planar = new Float32Array(length)
    for (let start = 0; start < order.length; start += batch) {
      const values = new Float32Array(batch * length)
      for (let index = 0; index < batch; index++) {
        const entry = order[(start + index) % order.length]
        if (!entry) continue
        const raster = entry.cached ?? prepare(await decodeImage(entry.sample.file, { channels }), entry.plan)
        extractView(raster, randomView(raster, entry.plan, random), size, planar, 0)
        const view = augment(planar, channels, size, augmentation, () => random.next())
        interleave(view, channels, size * size, values, index * length)
      }
      yield values
    }
  }
}

function drawsOf(plan: FitPlan): number {
  if (plan.options.mode !== 'tile') return 1
  return Math.ceil((plan.workingWidth * plan.workingHeight) / plan.options.size ** 2)
}

/** Whole-image modes have one view; a tile may lie anywhere. */
function randomView(
  raster: Raster,
  plan: FitPlan,
  random: Random,
): { x: number; y: number; width: number; height: number } {
  const { size } = plan.options
  return {
    x: random.integer(raster.width - size + 1),
    y: random.integer(raster.height - size + 1),
    width: size,
    height: size,
  }
}

/** Planar [C, area] to interleaved [area, C] at `offset`. */
function interleave(
  planar: Float32Array,
  channels: number,
  area: number,
  target: Float32Array,
  offset: number,
): void {
  if (channels === 1) {
    target.set(planar, offset)
    return
  }
  for (let channel = 0; channel < channels; channel++)
    for (let pixel = 0; pixel < area; pixel++)
      target[offset + pixel * channels + channel] = planar[channel * area + pixel] as number
}
