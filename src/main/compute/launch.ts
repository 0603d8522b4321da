/** Starts the compute process with `child_process.fork`: the command line, the station and every test. */
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ChildMessage, ParentMessage } from './messages.ts'
import type { ComputeProcess, Exit, Launch } from './port.ts'

/** How much of what the process wrote to standard error is kept for the report of its death. */
const KEPT_WORDS = 4000

/**
 * The file that the compute process runs: `entry.ts` beside this file when run from source; in a bundle
 * `compute.js`, beside the bundle's entry or one folder above its chunks.
 *
 * @throws Error when neither is there
 */
export function computeEntry(): string {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const candidates = import.meta.url.endsWith('.ts')
    ? [path.join(here, 'entry.ts')]
    : [path.join(here, 'compute.js'), path.join(here, '..', 'compute.js')]
  const found = candidates.find((candidate) => existsSync(candidate))
  if (!found) throw new Error(`The compute process is missing: expected ${candidates.join(' or ')}`)
  return found
}

/** A {@link Launch} that forks `entry` (default: {@link computeEntry}). */
export function forkedProcess(entry?: string): Launch {
  return () => {
    const child = fork(entry ?? computeEntry(), [], {
      // Structured clone instead of JSON: NaN, typed arrays and undefined survive.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A session of its own, so that Ctrl-C in the terminal reaches the application alone, which then decides.
      detached: process.platform !== 'win32',
      env: {
        ...process.env,
        // Compiled code that this process keeps between runs serves the other as well.
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? getCompileCacheDir() ?? '',
        // Decoding and encoding run on these threads while the model holds the main one.
        UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? String(Math.max(4, availableParallelism())),
      },
    })
    let words = ''
    child.stderr?.setEncoding('utf8')
    child.stderr?.on('data', (text: string) => {
      words = (words + text).slice(-KEPT_WORDS)
      if (process.env['FLAWLINE_DEBUG']) process.stderr.write(text)
    })
    const exited = new Promise<Exit>((resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, words: error.message }))
      // 'close' comes after the last of standard error.
      child.once('close', (code, signal) => resolve({ code, signal, words: words.trim() }))
    })
    return {
      pid: child.pid,
      exited,
      kill: () => {
        child.kill('SIGKILL')
      },
      port: {
        send: (message: ParentMessage) => {
          // The process may have died a moment ago; `exited` tells, this need not.
          if (child.connected) child.send(message, () => undefined)
        },
        onMessage: (listener) =>
          child.on('message', (message) => {
            listener(message as ChildMessage)
          }),
        onClose: (listener) => child.once('disconnect', listener),
      },
    } satisfies ComputeProcess
  }
}
