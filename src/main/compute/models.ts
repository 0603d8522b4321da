/** Keeps the last models open, so that one part after the other is judged without loading anything. */
import { stat } from 'node:fs/promises'
import { Inspector } from '../models/inspector.ts'
import type { Judge } from './pipeline.ts'

/** A model that can be judged by and let go. */
export interface OpenJudge extends Judge {
  release(): Promise<void>
}

export type OpenModel = (modelFile: string) => Promise<OpenJudge>

/** Models kept open at once; each holds its weights and ONNX Runtime's work memory. */
const KEPT = 2

interface Entry {
  readonly key: string
  readonly judge: Promise<OpenJudge>
  users: number
}

/** Lends models by file; the least recently used is released when there are too many and nobody uses it. */
export class ModelCache {
  readonly #open: OpenModel
  /** Least recently used first. */
  #entries: Entry[] = []

  constructor(open: OpenModel = (modelFile) => Inspector.open(modelFile)) {
    this.#open = open
  }

  /** Runs `work` with the model of this file. A file that was replaced since is opened anew. */
  async use<T>(modelFile: string, work: (judge: Judge) => Promise<T>): Promise<T> {
    const { mtimeMs, size } = await stat(modelFile)
    const key = `${modelFile}:${mtimeMs}:${size}`
    let entry = this.#entries.find((candidate) => candidate.key === key)
    if (entry) {
      const used = entry
      this.#entries = [...this.#entries.filter((candidate) => candidate !== used), used]
    } else {
      entry = { key, judge: this.#open(modelFile), users: 0 }
      this.#entries.push(entry)
    }
    entry.users += 1
    try {
      return await work(await entry.judge)
    } catch (error) {
      // A model that could not be opened is tried again next time.
      entry.judge.catch(() => this.#forget(key))
      throw error
    } finally {
      entry.users -= 1
      await this.#shrink()
    }
  }

  #forget(key: string): void {
    this.#entries = this.#entries.filter((candidate) => candidate.key !== key)
  }

  async #shrink(): Promise<void> {
    while (this.#entries.length > KEPT) {
      const unused = this.#entries.find((entry) => entry.users === 0)
      if (!unused) return
      this.#forget(unused.key)
      await unused.judge.then((judge) => judge.release()).catch(() => undefined)
    }
  }
}
