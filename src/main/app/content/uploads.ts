import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile, readFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Caller } from '../caller.ts'
import type { Core } from '../core.ts'
import { isId, newId, StorageError, translateError } from '../../store/index.ts'
import { uploadPath } from './upload-name.ts'

/** A file that is larger than an upload may be. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError'
}

/** There is no such upload (any more), or it is somebody else's. */
export class UnknownUploadError extends Error {
  override readonly name = 'UnknownUploadError'
}

export interface UploadLimits {
  /** Of one file. */
  readonly bytes: number
  /** Of one upload. */
  readonly files: number
  /** That one person has open. */
  readonly uploads: number
  /** Milliseconds after which an upload that nobody took is removed. */
  readonly age: number
}

export const uploadLimits: UploadLimits = {
  bytes: 512 * 1024 * 1024,
  files: 100_000,
  uploads: 50,
  age: 24 * 60 * 60 * 1000,
}

interface Upload {
  readonly id: string
  readonly folder: string
  readonly owner: string
  readonly begun: number
  files: number
}

/**
 * Files that pages sent, until they are imported or inspected: `uploads/<id>/` in the data folder, beside it
 * `<id>.owner` with the lease of the process that took them, so that the next start knows what a dead one left.
 */
export class Uploads {
  readonly #core: Core
  readonly #folder: string
  readonly #limits: UploadLimits
  readonly #known = new Map<string, Upload>()
  #swept: Promise<void> | undefined

  constructor(core: Core, limits: Partial<UploadLimits> = {}) {
    this.#core = core
    this.#folder = path.join(core.store.folder, 'uploads')
    this.#limits = { ...uploadLimits, ...limits }
  }

  /**
   * Begins an upload and returns its id. Of those that one person never used, the oldest makes room.
   *
   * @throws StorageError if the data folder cannot be written
   */
  async begin(caller: Caller): Promise<string> {
    await this.sweep()
    const mine = [...this.#known.values()].filter(({ owner }) => owner === caller.user.name)
    const outdated = mine.filter(({ begun }) => Date.now() - begun > this.#limits.age)
    const surplus = mine.slice(0, Math.max(0, mine.length + 1 - this.#limits.uploads))
    for (const { id } of [...outdated, ...surplus]) await this.remove(id)
    const id = newId()
    const folder = path.join(this.#folder, id)
    await this.#guarded(folder, async () => {
      await mkdir(this.#folder, { recursive: true })
      // First, so that there is never a folder without it.
      await writeFile(`${folder}.owner`, this.#core.store.lease.owner)
      await mkdir(folder)
    })
    this.#known.set(id, { id, folder, owner: caller.user.name, begun: Date.now(), files: 0 })
    return id
  }

  /**
   * Takes a file; it appears under its name when it is whole, and nothing of it stays if anything goes wrong.
   *
   * @param name with `/` between folders, as {@link uploadPath} takes it
   * @throws UnknownUploadError, UploadNameError, TooLargeError, StorageError
   */
  async put(
    id: string,
    name: string,
    body: ReadableStream<Uint8Array> | null,
    caller: Caller,
    signal?: AbortSignal,
  ): Promise<void> {
    const upload = this.#find(id, caller)
    if (upload.files >= this.#limits.files) {
      throw new TooLargeError(`An upload has at most ${this.#limits.files} files.`)
    }
    const target = path.join(upload.folder, ...uploadPath(name))
    // Beside the upload's folder and not in it: a half file must never be taken for an image.
    const temporary = `${upload.folder}.${newId()}.part`
    try {
      await this.#guarded(target, async () => {
        await this.#write(temporary, body, signal)
        await mkdir(path.dirname(target), { recursive: true })
        await rename(temporary, target)
      })
      upload.files += 1
    } finally {
      await rm(temporary, { force: true })
    }
  }

  /**
   * The folder of an upload.
   *
   * @throws UnknownUploadError
   */
  folder(id: string, caller: Caller): string {
    return this.#find(id, caller).folder
  }

  /** Removes an upload with its files; gone already is fine. */
  async remove(id: string): Promise<void> {
    this.#known.delete(id)
    if (!isId(id)) return
    await rm(path.join(this.#folder, id), { recursive: true, force: true })
    await rm(path.join(this.#folder, `${id}.owner`), { force: true })
  }

  /** Removes what processes that no longer live left, and what is older than a day; once a start. */
  sweep(): Promise<void> {
    this.#swept ??= this.#sweep().catch((error: unknown) => {
      console.warn(`Old uploads in ${this.#folder} could not be removed:`, error)
    })
    return this.#swept
  }

  async #sweep(): Promise<void> {
    const { lease } = this.#core.store
    const names = await readdir(this.#folder).catch(() => [])
    for (const id of new Set(names.map((name) => name.split('.')[0] ?? ''))) {
      if (!isId(id) || this.#known.has(id)) continue
      const owner = await readFile(path.join(this.#folder, `${id}.owner`), 'utf8').catch(() => '')
      const begun = (await stat(path.join(this.#folder, id)).catch(() => undefined))?.mtimeMs ?? 0
      if (lease.isAlive(owner) && Date.now() - begun <= this.#limits.age) continue
      await this.remove(id)
      for (const name of names) {
        if (name.startsWith(`${id}.`)) await rm(path.join(this.#folder, name), { force: true })
      }
    }
  }

  #find(id: string, caller: Caller): Upload {
    const upload = this.#known.get(id)
    if (upload === undefined || upload.owner !== caller.user.name) {
      throw new UnknownUploadError(`There is no upload ${id} (any more).`)
    }
    return upload
  }

  async #write(
    file: string,
    body: ReadableStream<Uint8Array> | null,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (body === null) return writeFile(file, '')
    const most = this.#limits.bytes
    await pipeline(
      body,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        let bytes = 0
        for await (const chunk of chunks) {
          bytes += chunk.length
          if (bytes > most) throw new TooLargeError(`A file may have at most ${most} bytes.`)
          yield chunk
        }
      },
      createWriteStream(file, { flags: 'wx' }),
      ...(signal === undefined ? [] : [{ signal }]),
    )
  }

  /** Errors of the file system come out as StorageError: a full disk is a plain answer and no accident. */
  async #guarded<T>(file: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof TooLargeError || error instanceof StorageError) throw error
      throw translateError(error, file)
    }
  }
}
