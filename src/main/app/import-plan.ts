import type { ImportPlan } from '../../contract/samples.ts'
import { ImportError } from './import/entries.ts'
import { imagesBelow } from './import/folders.ts'
import { planImport, type LayoutOptions } from './import/layouts.ts'
import type { ResolvedSource } from './sources.ts'

/**
 * What an import would take from a source, without reading any image. A folder whose layout is not known gives the
 * layout `unknown` and the number of its images: with a label they can be taken all the same.
 *
 * @throws ImportError `missing`, `empty`, `bad-table`
 */
export async function planSource(source: ResolvedSource, options: LayoutOptions): Promise<ImportPlan> {
  const sum: ImportPlan = {
    layout: 'unknown',
    images: 0,
    good: 0,
    defect: 0,
    unlabelled: 0,
    defectTypes: [],
    masks: 0,
    notes: [],
  }
  const types = new Set<string>()
  for (const [index, path] of source.paths.entries()) {
    const plan = await planKnown(path, options)
    // One part of unknown layout makes the whole one that has to be asked about.
    if (plan === undefined) sum.layout = 'unknown'
    else if (index === 0 || sum.layout !== 'unknown') sum.layout = plan.layout
    sum.images += plan?.entries.length ?? (await imagesBelow(path)).length
    for (const { label, defectType, maskFile } of plan?.entries ?? []) {
      sum[label] += 1
      if (defectType !== null) types.add(defectType)
      if (maskFile !== null) sum.masks += 1
    }
    sum.notes.push(...(plan?.notes ?? []).filter((note) => !sum.notes.includes(note)))
  }
  return { ...sum, defectTypes: [...types].sort() }
}

async function planKnown(path: string, options: LayoutOptions) {
  try {
    return await planImport(path, options)
  } catch (error) {
    if (error instanceof ImportError && error.problem === 'unknown-layout') return undefined
    throw error
  }
}
