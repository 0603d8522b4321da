/** Trains one model in its folder: epochs, checkpoints, choice of the best on held-out images, calibration, export. */
import path from 'node:path'
import { z } from 'zod'
import { EngineUnavailableError } from '../nn/engines/engine.ts'
import { openEngine } from '../nn/engines/choose.ts'
import { loadBest, loadLatest, saveBest, saveLatest, writeWhole, type Progress } from './checkpoint.ts'
import { augmentOf, fitOf, type CommonConfig } from './config.ts'
import { familyNamed } from './families.ts'
import type { Family, Weights } from './family.ts'
import { HeldOut } from './heldout.ts'
import { describeModel } from './metadata.ts'
import { parametersOf, PhaseRun } from './phase-run.ts'
import { Previews } from './previews.ts'
import type {
  Losses,
  ModelMetadata,
  TrainingEvent,
  TrainingJob,
  TrainingResult,
  TrainingSample,
} from './types.ts'
import { ViewSource } from './views.ts'

/** A training that cannot go on, in words for the user. */
export class TrainingError extends Error {
  override name = 'TrainingError'
}

export interface TrainingHooks {
  emit(event: TrainingEvent): void
  /** Stops the run after its current step; the last checkpoint stays. */
  readonly signal: AbortSignal
}

/** Fewest good images to learn from, and held-out good images to calibrate on. */
const FEWEST_TRAINING = 2
const FEWEST_HELD_OUT = 3

/** Milliseconds between two progress reports. */
const REPORT_EVERY = 500

/**
 * Trains, or goes on with, the run in `job.folder`; see TrainingJob and TrainingEvent.
 *
 * @throws TrainingError
 * @throws CheckpointError when the run to go on with left a damaged checkpoint
 */
export async function train(job: TrainingJob, hooks: TrainingHooks): Promise<TrainingResult> {
  const family = familyNamed(job.family)
  const config = checked(family, job.config)
  const run = await Run.open(job, family, config, hooks)
  try {
    return await run.train()
  } finally {
    await run.release()
  }
}

function checked(family: Family, raw: TrainingJob['config']): CommonConfig {
  const result = family.schema.safeParse(raw)
  if (!result.success) throw new TrainingError(`The configuration is wrong: ${z.prettifyError(result.error)}`)
  return result.data
}

class Run {
  private readonly job: TrainingJob
  private readonly family: Family
  private readonly config: CommonConfig
  private readonly hooks: TrainingHooks
  private readonly views: ViewSource
  private readonly heldOut: HeldOut
  private readonly phase: PhaseRun
  private readonly previews: Previews
  private progress: Progress

  private constructor(parts: {
    job: TrainingJob
    family: Family
    config: CommonConfig
    hooks: TrainingHooks
    views: ViewSource
    heldOut: HeldOut
    phase: PhaseRun
    progress: Progress
  }) {
    this.job = parts.job
    this.family = parts.family
    this.config = parts.config
    this.hooks = parts.hooks
    this.views = parts.views
    this.heldOut = parts.heldOut
    this.phase = parts.phase
    this.previews = new Previews(
      parts.job.folder,
      parts.family,
      parts.config,
      parts.heldOut.images.filter(({ defect }) => !defect).map(({ raster }) => raster),
    )
    this.progress = parts.progress
  }

  static async open(
    job: TrainingJob,
    family: Family,
    config: CommonConfig,
    hooks: TrainingHooks,
  ): Promise<Run> {
    const checkpoint = job.resume ? await loadLatest(job.folder) : null
    // Through the schema: a checkpoint may be older than a setting, whose default is then what it was made with.
    const before = checkpoint && family.schema.safeParse(checkpoint.progress.config)
    if (before && JSON.stringify(before.data) !== JSON.stringify(config))
      throw new TrainingError('The checkpoint belongs to another configuration. Start a new training.')
    const skip = (sample: TrainingSample, error: Error): void =>
      hooks.emit({ kind: 'skipped', sample: sample.id, reason: error.message })
    const learned = job.samples.filter(({ split, label }) => split === 'train' && label === 'good')
    const views = await ViewSource.open(
      learned,
      { fit: fitOf(config), channels: config.channels, augmentation: augmentOf(config) },
      skip,
      hooks.signal,
    )
    const heldOut = await HeldOut.open(
      job.samples.filter(({ split }) => split === 'validation'),
      family,
      config,
      skip,
    )
    if (!hooks.signal.aborted && (views.images < FEWEST_TRAINING || heldOut.goodCount < FEWEST_HELD_OUT))
      throw new TrainingError(
        `Too few good images: ${views.images} to learn from and ${heldOut.goodCount} held out; at least ${FEWEST_TRAINING} and ${FEWEST_HELD_OUT} are needed. Import more images of good parts.`,
      )
    const engine = await openEngineOrExplain(job)
    const phase = await PhaseRun.open(engine, family, config, checkpoint)
    const progress = checkpoint?.progress ?? {
      epoch: 0,
      best: null,
      history: [],
      seconds: 0,
      engine: engine.name,
      config: { ...config },
    }
    hooks.emit({
      kind: 'started',
      engine: engine.name,
      epochs: config.epochs,
      resumedFrom: progress.epoch,
      views: views.viewsPerEpoch,
      parameters: parametersOf(family, config),
    })
    for (const told of progress.history) hooks.emit({ kind: 'epoch', ...told, replayed: true })
    return new Run({
      job,
      family,
      config,
      hooks,
      views,
      heldOut,
      phase,
      progress: { ...progress, engine: engine.name },
    })
  }

  async train(): Promise<TrainingResult> {
    const { config, hooks, job } = this
    while (this.progress.epoch < config.epochs) {
      const epoch = this.progress.epoch + 1
      const begin = performance.now()
      await this.phase.enter(epoch)
      const losses = await this.epoch(epoch)
      if (!losses) return { state: 'cancelled', epochs: this.progress.epoch }
      const values = await this.phase.readState()
      // The last step's losses were taken before its update.
      const broken = Object.entries(values).find(([, data]) => !data.every(Number.isFinite))
      if (broken) throw this.diverged(epoch, `the parameter ${broken[0]}`)
      const weights = this.inspectionWeights(values)
      const validates = this.phase.validates(epoch)
      const validation = validates ? await this.heldOut.validate(weights) : null
      if (validation !== null && !Number.isFinite(validation))
        throw this.diverged(epoch, 'the validation score')
      const best = validation !== null && validation < (this.progress.best?.validation ?? Infinity)
      const seconds = (performance.now() - begin) / 1000
      this.progress = {
        ...this.progress,
        epoch,
        best: best ? { epoch, validation } : this.progress.best,
        history: [...this.progress.history, { epoch, losses, validation, best, seconds }],
        seconds: this.progress.seconds + seconds,
      }
      // The best first: a run killed between the two repeats this epoch and finds it best again.
      if (best) await saveBest(job.folder, { progress: this.progress, values: weights })
      await saveLatest(job.folder, { progress: this.progress, values })
      hooks.emit({ kind: 'epoch', epoch, losses, validation, best, seconds })
      if (validates) await this.preview(epoch, weights)
    }
    return { state: 'finished', epochs: this.progress.epoch, metadata: await this.finish() }
  }

  async release(): Promise<void> {
    await this.phase.release()
  }

  /** A picture for people: without one the training goes on all the same. */
  private async preview(epoch: number, weights: Weights): Promise<void> {
    try {
      if (await this.previews.write(epoch, weights)) this.hooks.emit({ kind: 'preview', epoch })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.hooks.emit({ kind: 'log', message: `epoch ${epoch}: no picture of reconstructions (${reason})` })
    }
  }

  /** One pass over the views; null when cancelled. */
  private async epoch(epoch: number): Promise<Losses | null> {
    const { config, hooks, phase, views } = this
    const sums: Record<string, number> = {}
    const batch = phase.imagesPerStep
    const steps = Math.ceil(views.viewsPerEpoch / batch)
    const begin = performance.now()
    let reported = begin
    let step = 0
    for await (const images of views.epoch(config.seed, epoch, batch)) {
      if (hooks.signal.aborted) return null
      const outputs = await phase.run(images, epoch, step)
      step += 1
      const losses = Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [name, value[0] as number]),
      )
      for (const [name, value] of Object.entries(losses)) {
        if (!Number.isFinite(value)) throw this.diverged(epoch, `the ${name} loss`)
        sums[name] = (sums[name] ?? 0) + value
      }
      await this.restartIfNeeded(losses, epoch, step)
      const now = performance.now()
      if (now - reported < REPORT_EVERY && step < steps) continue
      reported = now
      const perStep = (now - begin) / step / 1000
      hooks.emit({
        kind: 'progress',
        epoch,
        fraction: (epoch - 1 + step / steps) / config.epochs,
        secondsLeft: perStep * (steps - step + (config.epochs - epoch) * steps),
        imagesPerSecond: batch / perStep,
      })
    }
    if (hooks.signal.aborted) return null
    return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / step]))
  }

  /** Draws part of the state anew where the family asks for it (a discriminator that has won). */
  private async restartIfNeeded(losses: Losses, epoch: number, step: number): Promise<void> {
    const prefix = this.family.restart(losses)
    if (prefix === null) return
    await this.phase.redraw(prefix, (this.config.seed * 1_000_003 + epoch * 1009 + step) % 2 ** 31)
    this.hooks.emit({
      kind: 'log',
      message: `epoch ${epoch}: ${prefix.replace('/', '')} started anew, its loss was ${losses.discriminator?.toExponential(1)}`,
      key: 'discriminatorRestarted',
      values: { epoch },
    })
  }

  private diverged(epoch: number, what: string): TrainingError {
    const kept =
      this.progress.epoch > 0
        ? `The checkpoint of epoch ${this.progress.epoch} is kept.`
        : 'No epoch was completed.'
    return new TrainingError(
      `The training diverged: ${what} became infinite or undefined in epoch ${epoch}. ${kept} Try a smaller learning rate.`,
    )
  }

  private inspectionWeights(values: Weights): Weights {
    return Object.fromEntries(Object.entries(values).filter(([name]) => this.family.isInspectionState(name)))
  }

  /** Calibrates the best checkpoint and writes `model.onnx` and `model.json`. */
  private async finish(): Promise<ModelMetadata> {
    const { config, family, job } = this
    this.hooks.emit({ kind: 'log', message: 'Calibrating on the held-out images', key: 'calibrating' })
    const best = await loadBest(job.folder)
    if (!best) throw new TrainingError('The best checkpoint is missing. Train again.')
    const training = {
      epochs: this.progress.epoch,
      bestEpoch: this.progress.best?.epoch ?? this.progress.epoch,
      engine: this.progress.engine,
      seconds: this.progress.seconds,
      images: this.views.images,
      views: this.views.viewsPerEpoch,
      seed: config.seed,
      finished: new Date().toISOString(),
    }
    const describe = (calibration: ModelMetadata['calibration']): ModelMetadata =>
      describeModel(family.name, config, training, calibration)
    const { calibration, model } = await this.heldOut.finish(best.values, job.falseAlarmRate, (found) =>
      JSON.stringify(describe(found)),
    )
    const metadata = describe(calibration)
    await writeWhole(path.join(job.folder, 'model.onnx'), model)
    await writeWhole(path.join(job.folder, 'model.json'), JSON.stringify(metadata, null, 2))
    return metadata
  }
}

async function openEngineOrExplain({ engine }: TrainingJob): Promise<Awaited<ReturnType<typeof openEngine>>> {
  try {
    return await openEngine(engine === 'auto' ? 'onnx-cpu' : engine)
  } catch (error) {
    if (error instanceof EngineUnavailableError)
      throw new TrainingError(`${error.message}. Choose another engine, or auto.`)
    throw error
  }
}
