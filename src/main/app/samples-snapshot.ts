import type { Sample, Snapshot, SnapshotSplit, Store } from '../store/index.ts'

/** A snapshot that cannot be made; the message says why and what to do. */
export class SnapshotError extends Error {
  readonly problem: 'too-few' | 'one-group'

  constructor(problem: SnapshotError['problem'], message: string) {
    super(message)
    this.name = 'SnapshotError'
    this.problem = problem
  }
}

export interface SnapshotOptions {
  /** Share of the good training images that is held out; default 0.2. */
  readonly validationFraction?: number
  /** The same seed and samples give the same split, whatever the order of the import; default 1. */
  readonly seed?: number
}

/** Fewer images leave nothing to learn from and nothing to calibrate with. */
const fewestImages = 4
const fewestHeldOut = 2

/**
 * Fixes the samples a training run learns from: the project's good training images, some of them held out for
 * validation. Images of one part (group) stay on one side, or the held-out scores would be too good to set a
 * threshold by. If the project has validation samples of its own, those are held out and no others. Test samples
 * never enter.
 *
 * @throws SnapshotError `too-few` good images, `one-group` if all are of one part
 */
export function createSnapshot(store: Store, projectId: string, options: SnapshotOptions = {}): Snapshot {
  const { validationFraction = 0.2, seed = 1 } = options
  return store.transaction(() => {
    const project = store.projects.get(projectId)
    const train = store.samples.list({ projectId, split: 'train', label: 'good' })
    const validation = store.samples.list({ projectId, split: 'validation', label: 'good' })
    const count = train.length + validation.length
    if (count < fewestImages || train.length === 0) {
      throw new SnapshotError(
        'too-few',
        `The project "${project.name}" has ${count} good ${count === 1 ? 'image' : 'images'} to train on; at least ${fewestImages} are needed, and 50 or more are better. Import more with: flawline samples import`,
      )
    }
    const heldOut = validation.length > 0 ? new Set<string>() : holdOut(train, validationFraction, seed)
    const split = (sample: Sample): SnapshotSplit =>
      sample.split === 'validation' || heldOut.has(sample.id) ? 'validation' : 'train'
    const members = [...train, ...validation].map((sample) => ({ sampleId: sample.id, split: split(sample) }))
    return store.snapshots.create({ projectId, seed, validationFraction, members })
  })
}

/** Ids of the samples to hold out: whole groups in an order drawn by the seed, until the share is reached. */
function holdOut(samples: readonly Sample[], fraction: number, seed: number): Set<string> {
  const groups = new Map<string, Sample[]>()
  for (const sample of samples) {
    // The prefix keeps a group named like a hash apart from an image without one.
    const key = sample.groupKey === null ? `image ${sample.sha256}` : `group ${sample.groupKey}`
    groups.set(key, [...(groups.get(key) ?? []), sample])
  }
  if (groups.size < 2) {
    throw new SnapshotError(
      'one-group',
      `All ${samples.length} good images are of one part (group "${samples[0]?.groupKey ?? ''}"), so none can be held out for validation. Import images of more parts, or without the group column.`,
    )
  }
  const keys = [...groups.keys()].sort()
  shuffle(keys, seed)
  const target = Math.min(Math.max(Math.round(samples.length * fraction), fewestHeldOut), samples.length - 1)
  const chosen = new Set<string>()
  // The last group is never taken: something must be left to learn from.
  for (const key of keys.slice(0, -1)) {
    if (chosen.size >= target) break
    for (const sample of groups.get(key) ?? []) chosen.add(sample.id)
  }
  return chosen
}

/** Fisher-Yates with the 32-bit generator mulberry32 (Tommy Ettinger, public domain). */
function shuffle(items: string[], seed: number): void {
  let state = seed >>> 0
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  for (let index = items.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1))
    const [first = '', second = ''] = [items[index], items[other]]
    items[index] = second
    items[other] = first
  }
}
