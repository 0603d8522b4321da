import { existsSync, readdirSync, rmSync } from 'node:fs'
import fs from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { copyAtomically, hashFile, syncFolder, writeAtomically } from './atomic.ts'
import { StorageError, isMissing, translateError } from './errors.ts'
import { makeFolder } from './folders.ts'
import { isId, newId } from './ids.ts'
import type { Lease } from './lease.ts'

/** An image in the file store: its content's hash and the extension it is kept under. */
export interface StoredImage {
  readonly sha256: string
  /** Lower case, without the dot. */
  readonly extension: string
}

/** The folders whose files have rows in the database. */
export type FileArea = 'images' | 'maps' | 'models'
const areas: readonly FileArea[] = ['images', 'maps', 'models']

/**
 * The files of the data folder: `images/<aa>/<sha256>.<ext>`, `maps/<inspection id>.png`, `models/<model id>/`.
 * A file is written first and its row second, so a row never points at a file that is not there. Temporary
 * files stand in `<area>/.temporary/<owner>/`: on the target's own file system, and found at the next start
 * without listing a million maps.
 */
export class FileStore {
  readonly folder: string
  readonly #lease: Lease
  readonly #madeFolders = new Set<string>()

  constructor(folder: string, lease: Lease) {
    this.folder = folder
    this.#lease = lease
    try {
      for (const area of areas) makeFolder(join(folder, area))
    } catch (error) {
      throw translateError(error, folder)
    }
  }

  /** Absolute path of a stored image (whether or not it is there). */
  imagePath(image: StoredImage): string {
    return join(this.folder, 'images', image.sha256.slice(0, 2), `${image.sha256}.${image.extension}`)
  }

  /** Absolute path of an inspection's anomaly map (16-bit grey PNG of normalised values). */
  mapPath(inspectionId: string): string {
    return join(this.folder, 'maps', `${checkedId(inspectionId)}.png`)
  }

  /** Absolute path of a model's folder, which is also its training run's: checkpoints, model.onnx, model.json. */
  modelFolder(modelId: string): string {
    return join(this.folder, 'models', checkedId(modelId))
  }

  hasImage(image: StoredImage): boolean {
    return existsSync(this.imagePath(image))
  }

  hasMap(inspectionId: string): boolean {
    return existsSync(this.mapPath(inspectionId))
  }

  /**
   * Copies an image file into the store under its hash; does nothing if it is there already.
   *
   * @param sha256 of the file if known, else it is computed
   */
  async addImage(source: string, sha256?: string): Promise<StoredImage> {
    let bytes: number
    if (sha256 === undefined) {
      ;({ sha256, bytes } = await this.hash(source))
    } else {
      bytes = (await readingSource(source, () => fs.stat(source))).size
    }
    const image = { sha256, extension: storedExtension(source) }
    const target = this.imagePath(image)
    await this.#guarded(target, async () => {
      await this.#makeFolder(dirname(target))
      if (await hasSize(target, bytes)) return syncFolder(dirname(target))
      await copyAtomically(source, target, await this.#temporary('images'), image.sha256)
    })
    return image
  }

  /** SHA-256 (hexadecimal) and size of a file from outside. */
  hash(source: string): Promise<{ sha256: string; bytes: number }> {
    return readingSource(source, () => hashFile(source))
  }

  /** Stores an inspection's map. Call before the inspection's row is created. */
  writeMap(inspectionId: string, png: Uint8Array): Promise<void> {
    return this.writeMaps([{ id: inspectionId, png }])
  }

  /** Stores the maps of several inspections at once: fewer syncs than one by one. */
  async writeMaps(maps: readonly { readonly id: string; readonly png: Uint8Array }[]): Promise<void> {
    await this.#guarded(join(this.folder, 'maps'), async () => {
      const pending = maps.map(async ({ id, png }) => {
        return { target: this.mapPath(id), temporary: await this.#temporary('maps'), data: png }
      })
      await writeAtomically(await Promise.all(pending))
    })
  }

  /** Makes the folder of a model or training run and returns its path. */
  async createModelFolder(modelId: string): Promise<string> {
    const folder = this.modelFolder(modelId)
    await this.#guarded(folder, () => this.#makeFolder(folder))
    return folder
  }

  /** Writes a file inside a model's folder, e.g. `model.json`. */
  async writeModelFile(modelId: string, name: string, data: Uint8Array | string): Promise<void> {
    const target = join(await this.createModelFolder(modelId), basename(name))
    await this.#guarded(target, async () =>
      writeAtomically([{ target, data, temporary: await this.#temporary('models') }]),
    )
  }

  /** Removes a file or model folder of an area; gone already is fine. For the garbage collection only. */
  remove(area: FileArea, name: string): void {
    const safe = basename(name)
    const path =
      area === 'images' ? join(this.folder, area, safe.slice(0, 2), safe) : join(this.folder, area, safe)
    try {
      rmSync(path, { force: true, recursive: area === 'models' })
    } catch (error) {
      throw translateError(error, path)
    }
  }

  /** Removes what processes that no longer live left half written. */
  sweepTemporary(): void {
    for (const area of areas) {
      const folder = join(this.folder, area, '.temporary')
      try {
        for (const owner of readdirSync(folder)) {
          if (!this.#lease.isAlive(owner)) rmSync(join(folder, owner), { recursive: true, force: true })
        }
      } catch (error) {
        if (!isMissing(error)) throw translateError(error, folder)
      }
    }
    this.#lease.sweep()
  }

  async #temporary(area: FileArea): Promise<string> {
    const folder = join(this.folder, area, '.temporary', this.#lease.owner)
    if (!this.#madeFolders.has(folder)) {
      makeFolder(folder)
      this.#madeFolders.add(folder)
    }
    return join(folder, newId())
  }

  /** Removes this store's own temporary folders; called when the store closes. */
  removeTemporary(): void {
    for (const area of areas) {
      rmSync(join(this.folder, area, '.temporary', this.#lease.owner), { recursive: true, force: true })
    }
  }

  async #makeFolder(folder: string): Promise<void> {
    if (this.#madeFolders.has(folder)) return
    makeFolder(folder)
    await syncFolder(dirname(folder))
    this.#madeFolders.add(folder)
  }

  async #guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      // Somebody removed a folder that was made before: let the next call make it again.
      if (isMissing(error)) this.#madeFolders.clear()
      throw translateError(error, path)
    }
  }
}

/** The extension an image is kept under: lower case, the usual spelling, nothing that could leave the folder. */
export function storedExtension(file: string): string {
  const extension = extname(file).slice(1).toLowerCase()
  if (extension === 'jpeg' || extension === 'jpe') return 'jpg'
  if (extension === 'tiff') return 'tif'
  return /^[a-z0-9]{1,8}$/.test(extension) ? extension : 'bin'
}

function checkedId(id: string): string {
  if (!isId(id)) throw new StorageError('not-found', id, `"${id}" is not an id.`)
  return id
}

async function hasSize(file: string, bytes: number): Promise<boolean> {
  try {
    return (await fs.stat(file)).size === bytes
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Reading what the user points at: failures are about that file and not about the data folder. */
async function readingSource<T>(source: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const problem = isMissing(error) ? 'missing-file' : 'input-output'
    throw new StorageError(problem, source, `Could not read ${source}: ${reason}.`, { cause: error })
  }
}
