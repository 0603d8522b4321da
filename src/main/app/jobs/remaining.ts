/** Seconds in which the estimate forgets how fast things went before. */
const MEMORY = 15
/** Seconds of work before there is an estimate. */
const FIRST = 1

/** How long the rest takes, from how fast the last things went: smoothed, so that the figure does not jump. */
export class Remaining {
  #since: number | undefined
  #last = { done: 0, at: 0 }
  #rate: number | undefined

  /**
   * @param done things done of `total`
   * @param at present time in seconds, of any clock that only goes forward
   * @returns seconds, or null if that is not known yet
   */
  update(done: number, total: number | null, at: number): number | null {
    if (this.#since === undefined || done < this.#last.done) {
      this.#since = at
      this.#last = { done, at }
      this.#rate = undefined
      return null
    }
    const seconds = at - this.#last.at
    if (done > this.#last.done && seconds > 0) {
      const now = (done - this.#last.done) / seconds
      const weight = 1 - Math.exp(-seconds / MEMORY)
      this.#rate = this.#rate === undefined ? now : this.#rate + weight * (now - this.#rate)
      this.#last = { done, at }
    }
    if (total === null || this.#rate === undefined || at - this.#since < FIRST) return null
    return Math.max(0, (total - done) / this.#rate)
  }
}
