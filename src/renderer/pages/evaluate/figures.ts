/** What an evaluation's scores say at a threshold. An image counts as defective when its score reaches it. */
import type { JudgedSample } from '../../../contract/index.ts'

/** A score with the truth. */
export interface Labelled {
  readonly score: number
  readonly defect: boolean
}

export interface Confusion {
  /** Defects found. */
  readonly found: number
  /** Defects missed. */
  readonly escapes: number
  /** Good parts judged NG. */
  readonly falseAlarms: number
  readonly passed: number
}

export function labelledOf(samples: readonly JudgedSample[]): Labelled[] {
  return samples.map(({ score, label }) => ({ score, defect: label === 'defect' }))
}

export function confusionAt(samples: readonly Labelled[], threshold: number): Confusion {
  const count = { found: 0, escapes: 0, falseAlarms: 0, passed: 0 }
  for (const { score, defect } of samples) {
    if (defect) count[score >= threshold ? 'found' : 'escapes']++
    else count[score >= threshold ? 'falseAlarms' : 'passed']++
  }
  return count
}

/** Harmonic mean of precision and recall; 0 where nothing is found. */
export function f1Of({ found, escapes, falseAlarms }: Confusion): number {
  return found === 0 ? 0 : (2 * found) / (2 * found + escapes + falseAlarms)
}

export interface Histogram {
  readonly start: number
  readonly width: number
  readonly good: readonly number[]
  readonly defect: readonly number[]
}

/** Counts in equal bins that hold all scores; `low` and `high` are inside as well. */
export function histogramOf(
  samples: readonly Labelled[],
  bins: number,
  low: number,
  high: number,
): Histogram {
  const width = high > low ? (high - low) / bins : 1
  const good = new Array<number>(bins).fill(0)
  const defect = new Array<number>(bins).fill(0)
  for (const one of samples) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((one.score - low) / width)))
    const counts = one.defect ? defect : good
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { start: low, width, good, defect }
}

/** The span to draw: all scores and the threshold, with a little air; scores begin at 0 where they are near it. */
export function spanOf(samples: readonly Labelled[], threshold: number): readonly [number, number] {
  const values = [...samples.map(({ score }) => score), threshold]
  const lowest = Math.min(...values)
  const highest = Math.max(...values)
  const air = 0.04 * (highest - lowest || Math.abs(highest) || 1)
  return [lowest >= 0 && lowest - air < 0.25 * highest ? 0 : lowest - air, highest + air]
}

export interface CurvePoint {
  readonly threshold: number
  readonly falseAlarmRate: number
  /** Recall: share of the defects that are found. */
  readonly found: number
  readonly precision: number
}

/** One point for each distinct score, from the strictest threshold to the loosest; equal scores move together. */
export function curveOf(samples: readonly Labelled[]): CurvePoint[] {
  const sorted = [...samples].sort((a, b) => b.score - a.score)
  const defects = sorted.filter(({ defect }) => defect).length
  const good = sorted.length - defects
  const points: CurvePoint[] = []
  let found = 0
  let alarms = 0
  for (const [index, { score, defect }] of sorted.entries()) {
    if (defect) found++
    else alarms++
    if (sorted[index + 1]?.score === score) continue
    points.push({
      threshold: score,
      falseAlarmRate: good === 0 ? 0 : alarms / good,
      found: defects === 0 ? 0 : found / defects,
      precision: found / (found + alarms),
    })
  }
  return points
}

/** What a threshold gets wrong, worst first: escapes by lowest score, false alarms by highest. */
export function mistakesAt(
  samples: readonly JudgedSample[],
  threshold: number,
): { readonly escapes: JudgedSample[]; readonly falseAlarms: JudgedSample[] } {
  return {
    escapes: samples
      .filter(({ label, score }) => label === 'defect' && score < threshold)
      .sort((a, b) => a.score - b.score),
    falseAlarms: samples
      .filter(({ label, score }) => label !== 'defect' && score >= threshold)
      .sort((a, b) => b.score - a.score),
  }
}
