/**
 * Named locks between processes that the operating system gives back the moment their holder ends, however it
 * ends: a listening local socket (abstract on Linux, a named pipe on Windows, a socket file elsewhere). A file
 * with a process id in it would need guesses about stale files and reused ids instead.
 */
import { createHash } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Lock {
  /** Gives the lock back; it also ends with the process. */
  release(): Promise<void>
}

/** Somebody else holds the lock. */
export class LockedError extends Error {
  override readonly name = 'LockedError'
}

function address(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 32)
  if (process.platform === 'linux') return `\0flawline-${digest}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\flawline-${digest}`
  return path.join(tmpdir(), `flawline-${digest}.lock`)
}

/**
 * Takes the lock of this name, waiting up to `patience` ms for whoever holds it.
 *
 * @throws LockedError when it is still held then
 */
export async function acquireLock(name: string, patience = 0): Promise<Lock> {
  const deadline = performance.now() + patience
  for (;;) {
    const lock = await tryLock(name)
    if (lock) return lock
    if (performance.now() >= deadline) throw new LockedError(`${name} is in use by another process.`)
    await sleep(50)
  }
}

/** Whether any process holds the lock of this name right now. */
export function isLocked(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address(name))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function tryLock(name: string): Promise<Lock | undefined> {
  const where = address(name)
  const lock = await listen(where)
  if (lock) return lock
  // A socket file outlives a killed holder; nobody answers at it then.
  if (!path.isAbsolute(where) || process.platform === 'win32' || (await isLocked(name))) return undefined
  try {
    unlinkSync(where)
  } catch {
    // Another process was quicker to clear it away.
  }
  return listen(where)
}

function listen(where: string): Promise<Lock | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    })
    server.listen(where, () => {
      // A lock alone keeps no process alive.
      server.unref()
      resolve({
        release: () =>
          new Promise((released) => {
            server.close(() => released())
          }),
      })
    })
  })
}
