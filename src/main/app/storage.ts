import { readdir, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { Store } from '../store/index.ts'

/** How much room a data folder takes, in bytes. */
export interface StorageUse {
  readonly folder: string
  readonly database: number
  readonly images: number
  readonly maps: number
  readonly models: number
  /** Left on its disk. */
  readonly free: number
}

/** A count holds for this many times as long as it took: a folder of millions is not walked at every look. */
const holdsFor = 30

/** Measures a data folder; of looks at the same time one walks. */
export class StorageMeter {
  readonly #store: Store
  #known: { readonly use: StorageUse; readonly until: number } | undefined
  #walk: Promise<StorageUse> | undefined

  constructor(store: Store) {
    this.#store = store
  }

  measure(): Promise<StorageUse> {
    if (this.#known && performance.now() < this.#known.until) return Promise.resolve(this.#known.use)
    this.#walk ??= this.#measure().finally(() => {
      this.#walk = undefined
    })
    return this.#walk
  }

  async #measure(): Promise<StorageUse> {
    const start = performance.now()
    const { folder } = this.#store
    const inside = (name: string): string => path.join(folder, name)
    const files = ['flawline.db', 'flawline.db-wal', 'flawline.db-shm'].map((name) => sizeOf(inside(name)))
    const disk = await statfs(folder)
    const use = {
      folder,
      database: (await Promise.all(files)).reduce((sum, bytes) => sum + bytes, 0),
      images: await sizeBelow(inside('images')),
      maps: await sizeBelow(inside('maps')),
      models: await sizeBelow(inside('models')),
      free: disk.bavail * disk.bsize,
    }
    const end = performance.now()
    this.#known = { use, until: end + holdsFor * (end - start) }
    return use
  }
}

async function sizeBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  let sum = 0
  for (let start = 0; start < entries.length; start += 64) {
    const sizes = entries.slice(start, start + 64).map((entry) => {
      const place = path.join(folder, entry.name)
      return entry.isDirectory() ? sizeBelow(place) : sizeOf(place)
    })
    sum += (await Promise.all(sizes)).reduce((total, bytes) => total + bytes, 0)
  }
  return sum
}

/** 0 for what vanished meanwhile. */
async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0
}
