import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import fs from 'node:fs/promises'
import { dirname } from 'node:path'
import { StorageError, errorCode } from './errors.ts'

/**
 * Writes `data` under a temporary name, syncs it, renames it to `target` and syncs the folder: after a crash
 * or a power cut the target is whole or absent, and once this returns it is there for good.
 */
export async function writeAtomically(
  target: string,
  data: Uint8Array | string,
  temporary: string,
): Promise<void> {
  try {
    const handle = await fs.open(temporary, 'w')
    try {
      await handle.writeFile(data)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await putInPlace(temporary, target)
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
    await putInPlace(temporary, target)
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

async function putInPlace(temporary: string, target: string): Promise<void> {
  await fs.rename(temporary, target)
  await syncFolder(dirname(target))
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
