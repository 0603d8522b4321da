import { ImageError, decodeImage, probeImage, type ImageInfo } from '../../imaging/decode.ts'
import { StorageError, type Sample, type Store, type StoredImage } from '../../store/index.ts'
import type { ImportEntry, ImportProblem } from './entries.ts'

/** What became of an entry: an image now in the file store, a duplicate, or a problem (also one of its mask alone). */
export interface AdmittedEntry {
  readonly entry: ImportEntry
  readonly image?: {
    readonly stored: StoredImage
    readonly info: ImageInfo
    readonly mask: StoredImage | null
  }
  readonly duplicateOf?: Sample
  readonly problem?: ImportProblem
}

/** Enough to keep two cores and a disk's sync busy; more only costs memory. */
const concurrency = 4

/** Checks images and copies them into the file store, several at a time; the order stays. */
export async function admit(
  store: Store,
  projectId: string,
  entries: readonly ImportEntry[],
): Promise<AdmittedEntry[]> {
  const results: AdmittedEntry[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (;;) {
      const index = next++
      const entry = entries[index]
      if (entry === undefined) return
      try {
        results[index] = await admitOne(store, projectId, entry)
      } catch (error) {
        next = entries.length
        throw error
      }
    }
  }
  // Wait for all of them before a failure is passed on: nothing may write after the caller has closed the store.
  const outcomes = await Promise.allSettled(Array.from({ length: concurrency }, worker))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  return results
}

async function admitOne(store: Store, projectId: string, entry: ImportEntry): Promise<AdmittedEntry> {
  try {
    const { sha256 } = await store.files.hash(entry.file)
    const duplicateOf = store.samples.findByHash(projectId, sha256)
    if (duplicateOf !== undefined) return { entry, duplicateOf }
    const info = await inspectWhole(entry.file)
    const stored = await store.files.addImage(entry.file, sha256)
    if (entry.maskFile === null) return { entry, image: { stored, info, mask: null } }
    const mask = await admitMask(store, entry.maskFile, info)
    return 'reason' in mask
      ? { entry, image: { stored, info, mask: null }, problem: mask }
      : { entry, image: { stored, info, mask } }
  } catch (error) {
    return { entry, problem: problemOf(error, entry.file) }
  }
}

async function admitMask(store: Store, file: string, image: ImageInfo): Promise<StoredImage | ImportProblem> {
  try {
    const info = await inspectWhole(file)
    if (info.width !== image.width || info.height !== image.height) {
      const reason = `the mask is ${info.width}×${info.height} px but its image ${image.width}×${image.height} px; the image was imported without it`
      return { file, reason }
    }
    return await store.files.addImage(file)
  } catch (error) {
    return problemOf(error, file)
  }
}

/** The header alone would let an image through that is cut off in the middle: decode it once, at the border. */
async function inspectWhole(file: string): Promise<ImageInfo> {
  const info = await probeImage(file)
  await decodeImage(file, { channels: 1 })
  return info
}

/** What is wrong with the file itself; anything else (a full disk) is thrown on and stops the import. */
function problemOf(error: unknown, file: string): ImportProblem {
  if (error instanceof ImageError) return { file, reason: error.message }
  if (error instanceof StorageError && error.path === file) return { file, reason: error.message }
  throw error
}
