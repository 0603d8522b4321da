import { createHash } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { TrainingMeasurement } from '../compute/messages.ts'
import { familyNamed } from '../models/families.ts'
import type { EngineChoice } from '../models/types.ts'
import type { Project, Store } from '../store/index.ts'
import type { Core } from './core.ts'
import { knownEngines, machineKey } from './engines.ts'
import { ProblemError } from './problems.ts'
import { StoppedError } from './stopped.ts'
import { checkConfig } from './training.ts'

export interface EstimateRequest {
  readonly project: Project
  readonly family: string
  readonly config: Readonly<Record<string, unknown>>
  readonly engine: EngineChoice
}

export interface TrainingEstimate {
  readonly seconds: number
  /** Images that it would learn from. */
  readonly images: number
  readonly stepsPerSecond: number
}

/** Fields that change what is learned and not how long a step takes. */
const WITHOUT_INFLUENCE = new Set([
  ...['epochs', 'seed', 'learningRate', 'fit', 'overlap', 'scale', 'smoothing', 'context'],
  ...['flipHorizontal', 'flipVertical', 'quarterTurns', 'shift', 'brightness'],
  ...['adversarialWeight', 'imageWeight', 'latentWeight'],
])

/** Values times squared width of one batch that a step is timed on; larger batches are timed in part, and scaled. */
const MOST_WORK = 1e9

/** Share of the good images that is held out where the project has no validation split; see createSnapshot. */
const HELD_OUT = 0.2

/** Judging a view costs about so much of learning from it: forward only, and a smaller network. */
const JUDGING = 0.3
/** A checkpoint costs so many times what reading the state does: read, encoded, written, synced, often twice. */
const CHECKPOINTING = 4
/** Seconds of each epoch for opening the model that judges, and of each training for its start and end. */
const EPOCH_OVERHEAD = 0.15
const RUN_OVERHEAD = 2

/**
 * How long a training would take here: a few steps of its very configuration are timed in a compute process of their
 * own, once; the speed is remembered in the data folder.
 *
 * @throws TrainingRequestError `family`, `config`; ProblemError `tooFewImages`; StoppedError when `signal` aborts
 */
export async function estimateTraining(
  core: Core,
  request: EstimateRequest,
  signal?: AbortSignal,
): Promise<TrainingEstimate> {
  const { store } = core
  const config = checkConfig(request.family, request.config)
  const { learned, heldOut, draws } = imagesOf(store, request.project, config)
  const engine =
    request.engine === 'auto' ? ((await knownEngines(core))?.chosen ?? 'onnx-cpu') : request.engine
  const speed = await speedOf(core, { family: request.family, config, engine }, signal)
  const [batch, epochs] = [numberOf(config, 'batch'), numberOf(config, 'epochs')]
  const steps = Math.ceil((learned * draws) / batch)
  // Held-out images are judged twice: as they are and with a drawn fault.
  const cost = validationCostOf(request.family, config)
  const judging = 2 * heldOut * draws * cost * (speed.step / batch)
  const epoch = steps * speed.step + judging + CHECKPOINTING * speed.reading + EPOCH_OVERHEAD
  return {
    seconds: RUN_OVERHEAD + speed.preparing + epochs * epoch,
    images: learned,
    stepsPerSecond: 1 / speed.step,
  }
}

/** Families that search at inspection say themselves what judging costs them. */
function validationCostOf(name: string, config: Readonly<Record<string, unknown>>): number {
  const family = familyNamed(name)
  return family.validationCost?.(family.schema.parse(config)) ?? JUDGING
}

/** How many images would be learned from and held out, and how many views each gives. */
function imagesOf(store: Store, project: Project, config: Readonly<Record<string, unknown>>) {
  const counts = store.samples.counts(project.id).filter(({ label }) => label === 'good')
  const sum = (split: string) =>
    counts.filter((one) => one.split === split).reduce((total, { count }) => total + count, 0)
  const [train, validation] = [sum('train'), sum('validation')]
  if (train + validation < 4 || train === 0) {
    throw new ProblemError(
      'INVALID',
      'tooFewImages',
      `The project "${project.name}" has too few good images to train on; at least 4 are needed.`,
      { values: { count: train + validation } },
    )
  }
  const heldOut = validation > 0 ? validation : Math.min(Math.max(Math.round(train * HELD_OUT), 2), train - 1)
  const learned = validation > 0 ? train : train - heldOut
  if (config['fit'] !== 'tile') return { learned, heldOut, draws: 1 }
  const [size, scale] = [numberOf(config, 'size'), numberOf(config, 'scale')]
  // Images of a project are mostly of one size: some of them tell how many tiles there are.
  const some = store.samples.list({ projectId: project.id, split: 'train', label: 'good', limit: 50 })
  const tiles = some.map(({ width, height }) =>
    Math.ceil((Math.max(size, width * scale) * Math.max(size, height * scale)) / size ** 2),
  )
  return { learned, heldOut, draws: tiles.reduce((total, one) => total + one, 0) / Math.max(1, tiles.length) }
}

type Speed = Omit<TrainingMeasurement, 'cancelled'>

interface Configuration {
  readonly family: string
  readonly config: Readonly<Record<string, unknown>>
  readonly engine: EngineChoice
}

async function speedOf(core: Core, configuration: Configuration, signal?: AbortSignal): Promise<Speed> {
  const file = path.join(core.store.folder, 'training-speed.json')
  const key = keyOf(configuration)
  const known = (await readSpeeds(file))[key]
  if (known) return known
  const speed = await measure(core, configuration, signal)
  // Measured beside other work it would be remembered as slower than it is.
  if (core.store.runs.list({ state: 'running' }).length === 0) {
    const speeds = { ...(await readSpeeds(file)), [key]: speed }
    await writeSpeeds(file, speeds)
  }
  return speed
}

async function measure(
  core: Core,
  { family, config, engine }: Configuration,
  signal?: AbortSignal,
): Promise<Speed> {
  const stopped = () => new StoppedError('The estimate was not waited for.')
  if (signal?.aborted) throw stopped()
  const batch = numberOf(config, 'batch')
  const width = typeof config['width'] === 'number' ? config['width'] : 32
  const most = Math.floor(MOST_WORK / (numberOf(config, 'size') ** 2 * width ** 2))
  const timed = Math.min(batch, Math.max(2, most))
  const client = core.newCompute()
  // An engine computes without yielding: only the end of its process stops it at once.
  const stop = () => client.kill()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const measured = await client.run('measure-training', {
      family,
      config: { ...config, batch: timed },
      engine,
    })
    const { step, preparing, reading } = measured
    return { step: step * (batch / timed), preparing, reading }
  } catch (error) {
    throw signal?.aborted ? stopped() : error
  } finally {
    signal?.removeEventListener('abort', stop)
    await client.close()
  }
}

function numberOf(config: Readonly<Record<string, unknown>>, name: string): number {
  const value = config[name]
  if (typeof value !== 'number') throw new RangeError(`the configuration has no number ${name}`)
  return value
}

function keyOf({ family, config, engine }: Configuration): string {
  const fields = Object.entries(config)
    .filter(([name]) => !WITHOUT_INFLUENCE.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify([family, fields, engine, machineKey()])
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}

const speedsSchema = z.record(
  z.string(),
  z.object({ step: z.number().positive(), preparing: z.number(), reading: z.number() }),
)

async function readSpeeds(file: string): Promise<Record<string, Speed>> {
  try {
    return speedsSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    // Not there, or not readable any more: it is only a memory, and is made anew.
    return {}
  }
}

async function writeSpeeds(file: string, speeds: Record<string, Speed>): Promise<void> {
  try {
    await writeFile(`${file}.tmp`, JSON.stringify(speeds))
    await rename(`${file}.tmp`, file)
  } catch {
    // Measured again next time.
  }
}
