/** What a training run tells, made fit to be shown: pure functions. */
import type { Epoch, Job, Run } from '../../../contract/index.ts'

/**
 * Epochs as they were stored, with those told live since. Each epoch is there once, whatever was told twice after a
 * cut; where both have it the later word counts.
 */
export function mergeEpochs(stored: readonly Epoch[], live: Iterable<Epoch>): Epoch[] {
  const byEpoch = new Map(stored.map((epoch) => [epoch.epoch, epoch]))
  for (const epoch of live) byEpoch.set(epoch.epoch, epoch)
  return [...byEpoch.values()].sort((a, b) => a.epoch - b.epoch)
}

/** The same for the epochs that there are pictures of. */
export function mergeNumbers(stored: readonly number[], live: Iterable<number>): number[] {
  return [...new Set([...stored, ...live])].sort((a, b) => a - b)
}

/** The epoch with the highest validation score; the first of equals, as the core keeps it. */
export function bestOf(epochs: readonly Epoch[]): { epoch: number; validation: number } | null {
  let best: { epoch: number; validation: number } | null = null
  for (const { epoch, validation } of epochs) {
    if (validation !== null && (best === null || validation > best.validation)) best = { epoch, validation }
  }
  return best
}

/** Training images a second in the newest epoch that was timed; null before there is one. */
export function imagesPerSecond(run: Run, epochs: readonly Epoch[]): number | null {
  const seconds = epochs.findLast((epoch) => epoch.seconds !== null && epoch.seconds > 0)?.seconds ?? null
  return seconds === null ? null : run.trainingImages / seconds
}

/** Seconds that a run took or has taken until `now`; null if it has not begun. */
export function secondsOf(run: Run, now: number): number | null {
  if (run.startedAt === null) return null
  const end = run.endedAt === null ? now : Date.parse(run.endedAt)
  return Math.max(0, (end - Date.parse(run.startedAt)) / 1000)
}

/** The state as of the newest word on it: the job's, if there is one, is newer than the list's. */
export function stateOf(run: Run, job: Job | undefined): Run['state'] {
  if (job === undefined || isOver(run.state)) return run.state
  return job.state
}

export function isOver(state: Run['state']): boolean {
  return state !== 'queued' && state !== 'running'
}

/** Names of the losses, in the order in which they first appear. */
export function lossNames(epochs: readonly Epoch[]): string[] {
  return [...new Set(epochs.flatMap(({ losses }) => Object.keys(losses)))]
}

export interface Difference {
  readonly name: string
  /** One for each run, in their order; undefined where a run has no such setting. */
  readonly values: readonly unknown[]
}

/** Settings in which the runs differ; those that all share are left out. */
export function differencesOf(runs: readonly Run[]): Difference[] {
  const names = [...new Set(runs.flatMap(({ config }) => Object.keys(config)))]
  return names
    .map((name) => ({ name, values: runs.map(({ config }) => config[name]) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1)
}

/**
 * Which preview a slider shows: the newest until a person has chosen one; a chosen one that is not there (any more)
 * gives way to the nearest before it.
 */
export function shownPreview(previews: readonly number[], chosen: number | null): number | null {
  const newest = previews.at(-1) ?? null
  if (chosen === null || newest === null) return newest
  return previews.findLast((epoch) => epoch <= chosen) ?? previews[0] ?? null
}
