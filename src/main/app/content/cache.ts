import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { newId } from '../../store/index.ts'

const defaultBytes = 2 * 1024 ** 3
/** What is left after making room, as a share of the bound. */
const keptShare = 0.8

interface Kept {
  readonly file: string
  readonly bytes: number
  readonly written: number
}

/**
 * Small pictures made from large ones, in `cache/` of the data folder. A memory and no more: it may be deleted at any
 * time, and a disk that is full only makes it forget. Of more than its bound the oldest go.
 */
export class PictureCache {
  readonly #folder: string
  readonly #most: number
  #bytes: number | undefined
  #clearing: Promise<void> | undefined

  constructor(dataFolder: string, mostBytes: number = defaultBytes) {
    this.#folder = path.join(dataFolder, 'cache')
    this.#most = mostBytes
  }

  /** The picture of that name, made and kept if it is not there. `name`: letters, digits, `-` and `.` only. */
  async get(name: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const file = path.join(this.#folder, name.slice(0, 2), name)
    const found = await readFile(file).catch(() => undefined)
    if (found !== undefined && found.length > 0) return found
    const made = await make()
    await this.#keep(file, made).catch(() => undefined)
    return made
  }

  async #keep(file: string, bytes: Buffer): Promise<void> {
    const temporary = path.join(this.#folder, `${newId()}.tmp`)
    try {
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(temporary, bytes)
      await rename(temporary, file)
    } finally {
      await rm(temporary, { force: true })
    }
    // The first look counts what is there, this one among it.
    this.#bytes = this.#bytes === undefined ? await this.#sizeNow() : this.#bytes + bytes.length
    if (this.#bytes > this.#most) {
      this.#clearing ??= this.#makeRoom().finally(() => {
        this.#clearing = undefined
      })
      await this.#clearing
    }
  }

  async #sizeNow(): Promise<number> {
    return (await this.#list()).reduce((sum, { bytes }) => sum + bytes, 0)
  }

  async #makeRoom(): Promise<void> {
    const oldestFirst = (await this.#list()).sort((a, b) => a.written - b.written)
    let bytes = oldestFirst.reduce((sum, one) => sum + one.bytes, 0)
    for (const one of oldestFirst) {
      if (bytes <= keptShare * this.#most) break
      await rm(one.file, { force: true })
      bytes -= one.bytes
    }
    this.#bytes = bytes
  }

  async #list(): Promise<Kept[]> {
    const kept: Kept[] = []
    const entries = await readdir(this.#folder, { withFileTypes: true, recursive: true }).catch(() => [])
    for (const entry of entries) {
      if (!entry.isFile()) continue
      const file = path.join(entry.parentPath, entry.name)
      const status = await stat(file).catch(() => undefined)
      if (status) kept.push({ file, bytes: status.size, written: status.mtimeMs })
    }
    return kept
  }
}
