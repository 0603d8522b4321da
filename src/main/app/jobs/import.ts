import { basename } from 'node:path'
import type { Job, JobResult } from '../../../contract/jobs.ts'
import type { ResolvedSource } from '../sources.ts'
import { importSamples, type ImportOptions, type ImportResult } from '../samples.ts'
import { ImportError } from '../import/entries.ts'
import type { Services } from '../services.ts'
import type { Outcome } from './registry.ts'
import { RepeatedNews } from './news.ts'

/** What an import needs to know beside where the images come from. */
export type ImportSettings = Pick<ImportOptions, 'label' | 'defectType' | 'split'>

type ImportTotals = Extract<JobResult, { kind: 'import' }>

/**
 * Imports a source into a project: a job. What is stored when it is cancelled stays. The source is released at the
 * end, however that comes.
 */
export function startImport(
  { core, live, jobs }: Pick<Services, 'core' | 'live' | 'jobs'>,
  projectId: string,
  source: ResolvedSource,
  settings: ImportSettings = {},
): Job {
  return jobs.start({ kind: 'import', projectId, subject: source.name }, async (task): Promise<Outcome> => {
    const news = new RepeatedNews(live, ['samples', 'projects'], projectId)
    const totals: ImportTotals = {
      kind: 'import',
      total: 0,
      imported: 0,
      duplicates: 0,
      problems: [],
      notes: [],
    }
    let cancelled = false
    let before = 0
    try {
      for (const path of source.paths) {
        if (task.signal.aborted) {
          cancelled = true
          break
        }
        const part = await importOne(source, path, totals, () =>
          importSamples(core.store, {
            ...settings,
            projectId,
            source: path,
            permits: (file) => source.permits(file),
            originOf: (file) => source.originOf(file),
            signal: task.signal,
            onProgress: (done, total) => {
              task.job.progress(before + done, before + total)
              news.changed()
            },
          }),
        )
        if (!part) continue
        before += part.total
        totals.total += part.total
        totals.imported += part.imported
        totals.duplicates += part.duplicates
        totals.problems.push(
          ...part.problems.map(({ file, reason }) => ({ file: source.originOf(file), reason })),
        )
        totals.notes.push(...part.notes.filter((note) => !totals.notes.includes(note)))
        cancelled ||= part.cancelled
      }
      return { state: cancelled ? 'cancelled' : 'finished', result: totals }
    } finally {
      news.last()
      await source.release()
    }
  })
}

/** Of several paths one that cannot be taken is a problem beside the others; a single one fails the job. */
async function importOne(
  source: ResolvedSource,
  path: string,
  totals: ImportTotals,
  work: () => Promise<ImportResult>,
): Promise<ImportResult | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ImportError) || source.paths.length === 1) throw error
    totals.problems.push({ file: basename(path), reason: error.message })
    return undefined
  }
}
