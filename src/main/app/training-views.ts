/** Training runs as the contract shows them. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { Epoch, Run } from '../../contract/training.ts'
import type { TrainingEvent } from '../models/types.ts'
import type { Store, TrainingRun } from '../store/index.ts'

export function runView(store: Store, run: TrainingRun): Run {
  const counts = store.snapshots.counts(run.snapshotId)
  const best = store.runs.best(run.id)
  return {
    id: run.id,
    projectId: run.projectId,
    snapshotId: run.snapshotId,
    family: run.family,
    config: { ...run.config },
    engine: run.engine,
    engineUsed: run.engineUsed,
    falseAlarmRate: run.falseAlarmRate,
    state: run.state,
    epochsDone: run.epochsDone,
    epochsPlanned: epochsPlanned(run),
    best: best ? { epoch: best.epoch, validation: 1 - best.value } : null,
    trainingImages: counts.train,
    heldOutImages: counts.validation,
    error: run.error,
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    modelId: run.state === 'finished' ? (store.models.find(run.id)?.id ?? null) : null,
  }
}

/** Every configuration has `epochs`: the families' common settings. */
export function epochsPlanned({ config, epochsDone }: TrainingRun): number {
  const epochs = config['epochs']
  return typeof epochs === 'number' ? epochs : epochsDone
}

/** The epochs of a run, oldest first. */
export function epochsOf(store: Store, runId: string): Epoch[] {
  const epochs = new Map<number, Epoch>()
  for (const { epoch, name, value } of store.runs.metrics(runId)) {
    const entry = epochs.get(epoch) ?? { epoch, losses: {}, validation: null, seconds: null }
    epochs.set(epoch, entry)
    if (name === 'validation') entry.validation = finite(1 - value)
    else if (name === 'seconds') entry.seconds = finite(value)
    else entry.losses[name] = finite(value)
  }
  return [...epochs.values()]
}

/** An epoch that was just reported. */
export function epochView(event: Extract<TrainingEvent, { kind: 'epoch' }>): Epoch {
  return {
    epoch: event.epoch,
    losses: Object.fromEntries(Object.entries(event.losses).map(([name, value]) => [name, finite(value)])),
    validation: event.validation === null ? null : finite(1 - event.validation),
    seconds: finite(event.seconds),
  }
}

/** JSON has no NaN. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** Epochs for which the run's folder has pictures of reconstructions, oldest first. */
export function previewsOf(store: Store, runId: string): number[] {
  try {
    return readdirSync(path.join(store.files.modelFolder(runId), 'previews'))
      .flatMap((name) => /^(\d+)\.png$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b)
  } catch {
    return []
  }
}
