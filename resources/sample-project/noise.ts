/**
 * Seeded randomness of the sample project: a generator of uniform numbers and smooth value noise.
 * `Math.random` is not used anywhere, so that one seed always draws the same pictures.
 */

/** Uniform numbers in [0, 1). */
export type Random = () => number

/** A small, well-mixed generator (mulberry32), seeded by any 32-bit integer. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A uniform number between `low` and `high`. */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random()
}

/** One of `items`, all equally likely. */
export function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0]
}

/** A normally distributed number of mean 0 and standard deviation 1 (Box and Muller). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()))
  return radius * Math.cos(2 * Math.PI * random())
}

/** A fixed pseudo-random value in [-1, 1] for each point of the integer lattice. */
function lattice(x: number, y: number, seed: number): number {
  let mixed = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(seed, 2147483647 - 58)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 1274126177)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 2246822519)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2147483648 - 1
}

/** Smooth noise in [-1, 1] with a feature size of one unit. */
export function valueNoise(x: number, y: number, seed: number): number {
  const left = Math.floor(x)
  const top = Math.floor(y)
  const fx = smooth(x - left)
  const fy = smooth(y - top)
  const upper = lattice(left, top, seed) * (1 - fx) + lattice(left + 1, top, seed) * fx
  const lower = lattice(left, top + 1, seed) * (1 - fx) + lattice(left + 1, top + 1, seed) * fx
  return upper * (1 - fy) + lower * fy
}

/** Value noise summed over three octaves: irregular outlines and blotches, about in [-1, 1]. */
export function cloudNoise(x: number, y: number, seed: number): number {
  return (
    (valueNoise(x, y, seed) +
      0.5 * valueNoise(2 * x + 17.3, 2 * y - 5.1, seed + 1) +
      0.25 * valueNoise(4 * x - 3.7, 4 * y + 29.9, seed + 2)) /
    1.75
  )
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t)
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothstep(low: number, high: number, value: number): number {
  return smooth(Math.min(1, Math.max(0, (value - low) / (high - low))))
}
