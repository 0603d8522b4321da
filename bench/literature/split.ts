/** Which images are learned from, held out and tested: the published protocol, the same for everybody by its seed. */
import { Random } from '../../src/main/nn/random.ts'
import { DataSetError } from './images.ts'

/** `class-abnormal`: the class is the defect, all others are good. `one-class`: the class alone is good. */
export const modes = ['class-abnormal', 'one-class'] as const
export type Mode = (typeof modes)[number]

export interface Protocol {
  readonly mode: Mode
  /** Number of the class that the mode speaks of. */
  readonly class: number
  readonly seed: number
  /** Images of the whole set that are used, in equal numbers of each class; null: all. */
  readonly limit: number | null
}

/** Indices of images, ascending; no image is in two lists. */
export interface Split {
  /** Normal. */
  readonly train: readonly number[]
  /** Normal: checkpoints are compared on these, and the model is calibrated on them. */
  readonly validation: readonly number[]
  readonly testNormal: readonly number[]
  readonly testAbnormal: readonly number[]
}

const TEST_SHARE = 0.2
/** Of the normal training data; more than the most would cost much at each epoch and tell little. */
const VALIDATION_SHARE = 0.1
const FEWEST_VALIDATION = 3
const MOST_VALIDATION = 500
const FEWEST_TRAINING = 2

/**
 * A fifth of the normal images is tested; of the rest, a part is held out. Abnormal images are all tested and in no
 * other list.
 *
 * @param labels class of each image
 * @throws DataSetError when too few are left for one of the lists
 */
export function splitOf(labels: Uint8Array, protocol: Protocol): Split {
  const { mode, seed, limit } = protocol
  const used = limit === null ? [...labels.keys()] : drawn(labels, limit, seed)
  const isAbnormal = (index: number): boolean =>
    (labels[index] === protocol.class) === (mode === 'class-abnormal')
  const abnormal = used.filter(isAbnormal)
  const normal = new Random(`${seed}/split`).shuffle(used.filter((index) => !isAbnormal(index)))
  const tested = Math.round(normal.length * TEST_SHARE)
  const learned = normal.length - tested
  const heldOut = Math.min(
    MOST_VALIDATION,
    Math.max(FEWEST_VALIDATION, Math.round(learned * VALIDATION_SHARE)),
  )
  if (learned - heldOut < FEWEST_TRAINING || tested === 0 || abnormal.length === 0)
    throw new DataSetError(
      `class ${protocol.class}, ${mode}: ${normal.length} normal and ${abnormal.length} abnormal images are too few; use a larger --limit`,
    )
  return {
    train: ascending(normal.slice(tested + heldOut)),
    validation: ascending(normal.slice(tested, tested + heldOut)),
    testNormal: ascending(normal.slice(0, tested)),
    testAbnormal: abnormal,
  }
}

/** `limit` images in equal numbers of each class (a class that has fewer gives all it has), ascending. */
function drawn(labels: Uint8Array, limit: number, seed: number): number[] {
  const byClass = new Map<number, number[]>()
  labels.forEach((label, index) => {
    const members = byClass.get(label)
    if (members) members.push(index)
    else byClass.set(label, [index])
  })
  const queues = [...byClass.entries()]
    .sort(([a], [b]) => a - b)
    .map(([label, members]) => new Random(`${seed}/limit/${label}`).shuffle(members))
  const result: number[] = []
  for (let rank = 0; result.length < Math.min(limit, labels.length); rank++)
    for (const queue of queues) if (rank < queue.length && result.length < limit) result.push(queue[rank])
  return ascending(result)
}

function ascending(indices: readonly number[]): number[] {
  return [...indices].sort((a, b) => a - b)
}
