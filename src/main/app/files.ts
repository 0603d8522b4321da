import { stat } from 'node:fs/promises'
import path from 'node:path'
import { imagesBelow } from './import/folders.ts'

/** There is nothing to inspect; the message says what was looked at. */
export class NoImagesError extends Error {
  override readonly name = 'NoImagesError'
}

/** An image to inspect, with a short name that is unique among those of one call. */
export interface ImageFile {
  /** Absolute path. */
  readonly file: string
  /** Path below the folder that was named, or the file's name; `/` between folders, without the extension. */
  readonly name: string
  /** What the history says it came from, where that is not the file: an upload's own name. */
  readonly origin?: string
}

/**
 * The images that a list of files and folders (looked through to the bottom) stands for, each once. A file that
 * was named is kept even if it is missing or no image: it is reported when its turn comes, beside the others.
 *
 * @param except a folder that is passed over: where pictures are about to be written
 * @throws NoImagesError if nothing is left
 */
export async function collectImages(paths: readonly string[], except?: string): Promise<ImageFile[]> {
  const passedOver = except === undefined ? undefined : path.resolve(except) + path.sep
  const found = new Map<string, string>()
  for (const given of paths) {
    const place = path.resolve(given)
    if (`${place}${path.sep}` === passedOver) {
      throw new NoImagesError(
        `The pictures cannot go into ${place}, the folder that is inspected. Choose another one.`,
      )
    }
    const folder = await stat(place).then(
      (status) => status.isDirectory(),
      () => false,
    )
    if (!folder) {
      if (!found.has(place)) found.set(place, path.basename(place))
      continue
    }
    for (const file of await imagesBelow(place)) {
      if (!found.has(file) && !(passedOver && file.startsWith(passedOver)))
        found.set(file, path.relative(place, file).split(path.sep).join('/'))
    }
  }
  if (found.size === 0) {
    throw new NoImagesError(`There are no images in ${paths.join(', ')} (PNG, JPEG, TIFF, WebP or BMP).`)
  }
  return uniqueNames(found)
}

/** Images may differ in nothing but their folder or extension; the later ones get a number. */
function uniqueNames(found: ReadonlyMap<string, string>): ImageFile[] {
  const used = new Set<string>()
  return [...found].map(([file, wanted]) => {
    const { dir, name: stem } = path.posix.parse(wanted)
    let name = path.posix.join(dir, stem)
    // Without regard to case, as the file systems of Windows and macOS have it.
    for (let number = 2; used.has(name.toLowerCase()); number++)
      name = path.posix.join(dir, `${stem}-${number}`)
    used.add(name.toLowerCase())
    return { file, name }
  })
}
