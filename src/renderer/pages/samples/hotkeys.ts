/** What a key means to the samples that are selected. */
import type { SampleLabel, SampleSplit } from '../../../contract/index.ts'

export type Command =
  | { readonly kind: 'label'; readonly label: Exclude<SampleLabel, 'defect'> }
  /** Which defect is asked. */
  | { readonly kind: 'choose-defect' }
  | { readonly kind: 'defect'; readonly type: string }
  | { readonly kind: 'split'; readonly split: SampleSplit }
  | { readonly kind: 'delete' }
  | { readonly kind: 'undo' }

export interface Key {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

const letters: Readonly<Record<string, Command>> = {
  g: { kind: 'label', label: 'good' },
  u: { kind: 'label', label: 'unlabelled' },
  d: { kind: 'choose-defect' },
  t: { kind: 'split', split: 'train' },
  v: { kind: 'split', split: 'validation' },
  e: { kind: 'split', split: 'test' },
  delete: { kind: 'delete' },
}

/** The command of a key; 1 to 9 are the defect types in their order. Undefined if it has none. */
export function commandOf(event: Key, defectTypes: readonly string[]): Command | undefined {
  const key = event.key.toLowerCase()
  if (event.altKey) return undefined
  if (event.ctrlKey || event.metaKey) return key === 'z' && !event.shiftKey ? { kind: 'undo' } : undefined
  if (/^[1-9]$/.test(key)) {
    const type = defectTypes[Number(key) - 1]
    return type === undefined ? undefined : { kind: 'defect', type }
  }
  return letters[key]
}
