/** One run of the program: its output, its data folder, its way of being stopped. */
import path from 'node:path'
import { createCore, type Core } from '../app/core.ts'
import { requireProject } from '../app/projects.ts'
import type { Project } from '../store/index.ts'
import { UsageError } from './exit.ts'
import { defaultDataFolder } from './folder.ts'
import { onInterrupt, type Interruption } from './interrupt.ts'
import { Output, type Streams } from './output.ts'
import { startProgress, type Progress } from './progress.ts'

/** The options that every command has. */
export interface GlobalOptions {
  readonly json?: boolean
  readonly data?: string
}

export class Session {
  readonly output: Output
  readonly #streams: Streams
  readonly #dataFolder: string
  #core: Core | undefined

  constructor(streams: Streams, options: GlobalOptions) {
    if (options.data === '') throw new UsageError('--data needs the path of a folder.')
    this.#streams = streams
    this.#dataFolder = path.resolve(options.data ?? defaultDataFolder())
    this.output = new Output(streams, options.json ?? false)
  }

  get dataFolder(): string {
    return this.#dataFolder
  }

  /** What a command line needs to mean the same data folder: nothing, or ` --data …`. */
  get dataArgument(): string {
    return this.#dataFolder === defaultDataFolder() ? '' : ` --data ${quoted(this.#dataFolder)}`
  }

  /** The core, opened at the first need: `--help` and usage errors touch no data folder. */
  get core(): Core {
    this.#core ??= createCore(this.#dataFolder, { log: (message) => this.output.note(message) })
    return this.#core
  }

  project(name: string): Project {
    return requireProject(this.core.store, name)
  }

  progress(title: string): Progress {
    return startProgress(title, this.#streams.stderr)
  }

  /** Makes Ctrl-C stop the work under way where it is safe; a second one ends everything at once. */
  interruptible(message: string, progress?: Progress): Interruption {
    return onInterrupt(
      () => {
        const text = `${message} Press Ctrl-C again to quit at once.`
        if (progress) progress.say(text)
        else this.output.note(text)
      },
      () => {
        progress?.stop()
        this.#core?.kill()
      },
    )
  }

  async close(): Promise<void> {
    await this.#core?.close()
  }
}

/** For a shell, where it is needed. */
function quoted(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `"${text}"`
}
