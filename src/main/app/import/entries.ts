import type { SampleLabel, SampleSplit } from '../../store/index.ts'

/** One image to import, as a layout describes it. */
export interface ImportEntry {
  /** Absolute path. */
  readonly file: string
  readonly label: SampleLabel
  readonly defectType: string | null
  /** `automatic`: good images of a folder without splits, of which some are set aside for testing. */
  readonly split: SampleSplit | 'automatic'
  readonly groupKey: string | null
  /** Absolute path of the ground-truth mask. */
  readonly maskFile: string | null
}

/** A file or line that could not be imported, and why. */
export interface ImportProblem {
  readonly file: string
  readonly reason: string
}

export type Layout = 'mvtec' | 'labelled-folders' | 'flat' | 'csv'

/** What a folder or table holds. */
export interface ImportPlan {
  readonly layout: Layout
  readonly entries: readonly ImportEntry[]
  /** Lines and masks that are wrong already. */
  readonly problems: readonly ImportProblem[]
  /** What the user should know, in whole sentences. */
  readonly notes: readonly string[]
}

/** The import as a whole cannot be done; the message says why and what to do. */
export class ImportError extends Error {
  readonly problem: 'missing' | 'unknown-layout' | 'empty' | 'bad-table'

  constructor(problem: ImportError['problem'], message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'ImportError'
    this.problem = problem
  }
}

/** Words for the three labels in folder names and tables; lower case. */
const labelWords: ReadonlyMap<string, SampleLabel> = new Map([
  ['good', 'good'],
  ['ok', 'good'],
  ['normal', 'good'],
  ['defect', 'defect'],
  ['defects', 'defect'],
  ['defective', 'defect'],
  ['bad', 'defect'],
  ['ng', 'defect'],
  ['anomaly', 'defect'],
  ['unlabelled', 'unlabelled'],
  ['unlabeled', 'unlabelled'],
])

/** The label that a word stands for, e.g. `ok` for good; undefined if none. */
export function labelOf(word: string): SampleLabel | undefined {
  return labelWords.get(word.trim().toLowerCase())
}

/** The split that a word stands for; undefined if none. */
export function splitOf(word: string): SampleSplit | undefined {
  const lower = word.trim().toLowerCase()
  if (lower === 'train' || lower === 'test' || lower === 'validation') return lower
  return lower === 'val' || lower === 'valid' ? 'validation' : undefined
}

/** Where images go that no split was given for: the model learns from good ones only. */
export function defaultSplit(label: SampleLabel): SampleSplit {
  return label === 'good' ? 'train' : 'test'
}
