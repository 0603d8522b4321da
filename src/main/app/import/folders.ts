import { readdir, stat } from 'node:fs/promises'
import { extname, join, parse } from 'node:path'

const imageExtensions = new Set(['.png', '.jpg', '.jpeg', '.jpe', '.bmp', '.tif', '.tiff', '.webp'])

/** True for names of image files; hidden files (and the `._x.png` that macOS leaves) are none. */
export function isImageName(name: string): boolean {
  return !name.startsWith('.') && imageExtensions.has(extname(name).toLowerCase())
}

/**
 * Names of the folders and image files in a folder, each sorted; empty if the folder is not there. Symbolic links
 * count as what they point at.
 */
export async function listFolder(folder: string): Promise<{ folders: string[]; images: string[] }> {
  const folders: string[] = []
  const images: string[] = []
  for (const entry of await entriesOf(folder)) {
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(folder, entry.name))))) {
      folders.push(entry.name)
    } else if (isImageName(entry.name)) {
      images.push(entry.name)
    }
  }
  return { folders: folders.sort(byName), images: images.sort(byName) }
}

/** Links may lead in a circle; no real layout is nested deeper. */
const deepest = 8

/** Absolute paths of the images in a folder and all folders in it, sorted. */
export async function imagesBelow(folder: string, depth = 0): Promise<string[]> {
  const { folders, images } = await listFolder(folder)
  const files = images.map((name) => join(folder, name))
  if (depth === deepest) return files
  for (const name of folders) files.push(...(await imagesBelow(join(folder, name), depth + 1)))
  return files
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

/** The name of a file without its extension. */
export function stemOf(file: string): string {
  return parse(file).name
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** `img2` before `img10`, alike on every machine whatever its language. */
const byName = new Intl.Collator('en', { numeric: true }).compare
