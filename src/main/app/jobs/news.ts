import type { Topic } from '../../../contract/live.ts'
import type { LiveEvents } from '../live.ts'

/** Milliseconds between two tellings while much is changing. */
const TELL_EVERY = 1000

/** Tells that something of a project changes again and again, no more than once a second and once at the end. */
export class RepeatedNews {
  readonly #live: LiveEvents
  readonly #topics: readonly Topic[]
  readonly #projectId: string
  #toldAt = 0

  constructor(live: LiveEvents, topics: readonly Topic[], projectId: string) {
    this.#live = live
    this.#topics = topics
    this.#projectId = projectId
  }

  changed(): void {
    if (performance.now() - this.#toldAt >= TELL_EVERY) this.last()
  }

  /** The last change: told in any case. */
  last(): void {
    this.#toldAt = performance.now()
    for (const topic of this.#topics) this.#live.changed(topic, this.#projectId)
  }
}
