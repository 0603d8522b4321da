/** Which images a training would learn from and hold out, as the core divides them. */
import type { SampleLabel, SampleSplit } from '../../../contract/index.ts'

const fewest = 4
const fewestHeldOut = 2

export interface Expected {
  readonly learn: number
  readonly holdOut: number
  /** False where a training cannot start. */
  readonly enough: boolean
  /** The project has validation images of its own; no share is held out. */
  readonly own: boolean
}

/** Parts with several images stay on one side, so that the true numbers may differ by a few. */
export function heldOutOf(
  rows: readonly { readonly split: SampleSplit; readonly label: SampleLabel; readonly count: number }[],
  fraction: number,
): Expected {
  const sum = (split: SampleSplit): number =>
    rows.reduce((total, row) => total + (row.label === 'good' && row.split === split ? row.count : 0), 0)
  const train = sum('train')
  const validation = sum('validation')
  const enough = train > 0 && train + validation >= fewest
  if (validation > 0) return { learn: train, holdOut: validation, enough, own: true }
  const holdOut = Math.min(Math.max(Math.round(train * fraction), fewestHeldOut), Math.max(0, train - 1))
  return { learn: train - holdOut, holdOut, enough, own: false }
}
