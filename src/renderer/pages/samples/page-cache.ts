/**
 * Samples by their place in the list, fetched a page at a time as the gallery scrolls. Pages that have been scrolled
 * away from before they came are given up; those used longest ago are forgotten, so that memory stays small.
 */

export interface Page<Item> {
  readonly total: number
  readonly items: readonly Item[]
}

export interface PageCacheOptions<Item> {
  readonly fetch: (offset: number, limit: number, signal: AbortSignal) => Promise<Page<Item>>
  /** Something has changed: ask `total` and `at` again. */
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
  readonly pageSize?: number
  /** Pages kept at most. */
  readonly capacity?: number
}

interface Entry<Item> {
  items: readonly Item[]
  isStale: boolean
}

export class PageCache<Item> {
  /** How many there are; undefined until the first page came. */
  total: number | undefined
  readonly #options: Required<PageCacheOptions<Item>>
  /** In the order of last use, oldest first. */
  readonly #pages = new Map<number, Entry<Item>>()
  readonly #pending = new Map<number, AbortController>()
  #wanted: readonly number[] = []

  constructor(options: PageCacheOptions<Item>) {
    this.#options = { pageSize: 100, capacity: 40, ...options }
  }

  /** The item at `index`; undefined while it is not there. */
  at(index: number): Item | undefined {
    const { pageSize } = this.#options
    return this.#pages.get(Math.floor(index / pageSize))?.items[index % pageSize]
  }

  /** The places of what is loaded, with the items, in order. */
  *loaded(): Generator<readonly [index: number, item: Item]> {
    const { pageSize } = this.#options
    for (const number of [...this.#pages.keys()].sort((a, b) => a - b)) {
      for (const [place, item] of (this.#pages.get(number)?.items ?? []).entries())
        yield [number * pageSize + place, item]
    }
  }

  /** The items from `first` to `last` are looked at now: what is missing is fetched, other requests are given up. */
  want(first: number, last: number): void {
    const { pageSize } = this.#options
    const from = Math.max(0, Math.floor(first / pageSize))
    const to = Math.max(from, Math.floor(Math.max(first, last) / pageSize))
    this.#wanted = Array.from({ length: to - from + 1 }, (_, place) => from + place)
    for (const [number, controller] of this.#pending) {
      if (this.#wanted.includes(number)) continue
      controller.abort()
      this.#pending.delete(number)
    }
    this.#load()
  }

  /** What is cached may be out of date: it is shown until the fresh page is there. */
  refresh(): void {
    for (const entry of this.#pages.values()) entry.isStale = true
    // A request under way may have been answered before the change.
    this.#giveUp()
    this.#load()
  }

  /** Another list altogether. */
  clear(): void {
    this.#giveUp()
    this.#pages.clear()
    this.total = undefined
  }

  /** Changes loaded items in place, before the core has told of it. */
  replace(change: (item: Item) => Item): void {
    for (const entry of this.#pages.values()) entry.items = entry.items.map(change)
    this.#options.onChange()
  }

  #giveUp(): void {
    for (const controller of this.#pending.values()) controller.abort()
    this.#pending.clear()
  }

  #load(): void {
    const { pageSize } = this.#options
    for (const number of this.#wanted) {
      const entry = this.#pages.get(number)
      if (entry) {
        this.#pages.delete(number)
        this.#pages.set(number, entry)
        if (!entry.isStale) continue
      }
      const isBeyond = this.total !== undefined && number > 0 && number * pageSize >= this.total
      if (!this.#pending.has(number) && !isBeyond) void this.#fetch(number)
    }
  }

  async #fetch(number: number): Promise<void> {
    const { fetch, pageSize, onChange, onError } = this.#options
    const controller = new AbortController()
    this.#pending.set(number, controller)
    try {
      const page = await fetch(number * pageSize, pageSize, controller.signal)
      if (controller.signal.aborted) return
      this.#pending.delete(number)
      this.#keep(number, page)
      onChange()
    } catch (error) {
      if (controller.signal.aborted) return
      this.#pending.delete(number)
      onError(error)
    }
  }

  #keep(number: number, { total, items }: Page<Item>): void {
    const { pageSize, capacity } = this.#options
    this.total = total
    this.#pages.delete(number)
    this.#pages.set(number, { items, isStale: false })
    for (const old of [...this.#pages.keys()]) {
      const isBeyond = old * pageSize >= total && old > 0
      if (isBeyond || (this.#pages.size > capacity && !this.#wanted.includes(old))) this.#pages.delete(old)
    }
  }
}
