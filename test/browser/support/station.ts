/** A real station in a process of its own, on a data folder of its own, for tests in a real browser. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export const root = path.resolve(import.meta.dirname, '../../..')

export interface RunningStation {
  /** e.g. `http://127.0.0.1:4770/`. */
  readonly address: string
  readonly dataFolder: string
  readonly pid: number
  /** What it wrote to standard error. */
  words(): string
  /** Process ids of its compute processes. */
  computePids(): number[]
  /** Ends it in order (SIGTERM) and gives the exit code. */
  stop(): Promise<number | null>
  kill(): Promise<void>
}

export interface StationSettings {
  readonly dataFolder: string
  readonly allow?: readonly string[]
  readonly port?: number
}

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'flawline-browser-'))
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Starts the station from source with the renderer that `npm run build` left. */
export async function startStation(settings: StationSettings): Promise<RunningStation> {
  const renderer = path.join(root, 'out/renderer')
  assert.ok(existsSync(path.join(renderer, 'index.html')), 'the interface is not built: npm run build')
  const words = [path.join(root, 'src/main/station/index.ts'), '--data', settings.dataFolder, '--json']
  words.push('--renderer', renderer, '--port', String(settings.port ?? 0))
  for (const folder of settings.allow ?? []) words.push('--allow', folder)
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const address = await addressOf(child, () => errors)
  const exited = once(child, 'exit')
  return {
    address,
    dataFolder: settings.dataFolder,
    pid: child.pid ?? 0,
    words: () => errors,
    computePids: () => childrenOf(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGTERM')
      const [code] = (await exited) as [number | null]
      return code
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function addressOf(child: ChildProcess, errors: () => string): Promise<string> {
  if (!child.stdout) throw new Error('the station has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    const { address } = JSON.parse(line) as { address?: string }
    if (address !== undefined) return address.endsWith('/') ? address : `${address}/`
    break
  }
  throw new Error(`the station did not start: ${errors()}`)
}

/** Children by Linux's process table; the tests that need them run there alone. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        // The name in brackets may hold anything; the parent is the second field behind it.
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent
      } catch {
        return false
      }
    })
}
