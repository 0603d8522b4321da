import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Message } from '../../contract/common.ts'
import type { MessageKey } from '../../contract/messages.ts'
import type { Store } from '../store/index.ts'

/** What happened in a training run, and when. */
export interface LogLine {
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly message: { key: string; values: Record<string, string | number> }
}

/** A run's log: one JSON object a line in its folder, which outlives the process that wrote it. */
export class TrainingLog {
  readonly #file: string

  constructor(store: Store, runId: string) {
    this.#file = path.join(store.files.modelFolder(runId), 'log.jsonl')
  }

  /** Runs that the command line trains have none. */
  get exists(): boolean {
    return existsSync(this.#file)
  }

  /** Adds a line. A log that cannot be written is no reason to end a training. */
  add(key: MessageKey, values: Message['values'] = {}): void {
    const line: LogLine = { at: new Date().toISOString(), message: { key, values } }
    try {
      appendFileSync(this.#file, `${JSON.stringify(line)}\n`)
    } catch {
      // The disk is full or the folder gone: the training itself will say so where it matters.
    }
  }

  /** Oldest first; lines that a power cut left broken are passed over. */
  read(): LogLine[] {
    let text: string
    try {
      text = readFileSync(this.#file, 'utf8')
    } catch {
      return []
    }
    return text.split('\n').flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as LogLine]
      } catch {
        return []
      }
    })
  }
}
