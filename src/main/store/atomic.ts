import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import fs from 'node:fs/promises'
import { dirname } from 'node:path'
import { StorageError, errorCode } from './errors.ts'

/** One file of writeAtomically: its bytes, where they go, and a temporary name on the same file system. */
export interface PendingFile {
  readonly target: string
  readonly temporary: string
  readonly data: Uint8Array | string
}

/**
 * Writes files under temporary names, syncs them, renames them to their targets and syncs the folders: after a
 * crash or a power cut each target is whole or absent, and once this returns all are there for good. A folder
 * that several of them go to is synced once.
 */
export async function writeAtomically(files: readonly PendingFile[]): Promise<void> {
  // Settled and not merely failed: nothing may still be writing when the caller hears of an error.
  const outcomes = await Promise.allSettled(files.map(writeOne))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  for (const folder of new Set(files.map((file) => dirname(file.target)))) await syncFolder(folder)
}

async function writeOne({ target, temporary, data }: PendingFile): Promise<void> {
  try {
    const handle = await fs.open(temporary, 'w')
    try {
      await handle.writeFile(data)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await fs.rename(temporary, target)
  } catch (error) {
    await discard(temporary)
    throw error
  }
}

/**
 * Copies a file like writeAtomically, and checks that what was copied has the expected SHA-256: a file that is
 * still being written by a camera must not be stored under the hash of its first half.
 */
export async function copyAtomically(
  source: string,
  target: string,
  temporary: string,
  sha256: string,
): Promise<void> {
  try {
    const hash = createHash('sha256')
    const handle = await fs.open(temporary, 'w')
    try {
      for await (const chunk of createReadStream(source, { highWaterMark: 1 << 18 })) {
        const bytes = chunk as Buffer
        hash.update(bytes)
        await handle.writeFile(bytes)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (hash.digest('hex') !== sha256) {
      throw new StorageError(
        'input-output',
        source,
        `The file ${source} changed while it was being read. Try again when it is complete.`,
      )
    }
    await fs.rename(temporary, target)
    await syncFolder(dirname(target))
  } catch (error) {
    await discard(temporary)
    throw error
  }
}

/** SHA-256 of a file in hexadecimal, and its size in bytes. */
export async function hashFile(file: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) {
    const part = chunk as Buffer
    bytes += part.length
    hash.update(part)
  }
  return { sha256: hash.digest('hex'), bytes }
}

/** Makes renames in a folder last. Windows has no such call and needs none: NTFS journals its directories. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // Some network file systems refuse to sync a directory.
    if (errorCode(error) !== 'EINVAL') throw error
  } finally {
    await handle.close()
  }
}

async function discard(temporary: string): Promise<void> {
  await fs.rm(temporary, { force: true }).catch(() => undefined)
}
