/** Stations as programs of their own, on a folder of {@link makeFolder}. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { WebSocket } from 'ws'
import type { Client } from './place.ts'

const entry = path.resolve(import.meta.dirname, '../../../../src/main/station/index.ts')

export interface Program {
  readonly child: ChildProcess
  /** Its exit code; null after a kill. */
  readonly code: Promise<number | null>
  /** The first line on standard output; empty if it ended without one. */
  readonly line: Promise<string>
  readonly output: { stdout: string; stderr: string }
}

export class Programs {
  readonly #folder: string
  readonly #running = new Set<ChildProcess>()

  constructor(folder: string) {
    this.#folder = folder
  }

  start(...words: string[]): Program {
    const folders = [
      '--data',
      path.join(this.#folder, 'data'),
      '--renderer',
      path.join(this.#folder, 'renderer'),
    ]
    const child = spawn(process.execPath, [entry, ...folders, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#running.add(child)
    const output = { stdout: '', stderr: '' }
    const code = new Promise<number | null>((resolve) =>
      child.once('close', (value) => {
        this.#running.delete(child)
        resolve(value)
      }),
    )
    const line = new Promise<string>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output.stdout += text
        if (output.stdout.includes('\n')) resolve(output.stdout.split('\n')[0] ?? '')
      })
      void code.then(() => resolve(''))
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text
    })
    return { child, code, line, output }
  }

  /** Ends what a failed test left. */
  async killAll(): Promise<void> {
    for (const child of this.#running) {
      child.kill('SIGKILL')
      await once(child, 'close')
    }
  }
}

/** Where a program started with `--json` is. */
export async function addressOf(program: Program): Promise<string> {
  const line = await program.line
  assert.notEqual(line, '', program.output.stderr)
  return (JSON.parse(line) as { address: string }).address
}

export async function connect(address: string): Promise<{ client: Client; socket: WebSocket }> {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/rpc`, { origin: address })
  await once(socket, 'open')
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
  return { client: createORPCClient(link), socket }
}
