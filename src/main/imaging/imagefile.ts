import { close, open, read, readFile as readFileCallback, stat as statCallback } from 'node:fs'
import { promisify } from 'node:util'
import { ImageError } from './errors.ts'
import { formatNames, formatOf, type Format } from './header.ts'

// The callback calls: they take half the time of node:fs/promises on files of this size.
const readFile = promisify(readFileCallback)
const stat = promisify(statCallback)
const openFile = promisify(open)
const closeFile = promisify(close)
const readInto = promisify(read)

export const copyAgain = 'Copy or export it again.'

/** Bytes of a file: all of it, or its beginning. */
export interface FileBytes {
  readonly bytes: Buffer
  readonly format: Format
}

function readProblem(file: string, cause: unknown): ImageError {
  if (cause instanceof ImageError) return cause
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ImageError(file, 'missing', 'does not exist. Check the path, or whether it was moved.', {
      cause,
    })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new ImageError(file, 'unreadable', 'may not be read. Give this user read permission.', { cause })
  }
  return new ImageError(file, 'unreadable', `cannot be read (${code}). Check the disk or the network.`, {
    cause,
  })
}

/** The error of an image over the pixel limit; `size` says how large it is. */
export function tooLarge(file: string, size: string, limit: number): ImageError {
  const million = Math.round(limit / 1e5) / 10
  return new ImageError(
    file,
    'too-large',
    `is too large (${size}; the limit is ${million} million pixels). Crop it, split it or scale it down.`,
  )
}

async function check(file: string, limitPixels: number): Promise<void> {
  // Asked before opening: opening a pipe would wait for ever.
  const status = await stat(file)
  if (!status.isFile()) {
    const kind = status.isDirectory() ? 'a folder' : 'not a regular file'
    throw new ImageError(file, 'not-an-image', `is ${kind}. Name an image file.`)
  }
  if (status.size === 0) throw new ImageError(file, 'empty', `is empty (0 bytes). ${copyAgain}`)
  // 16 bit with alpha, uncompressed, and room for metadata; Node reads no more than 2 GiB at once.
  const limitBytes = Math.min(limitPixels * 8 + (64 << 20), 2 ** 31 - 1)
  if (status.size > limitBytes) throw tooLarge(file, `${Math.round(status.size / 1e6)} MB`, limitPixels)
}

function identify(file: string, bytes: Buffer): FileBytes {
  const format = formatOf(bytes)
  if (format !== undefined) return { bytes, format }
  const zeros = bytes.subarray(0, 4096).every((byte) => byte === 0)
  const reason = zeros ? 'holds nothing but zeros, as after a broken copy' : `is not a ${formatNames} image`
  const cure = zeros ? copyAgain : `Save it as ${formatNames}.`
  throw new ImageError(file, 'not-an-image', `${reason}. ${cure}`)
}

/**
 * Reads an image file whole (given a path, libvips would take brackets in it for options).
 * @throws ImageError
 */
export async function readImageFile(file: string, limitPixels: number): Promise<FileBytes> {
  try {
    await check(file, limitPixels)
    return identify(file, await readFile(file))
  } catch (cause) {
    throw readProblem(file, cause)
  }
}

/**
 * Reads the first `length` bytes of an image file, or all of a smaller one.
 * @throws ImageError
 */
export async function readImageHead(file: string, limitPixels: number, length: number): Promise<FileBytes> {
  try {
    await check(file, limitPixels)
    const handle = await openFile(file, 'r')
    try {
      const { bytesRead, buffer } = await readInto(handle, Buffer.allocUnsafe(length), 0, length, 0)
      return identify(file, buffer.subarray(0, bytesRead))
    } finally {
      await closeFile(handle)
    }
  } catch (cause) {
    throw readProblem(file, cause)
  }
}
