import { realpathSync, statSync } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Source } from '../../contract/common.ts'
import type { Caller } from './caller.ts'
import { UnknownUploadError, Uploads } from './content/uploads.ts'
import type { Core } from './core.ts'
import { labelOf, splitOf } from './import/entries.ts'
import { isImageName } from './import/folders.ts'
import { ProblemError } from './problems.ts'

export interface SourcesOptions {
  readonly face: 'desktop' | 'station'
  /** Allowed for this start only, besides those kept in the database. */
  readonly allowedFolders: readonly string[]
}

/** Images of a source, ready to be read. */
export interface ResolvedSource {
  /** Absolute, without symbolic links. */
  readonly paths: readonly string[]
  /** What people call it: a folder's or file's name. */
  readonly name: string
  /** True if a file may be read: a table names files, and a link leads, wherever it likes. */
  permits(file: string): Promise<boolean>
  /** What people know a file as: its path, or for an upload the name it was sent under. */
  originOf(file: string): string
  /** Removes an upload. */
  release(): Promise<void>
}

/** What is in an allowed folder, for choosing. */
export interface FolderContent {
  /** Null: the allowed folders themselves. */
  readonly path: string | null
  readonly parent: string | null
  readonly folders: readonly { readonly name: string; readonly path: string }[]
  readonly images: number
}

/** Links may lead in a circle, and no layout is nested deeper, see imagesBelow. */
const deepest = 9

/**
 * Where images may come from: uploads, and files of this machine inside folders that somebody allowed. Every path is
 * resolved to what it truly is before it is compared, so neither `..` nor a symbolic link leads out.
 */
export class Sources {
  readonly uploads: Uploads
  readonly #core: Core
  /** Files and folders for this start. */
  readonly #now = new Set<string>()

  constructor(core: Core, options: SourcesOptions) {
    this.#core = core
    this.uploads = new Uploads(core)
    void this.uploads.sweep()
    for (const folder of options.allowedFolders) this.allow(folder)
  }

  /**
   * Allows a file or folder until the application ends: what was chosen in a dialog or named on the command line.
   *
   * @throws ProblemError `missingSource`
   */
  allow(place: string): void {
    this.#now.add(truePath(place))
  }

  /**
   * Allows a folder for good.
   *
   * @throws ProblemError `missingSource` if there is no such folder
   */
  keep(folder: string, by: Caller): void {
    const found = truePath(folder)
    if (!statSync(found).isDirectory()) throw missing(folder, `${folder} is no folder.`)
    this.#core.store.allowedFolders.add(found, by.user.name)
  }

  /** Allows a folder no longer; one that was not allowed is fine. */
  forbid(folder: string): void {
    for (const spelling of new Set([folder, path.resolve(folder)])) {
      this.#now.delete(spelling)
      this.#core.store.allowedFolders.delete(spelling)
    }
  }

  /** The allowed folders, sorted. */
  list(): string[] {
    const folders = [...this.#now].filter((one) => statSync(one, { throwIfNoEntry: false })?.isDirectory())
    const kept = this.#core.store.allowedFolders.list().map((folder) => folder.path)
    return [...new Set([...kept, ...folders])].sort()
  }

  /**
   * The folders and the number of images in an allowed folder.
   *
   * @throws ProblemError `folderNotAllowed`, `missingSource`
   */
  async browse(folder?: string): Promise<FolderContent> {
    if (folder === undefined) {
      const folders = this.list().map((one) => ({ name: path.basename(one) || one, path: one }))
      return { path: null, parent: null, folders, images: 0 }
    }
    const found = await this.#permitted(folder)
    const entries = await readdir(found, { withFileTypes: true }).catch((error: unknown) => {
      throw missing(folder, `${folder} could not be read: ${String(error)}.`)
    })
    const folders: { name: string; path: string }[] = []
    let images = 0
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue
      const place = path.join(found, entry.name)
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await this.#leadsToFolder(place))))
        folders.push({ name: entry.name, path: place })
      else if (isImageName(entry.name)) images += 1
    }
    const above = path.dirname(found)
    return {
      path: found,
      parent: above !== found && this.#isInside(above) ? above : null,
      folders: folders.sort((a, b) => byName(a.name, b.name)),
      images,
    }
  }

  /**
   * Makes a source ready to be read.
   *
   * @throws ProblemError `folderNotAllowed`, `missingSource`, `noUpload`, `noImages`
   */
  async resolve(source: Source, caller: Caller): Promise<ResolvedSource> {
    if (source.kind === 'upload') return this.#upload(source.uploadId, caller)
    const paths: string[] = []
    for (const place of source.paths) {
      const found = await this.#permitted(place)
      await this.#demandNoEscape(found)
      paths.push(found)
    }
    const [first = ''] = paths
    return {
      paths,
      name: path.basename(first) + (paths.length > 1 ? ` +${paths.length - 1}` : ''),
      permits: async (file) => {
        const found = await realpath(file).catch(() => undefined)
        return found !== undefined && this.#isInside(found)
      },
      originOf: (file) => file,
      release: () => Promise.resolve(),
    }
  }

  async #upload(id: string, caller: Caller): Promise<ResolvedSource> {
    let folder: string
    try {
      folder = await realpath(this.uploads.folder(id, caller))
    } catch (error) {
      if (!(error instanceof UnknownUploadError) && !isMissing(error)) throw error
      throw new ProblemError('NOT_FOUND', 'noUpload', `There is no upload ${id} (any more). Send it again.`)
    }
    const { root, name } = await rootOf(folder)
    if (name === undefined) throw new ProblemError('INVALID', 'noImages', 'The upload holds no files.')
    return {
      paths: [root],
      name,
      permits: async (file) => {
        const found = await realpath(file).catch(() => undefined)
        return found !== undefined && contains(folder, found)
      },
      originOf: (file) => path.relative(folder, file).split(path.sep).join('/'),
      release: () => this.uploads.remove(id),
    }
  }

  /** What a path truly is, if it is allowed. */
  async #permitted(place: string): Promise<string> {
    const found = path.isAbsolute(place) ? await realpath(place).catch(() => undefined) : undefined
    if (found !== undefined && this.#isInside(found)) return found
    // Only inside is it told what there is and what not.
    if (found === undefined && path.isAbsolute(place) && this.#isInside(path.resolve(place)))
      throw missing(place, `There is no file or folder ${place}.`)
    throw notAllowed(place)
  }

  #isInside(place: string): boolean {
    const kept = this.#core.store.allowedFolders.list().map((folder) => folder.path)
    return [...kept, ...this.#now].some((root) => contains(root, place))
  }

  async #leadsToFolder(link: string): Promise<boolean> {
    const found = await realpath(link).catch(() => undefined)
    return found !== undefined && this.#isInside(found) && (await stat(found)).isDirectory()
  }

  /** Refuses a folder with a link that leads out of what is allowed: whoever reads it would follow. */
  async #demandNoEscape(place: string, depth = 0): Promise<void> {
    if (depth > deepest) return
    const entries = await readdir(place, { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return []
      throw missing(place, `${place} could not be read: ${String(error)}.`)
    })
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue
      const inner = path.join(place, entry.name)
      if (entry.isDirectory()) await this.#demandNoEscape(inner, depth + 1)
      else if (entry.isSymbolicLink()) {
        const found = await realpath(inner).catch(() => undefined)
        if (found === undefined) continue
        if (!this.#isInside(found)) throw notAllowed(inner)
        await this.#demandNoEscape(found, depth + 1)
      }
    }
  }
}

/** A folder that comes with the application. */
export function packagedSource(folder: string, name: string): ResolvedSource {
  return {
    paths: [folder],
    name,
    permits: (file) => Promise.resolve(contains(folder, path.resolve(file))),
    originOf: (file) => file,
    release: () => Promise.resolve(),
  }
}

/** A folder that holds one folder and nothing else stands for that, unless its name says what is in it. */
async function rootOf(folder: string): Promise<{ root: string; name: string | undefined }> {
  const entries = await readdir(folder, { withFileTypes: true })
  const [first] = entries
  if (first === undefined) return { root: folder, name: undefined }
  if (entries.length > 1) return { root: folder, name: `${first.name} +${entries.length - 1}` }
  const speaks = labelOf(first.name) !== undefined || splitOf(first.name) !== undefined
  return first.isDirectory() && !speaks
    ? { root: path.join(folder, first.name), name: first.name }
    : { root: folder, name: first.name }
}

/** True if a place is a folder or anything below it. Both absolute and without links. */
function contains(root: string, place: string): boolean {
  const way = path.relative(root, place)
  return way === '' || (way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way))
}

function truePath(place: string): string {
  try {
    return realpathSync(path.resolve(place))
  } catch {
    throw missing(place, `There is no file or folder ${place}.`)
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function missing(place: string, detail: string): ProblemError {
  return new ProblemError('INVALID', 'missingSource', detail, { values: { path: place }, field: 'source' })
}

function notAllowed(place: string): ProblemError {
  const detail = `${place} is in no folder that images may be read from. An administrator can allow it in the settings.`
  return new ProblemError('FORBIDDEN', 'folderNotAllowed', detail, { values: { path: place } })
}

const byName = new Intl.Collator('en', { numeric: true }).compare
