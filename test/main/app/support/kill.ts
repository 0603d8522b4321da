import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const worker = fileURLToPath(new URL('./worker.ts', import.meta.url))

/**
 * Runs the worker and kills it (SIGKILL) `milliseconds` after it has said so many lines, the first of which says
 * that it has opened the data folder. Counting lines keeps the moment in the work, however slow the machine is.
 *
 * @param folder for what is kept between the dozens of starts: compiled code
 * @returns what it said, and whether it was still at work when it was killed
 */
export async function runAndKill(
  folder: string,
  words: readonly string[],
  lines: number,
  milliseconds: number,
): Promise<{ said: string[]; killed: boolean; stderr: string }> {
  const child = spawn(process.execPath, [worker, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: path.join(folder, 'compile-cache') },
  })
  let stdout = ''
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const closed = once(child, 'close')
  const said = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      if (stdout.split('\n').length > lines) resolve()
    })
  })
  await Promise.race([said, closed])
  await Promise.race([sleep(milliseconds), closed])
  child.kill('SIGKILL')
  const [, signal] = (await closed) as [number | null, string | null]
  return { said: stdout.trim().split('\n'), killed: signal === 'SIGKILL', stderr }
}

/** Numbers in [0, 1), the same in every run: a linear congruential generator (Numerical Recipes). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
