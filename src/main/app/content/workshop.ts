/** Nobody waits for it any more. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError'
}

interface Order<T> {
  readonly key: string
  readonly work: () => Promise<T>
  readonly result: Promise<T>
  readonly settle: (work: Promise<T>) => void
  waiting: number
  started: boolean
}

/**
 * Does work a few at a time, the newest order first: who scrolls through a gallery wants what is on the screen now,
 * not what has long scrolled by. Orders under the same key are one; one that all have turned away from before its
 * turn is dropped.
 */
export class Workshop<T> {
  readonly #places: number
  readonly #orders = new Map<string, Order<T>>()
  readonly #stack: Order<T>[] = []
  #busy = 0

  constructor(places: number) {
    this.#places = places
  }

  /** @throws AbandonedError when the signal aborts while it waits; what `work` throws */
  async do(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (signal?.aborted) throw new AbandonedError()
    const order = this.#orders.get(key) ?? this.#take(key, work)
    order.waiting += 1
    let leave: () => void = () => undefined
    const left = new Promise<never>((_, reject) => {
      leave = () => {
        order.waiting -= 1
        if (order.waiting === 0 && !order.started) this.#drop(order)
        reject(new AbandonedError())
      }
    })
    signal?.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([order.result, left])
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  #take(key: string, work: () => Promise<T>): Order<T> {
    let settle: (work: Promise<T>) => void = () => undefined
    const result = new Promise<T>((resolve) => {
      settle = resolve
    })
    // Whoever turned away does not hear of its failure.
    result.catch(() => undefined)
    const order: Order<T> = { key, work, result, settle, waiting: 0, started: false }
    this.#orders.set(key, order)
    this.#stack.push(order)
    // After this turn, so that of orders placed together the last is really the first.
    queueMicrotask(() => this.#next())
    return order
  }

  #next(): void {
    while (this.#busy < this.#places) {
      const order = this.#stack.pop()
      if (order === undefined) return
      order.started = true
      this.#busy += 1
      const done = Promise.resolve().then(order.work)
      order.settle(done)
      void done
        .catch(() => undefined)
        .then(() => {
          this.#busy -= 1
          this.#orders.delete(order.key)
          this.#next()
        })
    }
  }

  #drop(order: Order<T>): void {
    this.#orders.delete(order.key)
    this.#stack.splice(this.#stack.indexOf(order), 1)
  }
}
