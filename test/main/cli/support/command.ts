/** Runs the program as its users do: as a child process, with a data folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('../../../../src/main/cli/index.ts', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  /** Resolves when standard error has matched; rejects when the program ends before. */
  said(pattern: RegExp): Promise<void>
}

/** A folder for one test file, with the program's data folder in it. */
export class Workplace {
  readonly folder: string
  readonly #program: string

  private constructor(folder: string, program: string) {
    this.folder = folder
    this.#program = program
  }

  /** @param program the file to run; by default the command line's source */
  static async make(program = source): Promise<Workplace> {
    return new Workplace(await mkdtemp(path.join(tmpdir(), 'flawline-')), program)
  }

  get data(): string {
    return path.join(this.folder, 'data')
  }

  start(...words: readonly string[]): Started {
    const child = spawn(process.execPath, [this.#program, ...words, '--data', this.data], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FLAWLINE_DEBUG: '' },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    const finished = new Promise<Finished>((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
    })
    return {
      child,
      finished,
      said: (pattern) =>
        new Promise((resolve, reject) => {
          const look = () => {
            if (pattern.test(stderr)) resolve()
          }
          child.stderr.on('data', look)
          void finished.then(() => reject(new Error(`It ended without saying ${pattern}: ${stderr}`)))
          look()
        }),
    }
  }

  run(...words: readonly string[]): Promise<Finished> {
    return this.start(...words).finished
  }

  /** Runs with `--json` and expects success and nothing on standard output but one document. */
  async json(...words: readonly string[]): Promise<unknown> {
    const { code, stdout, stderr } = await this.run(...words, '--json')
    if (code !== 0) throw new Error(`flawline ${words.join(' ')} ended with ${code}: ${stderr}`)
    return JSON.parse(stdout)
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}
