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
