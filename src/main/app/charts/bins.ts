/** Scores sorted into bins of equal width. */
export interface Bins {
  /** Lower edge of the first bin and upper edge of the last. */
  readonly from: number
  readonly to: number
  readonly width: number
  /** Counts by group, then by bin. */
  readonly counts: readonly (readonly number[])[]
  /** Scores beyond `to`, counted in the last bin: a few extreme ones must not flatten all others. */
  readonly beyond: number
}

/** The smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `value`. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9)) ?? 10
  return step * power
}

/**
 * About `wanted` bins with round edges. A bin edge does not follow the threshold, which is drawn where it is.
 * The axis ends where nearly all scores and the marks end.
 */
export function sortIntoBins(
  groups: readonly (readonly number[])[],
  marks: readonly number[],
  wanted = 44,
): Bins {
  const sorted = groups
    .flat()
    .filter(Number.isFinite)
    .sort((a, b) => a - b)
  const shown = [...sorted, ...marks].filter(Number.isFinite)
  const lowest = Math.min(...(shown.length > 0 ? [sorted[0] ?? Infinity, ...marks] : [0]))
  const highest = sorted.at(-1) ?? lowest
  const usual = Math.max(sorted[Math.floor(sorted.length * 0.9)] ?? lowest, ...marks, lowest)
  // Beyond six times as far as nine tenths of the scores reach, a few scores would flatten all others.
  const reach = usual - lowest
  const end = Math.max(
    highest - lowest > 6 * reach && reach > 0 ? lowest + 4 * reach : highest,
    ...marks,
    lowest,
  )
  // All scores the same: a bar in the middle of an axis that is wide for its value.
  const single = end <= lowest
  const width = single ? roundUp(Math.abs(lowest) / 20 || 0.05) : roundUp((end - lowest) / wanted)
  const from = (Math.floor(lowest / width + 1e-9) - (single ? 8 : 0)) * width
  const bins = Math.floor((end - from) / width + 1e-9) + 1 + (single ? 8 : 0)
  const to = from + bins * width
  return {
    from,
    to,
    width,
    counts: groups.map((scores) => {
      const counts = new Array<number>(bins).fill(0)
      for (const score of scores) {
        if (!Number.isFinite(score)) continue
        const bin = Math.min(bins - 1, Math.max(0, Math.floor((score - from) / width + 1e-9)))
        counts[bin] = (counts[bin] ?? 0) + 1
      }
      return counts
    }),
    beyond: sorted.filter((score) => score >= to).length,
  }
}
