import { AsyncIteratorClass, withEventMeta } from '@orpc/server'
import type { LiveEvent, Topic } from '../../contract/live.ts'

/** Events kept for those who were cut off; older ones are made up for by fetching everything again. */
const KEPT = 10_000

export interface LiveOptions {
  /** Default 10,000. */
  readonly kept?: number
}

/**
 * What happens, numbered, for any number of listeners. There is one store of the last events and each listener is a
 * place in it: a slow listener costs nothing, and one that falls out of the store, like one that was cut off for too
 * long, is told `reset`. Ids of events are `<instance>-<number>`.
 */
export class LiveEvents {
  /** Signs this start of the core. */
  readonly instance: string
  readonly #kept: number
  /** Event `n` at `n % kept`. */
  readonly #ring: LiveEvent[] = []
  /** Number of the newest event; the first is 1. */
  #newest = 0
  #closed = false
  readonly #waiting = new Set<() => void>()

  constructor(instance: string, { kept = KEPT }: LiveOptions = {}) {
    this.instance = instance
    this.#kept = kept
  }

  publish(event: LiveEvent): void {
    if (this.#closed) return
    this.#newest += 1
    this.#ring[this.#newest % this.#kept] = event
    this.#wake()
  }

  /** Tells that queries of a topic are to be asked again; of one project or, with null, of whatever project. */
  changed(topic: Topic, projectId: string | null): void {
    this.publish({ kind: 'changed', topic, projectId })
  }

  /**
   * What happens from now on, or after the event of that id: each once, in order, with its id as oRPC event meta.
   * Without an id it begins with one that changes nothing (`changed`, `system`), so that the listener has an id to
   * go on from before anything happens. An id that is not known (any more) gives one `reset` and what comes after.
   */
  subscribe(lastEventId: string | undefined, signal?: AbortSignal): AsyncGenerator<LiveEvent> {
    const known = lastEventId === undefined ? this.#newest : this.#numberOf(lastEventId)
    let last = known ?? this.#newest
    let greeting: LiveEvent | undefined =
      known === undefined
        ? this.#reset()
        : lastEventId === undefined
          ? { kind: 'changed', topic: 'system', projectId: null }
          : undefined
    let ended = false
    let wake: () => void = () => undefined
    const end = (): void => {
      ended = true
      wake()
    }
    signal?.addEventListener('abort', end, { once: true })

    const next = async (): Promise<IteratorResult<LiveEvent, undefined>> => {
      for (;;) {
        if (ended || signal?.aborted || this.#closed) return { done: true, value: undefined }
        if (greeting) {
          const event = greeting
          greeting = undefined
          return { done: false, value: this.#numbered(event, last) }
        }
        if (last < this.#newest - this.#kept) {
          last = this.#newest
          return { done: false, value: this.#numbered(this.#reset(), last) }
        }
        const event = last < this.#newest ? this.#ring[(last + 1) % this.#kept] : undefined
        if (event) {
          last += 1
          return { done: false, value: this.#numbered(event, last) }
        }
        await new Promise<void>((resolve) => {
          wake = resolve
          this.#waiting.add(resolve)
        })
        this.#waiting.delete(wake)
      }
    }
    return new AsyncIteratorClass<LiveEvent, undefined>(next, async () => {
      end()
      signal?.removeEventListener('abort', end)
    })
  }

  /** Ends all subscriptions. */
  close(): void {
    this.#closed = true
    this.#wake()
  }

  #wake(): void {
    const woken = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of woken) wake()
  }

  #reset(): LiveEvent {
    return { kind: 'reset', instance: this.instance }
  }

  #numbered(event: LiveEvent, number: number): LiveEvent {
    return withEventMeta(event, { id: `${this.instance}-${number}` })
  }

  /** The number of an event whose successors are all still there. */
  #numberOf(id: string): number | undefined {
    const [instance, text = ''] = id.split('-')
    if (instance !== this.instance || !/^\d{1,15}$/.test(text)) return undefined
    const number = Number(text)
    return number <= this.#newest && number >= this.#newest - this.#kept ? number : undefined
  }
}
