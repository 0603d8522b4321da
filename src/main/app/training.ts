import type { ComputeClient } from '../compute/client.ts'
import { ComputeDiedError } from '../compute/errors.ts'
import { trainWithRecovery } from '../compute/recovery.ts'
import { families } from '../models/families.ts'
import type { EngineChoice, ModelMetadata, TrainingEvent, TrainingJob } from '../models/types.ts'
import type { Model, Project, Store, TrainingRun } from '../store/index.ts'
import type { Core } from './core.ts'
import { resolveEngine } from './engines.ts'
import { calibrationRow } from './models.ts'
import { createSnapshot } from './samples-snapshot.ts'
import { StoppedError } from './stopped.ts'

/** A training that cannot be started or resumed; the message says why and what to do. */
export class TrainingRequestError extends Error {
  override readonly name = 'TrainingRequestError'
  readonly problem: 'family' | 'config' | 'run' | 'samples'
  /** For `config`: what is wrong, by field. */
  readonly fields: readonly { readonly path: readonly string[]; readonly message: string }[]

  constructor(
    problem: TrainingRequestError['problem'],
    message: string,
    fields: TrainingRequestError['fields'] = [],
  ) {
    super(message)
    this.problem = problem
    this.fields = fields
  }
}

export interface TrainingRequest {
  readonly project: Project
  readonly family: string
  /** Raw configuration; the family's schema checks it and fills in its defaults. */
  readonly config: Readonly<Record<string, unknown>>
  readonly engine: EngineChoice
  readonly falseAlarmRate: number
  /** Share of the good training images held out for calibration. */
  readonly validationFraction: number
}

/** Several trainings on the same images. */
export interface TrainingsRequest extends Omit<TrainingRequest, 'family' | 'config'> {
  readonly families: readonly Pick<TrainingRequest, 'family' | 'config'>[]
}

export interface TrainingHooks {
  /** The run exists and is about to train. */
  onRun?(run: TrainingRun): void
  onEvent?(event: TrainingEvent): void
  /** An epoch that was not stored before is stored now: each is told once, whatever dies in between. */
  onEpoch?(epoch: number): void
  /** The compute process died and the run goes on from its last checkpoint. */
  onRestart?(death: ComputeDiedError): void
  readonly signal?: AbortSignal
  /** What a run that the signal stopped becomes; default `cancelled`. Asked when it has stopped. */
  stopsAs?(): 'cancelled' | 'interrupted'
}

export interface TrainingOutcome {
  /** `finished`, or `cancelled` when the signal stopped it: it can be resumed. */
  readonly run: TrainingRun
  /** Present when finished. */
  readonly model: Model | undefined
}

/**
 * A new run in the queue, with the snapshot that it learns from.
 *
 * @throws TrainingRequestError, SnapshotError
 */
export function createRun(store: Store, request: TrainingRequest): TrainingRun {
  const { family, config, ...rest } = request
  const [run] = createRuns(store, { ...rest, families: [{ family, config }] })
  if (!run) throw new Error('A run was asked for and none was made.')
  return run
}

/**
 * New runs in the queue, in their order, that share one snapshot: all of them or none. The first one's seed divides
 * the images.
 *
 * @throws TrainingRequestError, SnapshotError
 */
export function createRuns(store: Store, request: TrainingsRequest): TrainingRun[] {
  const checked = request.families.map(({ family, config }) => ({
    family,
    config: checkConfig(family, config),
  }))
  const seed = checked[0]?.config['seed']
  return store.transaction(() => {
    const snapshot = createSnapshot(store, request.project.id, {
      validationFraction: request.validationFraction,
      ...(typeof seed === 'number' ? { seed } : {}),
    })
    return checked.map(({ family, config }) =>
      store.runs.create({
        projectId: request.project.id,
        snapshotId: snapshot.id,
        family,
        config,
        engine: request.engine,
        falseAlarmRate: request.falseAlarmRate,
      }),
    )
  })
}

/**
 * Trains a model on a snapshot of the project's good samples. Every epoch is stored as it ends; a run that stops
 * for whatever reason (cancelled, failed, killed) can be resumed from its last checkpoint.
 *
 * @throws TrainingRequestError, SnapshotError before a run exists; afterwards whatever failed, with the run kept
 */
export async function startTraining(
  core: Core,
  request: TrainingRequest,
  hooks: TrainingHooks = {},
): Promise<TrainingOutcome> {
  const { store } = core
  // Made and begun in one: a queue on the same data folder must not take it.
  const begun = store.transaction(() => beginRun(store, createRun(store, request).id))
  return carryOut(core, begun, hooks)
}

/**
 * Goes on with a run from its last checkpoint, with its own configuration and snapshot.
 *
 * @throws TrainingRequestError `run` if there is none of that id; StorageError `in-use` if it runs or has finished
 */
export async function resumeTraining(
  core: Core,
  runId: string,
  hooks: TrainingHooks = {},
): Promise<TrainingOutcome> {
  return carryOut(core, beginRun(core.store, requireRun(core.store, runId).id), hooks)
}

/** A run that this process has made its own. */
export interface BegunRun {
  readonly run: TrainingRun
  /** It was begun before and may have a checkpoint. */
  readonly resume: boolean
}

/** @throws StorageError `in-use` if it runs in a living process or has finished */
export function beginRun(store: Store, id: string): BegunRun {
  const resume = store.runs.get(id).startedAt !== null
  return { run: store.runs.start(id), resume }
}

/**
 * The run of that id, or the beginning of one.
 *
 * @throws TrainingRequestError `run`, naming those that could be resumed
 */
export function requireRun(store: Store, id: string): TrainingRun {
  const runs = store.runs.list()
  const matching = runs.filter((run) => run.id === id || (id.length >= 4 && run.id.startsWith(id)))
  const [found, second] = matching
  if (found && !second) return found
  const resumable = runs.filter((run) => run.state !== 'finished').slice(0, 5)
  const list = resumable.map((run) => `${run.id} (${run.state}, ${run.epochsDone} epochs)`).join(', ')
  throw new TrainingRequestError(
    'run',
    `There is ${second ? 'more than one' : 'no'} training run "${id}". ${list ? `Runs that could be resumed: ${list}.` : 'No run could be resumed.'}`,
  )
}

/**
 * Checks a configuration against its family's schema and fills in the defaults.
 *
 * @throws TrainingRequestError `family`, `config` with what is wrong by field
 */
export function checkConfig(
  familyName: string,
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const family = families[familyName]
  if (!family) {
    const names = Object.keys(families).join(', ')
    throw new TrainingRequestError('family', `There is no family "${familyName}". There is: ${names}.`)
  }
  const result = family.schema.safeParse(config)
  if (result.success) return result.data
  const fields = result.error.issues.map((issue) => ({
    path: issue.path.map(String),
    message: issue.message,
  }))
  const words = fields.map((field) => `${field.path.join('.')}: ${field.message}`).join('; ')
  throw new TrainingRequestError('config', `The configuration of ${family.title} is wrong: ${words}.`, fields)
}

/**
 * Trains a begun run to its end, good or bad, and stores what comes of it.
 *
 * @throws whatever made it fail, after the run was set to `failed`
 */
export async function carryOut(
  core: Core,
  { run, resume }: BegunRun,
  hooks: TrainingHooks = {},
): Promise<TrainingOutcome> {
  const { store } = core
  const stopped = (): TrainingOutcome => ({
    run: store.runs.finish(run.id, hooks.stopsAs?.() ?? 'cancelled'),
    model: undefined,
  })
  let client: ComputeClient | undefined
  try {
    const folder = await store.files.createModelFolder(run.id)
    hooks.onRun?.(run)
    const engine = await engineFor(core, run, hooks)
    client = core.newCompute()
    const result = await trainWithRecovery(client, jobOf(store, run, folder, engine, resume), {
      onEvent: (event) => {
        const isNews = record(store, run.id, event)
        hooks.onEvent?.(event)
        if (isNews && event.kind === 'epoch') hooks.onEpoch?.(event.epoch)
      },
      onRestart: (death) => hooks.onRestart?.(death),
      ...(hooks.signal ? { signal: hooks.signal } : {}),
    })
    if (result.state === 'cancelled' || !result.metadata) return stopped()
    return await keepModel(store, run, result.metadata)
  } catch (error) {
    if (error instanceof StoppedError) return stopped()
    // Ended on purpose together with the application: not the run's failure.
    if (error instanceof ComputeDiedError && hooks.signal?.aborted) return stopped()
    const reason = error instanceof Error ? error.message : String(error)
    try {
      store.runs.finish(run.id, 'failed', reason)
    } catch {
      // The database cannot be written: what made the training fail may be the very same. Its first words count.
    }
    throw error
  } finally {
    await client?.close()
  }
}

/** A resumed run stays on its engine, on which alone its losses can be repeated. */
function engineFor(core: Core, run: TrainingRun, hooks: TrainingHooks): Promise<EngineChoice> {
  return resolveEngine(core, (run.engineUsed ?? run.engine) as EngineChoice, {
    onMeasured: ({ name, available, imagesPerSecond }) =>
      hooks.onEvent?.({
        kind: 'log',
        message: `Measuring engines, once on this machine: ${name} ${available ? `${(imagesPerSecond ?? 0).toFixed(0)} images/s` : 'is not available'}`,
        key: available ? 'engineMeasured' : 'engineUnavailable',
        values: { engine: name, imagesPerSecond: Math.round(imagesPerSecond ?? 0) },
      }),
    ...(hooks.signal ? { signal: hooks.signal } : {}),
  })
}

function jobOf(
  store: Store,
  run: TrainingRun,
  folder: string,
  engine: EngineChoice,
  resume: boolean,
): TrainingJob {
  const samples = store.snapshots
    .samples(run.snapshotId)
    .flatMap((sample) =>
      sample.label === 'unlabelled'
        ? []
        : [{ id: sample.id, file: store.files.imagePath(sample), split: sample.split, label: sample.label }],
    )
  const { family, config, falseAlarmRate } = run
  return { folder, family, config, samples, engine, resume, falseAlarmRate }
}

/**
 * Stores what a training reports. A resumed run tells the epochs of its checkpoint again: those that the store
 * missed, because the process died between the checkpoint and the row, are made up for, and the others left alone.
 *
 * @returns whether it was news
 */
function record(store: Store, id: string, event: TrainingEvent): boolean {
  if (event.kind === 'started') {
    store.transaction(() => {
      store.runs.setEngineUsed(id, event.engine)
      store.runs.rewind(id, Math.min(event.resumedFrom, lastEpoch(store, id)))
    })
  } else if (event.kind === 'epoch' && !(event.replayed && event.epoch <= lastEpoch(store, id))) {
    store.runs.recordEpoch(id, event.epoch, {
      ...event.losses,
      ...(event.validation === null ? {} : { validation: event.validation }),
      seconds: event.seconds,
    })
    return true
  }
  return false
}

function lastEpoch(store: Store, id: string): number {
  return store.runs.get(id).epochsDone
}

/** The model, its first calibration and the run's end belong together: one transaction. */
async function keepModel(store: Store, run: TrainingRun, metadata: ModelMetadata): Promise<TrainingOutcome> {
  const { sha256 } = await store.files.hash(store.models.file(run.id))
  return store.transaction(() => {
    const model = store.models.create({
      id: run.id,
      projectId: run.projectId,
      runId: run.id,
      metadata,
      sha256,
    })
    store.calibrations.create(calibrationRow(model.id, metadata.calibration))
    return { run: store.runs.finish(run.id, 'finished'), model }
  })
}

/** A run's losses by epoch, as the store has them; `validation` stands apart, times are left out. */
export function lossesOf(
  store: Store,
  runId: string,
): { epoch: number; losses: Record<string, number>; validation: number | null }[] {
  const epochs = new Map<
    number,
    { epoch: number; losses: Record<string, number>; validation: number | null }
  >()
  for (const { epoch, name, value } of store.runs.metrics(runId)) {
    const entry = epochs.get(epoch) ?? { epoch, losses: {}, validation: null }
    epochs.set(epoch, entry)
    if (name === 'validation') entry.validation = value
    else if (name !== 'seconds') entry.losses[name] = value
  }
  return [...epochs.values()]
}
