/** Starts the compute process as Electron's `utilityProcess`: no Node binary and no `RunAsNode` fuse are needed. */
import { availableParallelism } from 'node:os'
import type { ChildMessage, ParentMessage } from '../compute/messages.ts'
import type { Exit, Launch } from '../compute/port.ts'

/** How much of what the process wrote to standard error is kept for the report of its death. */
const KEPT_WORDS = 4000
/** How long the last words may take after the process has ended, in ms. */
const WORDS_PATIENCE = 500

export interface UtilityOptions {
  serviceName: string
  stdio: ('ignore' | 'pipe')[]
  env: Record<string, string>
}

/** Electron's `UtilityProcess`, as far as it is used here. */
export interface UtilityPart {
  readonly pid: number | undefined
  readonly stderr: NodeJS.ReadableStream | null
  postMessage(message: unknown): void
  kill(): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  on(event: 'error', listener: (type: string, location: string, report: string) => void): unknown
}

export interface UtilityParts {
  /** The built `compute.js`. */
  readonly entry: string
  /** Electron's `utilityProcess.fork`. */
  readonly fork: (entry: string, words: string[], options: UtilityOptions) => UtilityPart
  /** Ends a process that does not listen (ONNX Runtime holds its thread). Default: SIGKILL, `kill()` where there is no id. */
  readonly end?: (process: UtilityPart) => void
  readonly environment?: NodeJS.ProcessEnv
}

/** A {@link Launch} for the core. To be called when Electron is ready. */
export function utilityLaunch(parts: UtilityParts): Launch {
  const { entry, fork, end = endAtOnce, environment = process.env } = parts
  return () => {
    const child = fork(entry, [], {
      serviceName: 'Flawline compute',
      stdio: ['ignore', 'ignore', 'pipe'],
      env: computeEnvironment(environment),
    })
    let ended = false
    let words = ''
    const keep = (text: string): void => {
      words = (words + text).slice(-KEPT_WORDS)
      if (environment['FLAWLINE_DEBUG']) process.stderr.write(text)
    }
    child.stderr?.setEncoding('utf8')
    child.stderr?.on('data', (text: string) => keep(text))
    // V8's own end, most often for lack of memory; `exit` follows.
    child.on('error', (type, location) => keep(`\n${type} at ${location}\n`))
    const closeListeners: (() => void)[] = []
    const exited = new Promise<Exit>((resolve) => {
      child.on('exit', (code) => {
        ended = true
        for (const listener of closeListeners) listener()
        void lastOf(child.stderr).then(() => resolve({ code, signal: null, words: words.trim() }))
      })
    })
    return {
      // Known only once it has been spawned.
      get pid() {
        return child.pid
      },
      exited,
      kill: () => {
        if (!ended) end(child)
      },
      port: {
        send: (message: ParentMessage) => {
          if (!ended) child.postMessage(message)
        },
        onMessage: (listener) => child.on('message', (message) => listener(message as ChildMessage)),
        onClose: (listener) => closeListeners.push(listener),
      },
    }
  }
}

/** Decoding and encoding run on these threads while the model holds the main one. */
function computeEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const defined = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return { UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism())), ...Object.fromEntries(defined) }
}

function endAtOnce(child: UtilityPart): void {
  if (child.pid === undefined) {
    child.kill()
    return
  }
  try {
    process.kill(child.pid, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}

/** Resolves when the stream has ended: its last line says why the process died. */
function lastOf(stream: NodeJS.ReadableStream | null): Promise<void> {
  if (!stream?.readable) return Promise.resolve()
  return new Promise((resolve) => {
    const patience = setTimeout(resolve, WORDS_PATIENCE)
    const done = (): void => {
      clearTimeout(patience)
      resolve()
    }
    stream.once('end', done)
    stream.once('close', done)
  })
}
