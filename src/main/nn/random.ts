/** Seeded random numbers that can be saved and restored, so that a resumed run goes on as if unbroken. */
import { createHash } from 'node:crypto'

/** Everything a generator remembers; plain JSON. */
export interface RandomState {
  readonly words: readonly [number, number, number, number]
  /** The second value of the last Box–Muller pair, when not yet given out. */
  readonly spare: number | null
}

/**
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018).
 * The seed is spread over the 128-bit state by SHA-256, so near seeds give unrelated streams.
 */
export class Random {
  private readonly words: Uint32Array
  private spare: number | null = null

  constructor(seed: number | string) {
    const digest = createHash('sha256').update(String(seed)).digest()
    this.words = Uint32Array.from([0, 4, 8, 12], (offset) => digest.readUInt32LE(offset))
  }

  /** A generator that goes on where `state` was taken. */
  static from(state: RandomState): Random {
    const random = new Random(0)
    random.restore(state)
    return random
  }

  /** The generator's own output: a whole number in [0, 2³²). */
  bits(): number {
    const s = this.words
    const product = Math.imul(s[1], 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = s[1] << 9
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= shifted
    s[3] = (s[3] << 11) | (s[3] >>> 21)
    return result
  }

  /** Uniform in [0, 1), in steps of 2⁻³². */
  next(): number {
    return this.bits() / 2 ** 32
  }

  /** Standard normal (Box and Muller, 1958). */
  normal(): number {
    if (this.spare !== null) {
      const value = this.spare
      this.spare = null
      return value
    }
    // 1 - next() lies in (0, 1]: its logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()))
    const angle = 2 * Math.PI * this.next()
    this.spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  /** Uniform whole number in [0, n), 1 ≤ n ≤ 2³², without modulo bias. */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new RangeError(`integer: ${n} is not a whole number from 1 to 2^32`)
    const limit = 2 ** 32 - (2 ** 32 % n)
    let bits = this.bits()
    while (bits >= limit) bits = this.bits()
    return bits % n
  }

  /** Shuffles in place (Fisher and Yates) and returns the array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(array: T): T {
    for (let last = array.length - 1; last > 0; last--) {
      const other = this.integer(last + 1)
      const kept = array[last]
      array[last] = array[other]
      array[other] = kept
    }
    return array
  }

  state(): RandomState {
    const [a, b, c, d] = this.words
    return { words: [a, b, c, d], spare: this.spare }
  }

  /** @throws RangeError when `state` was not made by `state()`. */
  restore(state: RandomState): void {
    const { words, spare } = state
    if (
      words.length !== 4 ||
      words.some((word) => !Number.isInteger(word) || word < 0 || word >= 2 ** 32) ||
      words.every((word) => word === 0) ||
      (spare !== null && !Number.isFinite(spare))
    )
      throw new RangeError('not the state of a random generator')
    this.words.set(words)
    this.spare = spare
  }
}
