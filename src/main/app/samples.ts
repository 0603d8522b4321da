import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { StorageError, type NewSample, type Sample, type SampleSplit, type Store } from '../store/index.ts'
import type { ImportEntry, ImportProblem, Layout } from './import/entries.ts'
import { planImport, type LayoutOptions } from './import/layouts.ts'
import { admit, type AdmittedEntry } from './import/admit.ts'

export { ImportError, type ImportProblem, type Layout } from './import/entries.ts'

export interface ImportOptions extends LayoutOptions {
  readonly projectId: string
  /** A folder or a CSV table. */
  readonly source: string
  /** Share of the good parts that is set aside for testing where the layout has no splits; default 0.2. */
  readonly testFraction?: number
  /** Called for each file once it is stored (or found to be a duplicate or unusable), never before. */
  readonly onProgress?: (done: number, total: number, file: string) => void
  /** Asked before a file is read, where not all may be: a table names files wherever it likes. */
  readonly permits?: (file: string) => Promise<boolean>
  /** What a sample remembers as the place it came from; default: its file's path. */
  readonly originOf?: (file: string) => string
  /** Stops between batches; what is stored stays. */
  readonly signal?: AbortSignal
  /** Images a transaction. */
  readonly batchSize?: number
}

export interface ImportResult {
  readonly layout: Layout
  /** Files found. */
  readonly total: number
  readonly imported: number
  /** Images that the project has already (the same bytes, whatever the name). */
  readonly duplicates: number
  /** Files and lines that were left out, and masks that could not be used, each with the reason. */
  readonly problems: readonly ImportProblem[]
  readonly notes: readonly string[]
  /** True if the signal stopped it before the end. */
  readonly cancelled: boolean
}

/**
 * Imports images into a project: copies them into the file store and stores their rows, a batch a transaction.
 * Images that cannot be used are listed in the result and never stop the others. Doing it again (after a crash,
 * or with more images in the folder) adds what is missing.
 *
 * @throws ImportError if the source's layout is not known; StorageError if the data folder cannot be written:
 *   what was reported as done before stays
 */
export async function importSamples(store: Store, options: ImportOptions): Promise<ImportResult> {
  const project = store.projects.get(options.projectId)
  const plan = await planImport(options.source, options)
  const problems: ImportProblem[] = [...plan.problems]
  const entries = await permitted(plan.entries, options.permits, problems)
  const notes = [...plan.notes]
  const batchSize = options.batchSize ?? 50
  let imported = 0
  let duplicates = 0
  let relabelled = 0
  let done = 0
  for (let start = 0; start < entries.length && options.signal?.aborted !== true; start += batchSize) {
    const batch = entries.slice(start, start + batchSize)
    const admitted = await admit(store, project.id, batch)
    const samples = admitted.flatMap(({ entry, image }) =>
      image === undefined ? [] : [sampleOf(project.id, entry, image, options)],
    )
    const created = await insert(store, samples, admitted)
    imported += created.length
    for (const { problem, duplicateOf, entry } of admitted) {
      if (problem !== undefined) problems.push(problem)
      if (duplicateOf !== undefined && duplicateOf.label !== entry.label) relabelled++
    }
    duplicates +=
      admitted.filter((one) => one.duplicateOf !== undefined).length + samples.length - created.length
    for (const { file } of batch) {
      done++
      options.onProgress?.(done, entries.length, file)
    }
  }
  if (relabelled > 0) {
    notes.push(
      `${relabelled} ${relabelled === 1 ? 'image is' : 'images are'} in the project already with another label, which was kept: change it there if it is wrong.`,
    )
  }
  const cancelled = done < entries.length
  return { layout: plan.layout, total: entries.length, imported, duplicates, problems, notes, cancelled }
}

/** Leaves out what may not be read, and says so. */
async function permitted(
  entries: readonly ImportEntry[],
  permits: ImportOptions['permits'],
  problems: ImportProblem[],
): Promise<readonly ImportEntry[]> {
  if (permits === undefined) return entries
  const reason = 'lies outside the folders that images may be read from, or is missing'
  const kept: ImportEntry[] = []
  for (const entry of entries) {
    if (!(await permits(entry.file))) problems.push({ file: entry.file, reason })
    else if (entry.maskFile === null || (await permits(entry.maskFile))) kept.push(entry)
    else {
      problems.push({ file: entry.maskFile, reason })
      kept.push({ ...entry, maskFile: null })
    }
  }
  return kept
}

async function insert(
  store: Store,
  samples: readonly NewSample[],
  admitted: readonly AdmittedEntry[],
): Promise<Sample[]> {
  try {
    return store.samples.createMany(samples)
  } catch (error) {
    if (!(error instanceof StorageError) || error.problem !== 'missing-file') throw error
    // Another process deleted a project that shared an image, just between our copy and our row. Copy again.
    for (const { entry, image } of admitted) {
      if (image === undefined) continue
      await store.files.addImage(entry.file, image.stored.sha256)
      if (image.mask !== null && entry.maskFile !== null)
        await store.files.addImage(entry.maskFile, image.mask.sha256)
    }
    return store.samples.createMany(samples)
  }
}

function sampleOf(
  projectId: string,
  entry: ImportEntry,
  image: NonNullable<AdmittedEntry['image']>,
  { testFraction = 0.2, originOf }: ImportOptions,
): NewSample {
  return {
    projectId,
    ...image.stored,
    originalName: basename(entry.file),
    originalPath: originOf?.(entry.file) ?? entry.file,
    width: image.info.width,
    height: image.info.height,
    channels: image.info.channels,
    bits: image.info.bits,
    label: entry.label,
    defectType: entry.defectType,
    split:
      entry.split === 'automatic'
        ? chooseSplit(entry.groupKey ?? image.stored.sha256, testFraction)
        : entry.split,
    groupKey: entry.groupKey,
    mask: image.mask,
  }
}

/** By a hash of the part (or image) and not by drawing lots: importing again or in pieces gives the same splits. */
function chooseSplit(key: string, testFraction: number): SampleSplit {
  const draw = createHash('sha256').update(key).digest().readUInt32BE() / 2 ** 32
  return draw < testFraction ? 'test' : 'train'
}
