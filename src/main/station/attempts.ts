/** Slows guessing down: after some failures each further try has to wait, twice as long each time. */

interface Entry {
  failures: number
  /** Milliseconds on the clock given; before then no try is heard. */
  until: number
  last: number
}

export interface AttemptLimits {
  /** Failures without a wait. */
  readonly free: number
  /** Longest wait in seconds. */
  readonly longest: number
}

/** Failures are forgotten after so many milliseconds without one. */
const memory = 3_600_000
/** Keys remembered; of more, the oldest are dropped. */
const mostKeys = 10_000

export class Attempts {
  readonly #limits: AttemptLimits
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()

  /** @param now milliseconds */
  constructor(limits: AttemptLimits, now: () => number = Date.now) {
    this.#limits = limits
    this.#now = now
  }

  /** Whole seconds until a try of this key is heard; 0: now. */
  wait(key: string): number {
    const entry = this.#recent(key)
    return entry ? Math.max(0, Math.ceil((entry.until - this.#now()) / 1000)) : 0
  }

  /**
   * Counts a try as failed. To be called before the password is looked at, so that many at once do not all pass;
   * {@link succeeded} takes it back.
   */
  begin(key: string): void {
    const now = this.#now()
    const entry = this.#recent(key) ?? { failures: 0, until: 0, last: now }
    entry.failures += 1
    entry.last = now
    const over = entry.failures - this.#limits.free
    if (over >= 0) entry.until = now + Math.min(this.#limits.longest, 2 ** Math.min(over, 30)) * 1000
    // Set anew, so that the map's order is by age.
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= mostKeys) break
      this.#entries.delete(oldest)
    }
  }

  succeeded(key: string): void {
    this.#entries.delete(key)
  }

  #recent(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (!entry || this.#now() - entry.last < memory) return entry
    this.#entries.delete(key)
    return undefined
  }
}

/** What one machine is known by: its address, and of IPv6 the network, which one machine has for itself. */
export function attemptKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1]) return mapped[1]
  if (!address.includes(':')) return address
  const [head = ''] = address.split('::')
  const groups = head.split(':').filter((group) => group !== '')
  return `${[...groups, '0', '0', '0', '0'].slice(0, 4).join(':')}::/64`
}
