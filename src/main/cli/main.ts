/** Runs one command and turns whatever happens into an exit code and one clear line. */
import { CommanderError } from 'commander'
import { StoppedError } from '../app/stopped.ts'
import { JobError } from '../compute/errors.ts'
import { exitCodes, UsageError } from './exit.ts'
import type { Streams } from './output.ts'
import { buildProgram } from './program.ts'

/** @returns the exit code */
export async function main(words: readonly string[], streams: Streams = process): Promise<number> {
  survivePipes(streams)
  const state = { exitCode: exitCodes.ok as number }
  const isJson = words.includes('--json')
  try {
    const program = buildProgram(words, streams, (exitCode) => {
      state.exitCode = exitCode
    })
    await program.parseAsync([...words], { from: 'user' })
    return state.exitCode
  } catch (error) {
    // Help and version were printed as asked; other errors of commander have been explained by it.
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.ok
      if (isJson) writeError(streams, error.message.replace(/^error: /, ''))
      return exitCodes.usage
    }
    const message = describe(error)
    streams.stderr.write(`flawline: ${message}\n`)
    if (isJson) writeError(streams, message)
    if (process.env['FLAWLINE_DEBUG']) streams.stderr.write(`${stackOf(error)}\n`)
    if (error instanceof StoppedError) return exitCodes.interrupted
    return error instanceof UsageError ? exitCodes.usage : exitCodes.error
  }
}

/** Also a failure is one JSON document, so that a program that reads it need not guess. */
function writeError(streams: Streams, message: string): void {
  streams.stdout.write(`${JSON.stringify({ error: message }, null, 2)}\n`)
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Errors of our own carry a name and a sentence for people; others are mistakes of the program.
  const name = error instanceof JobError ? error.remoteName : error.name
  if (!/^(Type|Range|Reference|Syntax)?Error$/.test(name)) return error.message
  return `${error.message} (unexpected; FLAWLINE_DEBUG=1 shows where)`
}

function stackOf(error: unknown): string {
  if (error instanceof JobError) return error.remoteStack ?? error.stack ?? ''
  return error instanceof Error ? (error.stack ?? '') : ''
}

/** `flawline history | head` closes the pipe early: what is said after that is lost, and that is all. */
function survivePipes(streams: Streams): void {
  for (const stream of [streams.stdout, streams.stderr]) {
    if (!('on' in stream) || typeof stream.on !== 'function') continue
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error
    })
  }
}
