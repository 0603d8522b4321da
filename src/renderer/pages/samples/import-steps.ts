/** What the import dialog knows at each moment. */
import type { ImportPlan, SampleLabel, SampleSplit, Source } from '../../../contract/index.ts'

export interface ImportChoice {
  /** What all images are; undefined where the folders tell, or nothing was chosen yet. */
  readonly label?: SampleLabel | undefined
  readonly defectType?: string
  readonly split?: SampleSplit | undefined
}

export interface Picked {
  readonly source: Source
  readonly name: string
}

/** True where the folders do not say what the images are, and a person must. */
export function needsLabel(layout: ImportPlan['layout']): boolean {
  return layout === 'flat' || layout === 'unknown'
}

/** The options as the core takes them: a type only with the label `defect`, nothing that is empty. */
export function optionsOf({ label, defectType, split }: ImportChoice): {
  label?: SampleLabel
  defectType?: string
  split?: SampleSplit
} {
  const type = defectType?.trim() ?? ''
  return {
    ...(label === undefined ? {} : { label }),
    ...(label === 'defect' && type !== '' ? { defectType: type } : {}),
    ...(split === undefined ? {} : { split }),
  }
}

/** Where a file was for the person who sent it: an upload's folder in the data folder means nothing to them. */
export function plainPath(path: string): string {
  return path.replace(/^.*[\\/]uploads[\\/][0-9a-z]{6,40}[\\/]/, '')
}

/** A file that could not be read and why, with the path as short as it is known by. */
export function plainProblem({ file, reason }: { readonly file: string; readonly reason: string }): {
  readonly file: string
  readonly reason: string
} {
  const short = plainPath(file)
  return { file: short, reason: reason.replaceAll(file, short) }
}
