/** A training's settings as a form: values by field, what differs from where one began, what is wrong with them. */
import type { Config, Family, Field } from '../../../contract/index.ts'

export const presetOrder = ['quick', 'balanced', 'thorough'] as const
export type PresetName = (typeof presetOrder)[number]
export type Value = Config[string]
/** While it is typed a number may be missing. */
export type Draft = Readonly<Record<string, Value | null>>

/** Every field's value when a preset is chosen. */
export function valuesOfPreset(family: Family, preset: PresetName): Record<string, Value> {
  const set = family.presets[preset]
  return Object.fromEntries(family.fields.map(({ name, initial }) => [name, set[name] ?? initial]))
}

/** The preset that these values are, null if they are none. */
export function presetOf(family: Family, draft: Draft): PresetName | null {
  return (
    presetOrder.find((preset) => {
      const values = valuesOfPreset(family, preset)
      return family.fields.every(({ name }) => values[name] === draft[name])
    }) ?? null
  )
}

/** What the core is sent: the fields that differ from the family's initial values. */
export function configOf(family: Family, draft: Draft): Config {
  const config: Config = {}
  for (const { name, initial } of family.fields) {
    const value = draft[name]
    if (value !== undefined && value !== null && value !== initial) config[name] = value
  }
  return config
}

/** The names of fields that differ from the preset that one began with. */
export function changedFields(family: Family, preset: PresetName, draft: Draft): ReadonlySet<string> {
  const values = valuesOfPreset(family, preset)
  return new Set(family.fields.flatMap(({ name }) => (values[name] === draft[name] ? [] : [name])))
}

/** What is wrong with a value: a key of `train.invalid` and what is put in. */
export interface Invalid {
  readonly key: 'missing' | 'whole' | 'between' | 'atLeast' | 'atMost' | 'choice'
  readonly values: Readonly<Record<string, number>>
}

export function invalid(field: Field, value: Value | null | undefined): Invalid | null {
  const { kind, minimum, maximum, options } = field
  if (value === null || value === undefined || value === '') return { key: 'missing', values: {} }
  if (kind === 'choice')
    return options.includes(value as string | number) ? null : { key: 'choice', values: {} }
  if (kind === 'boolean') return null
  if (typeof value !== 'number' || !Number.isFinite(value)) return { key: 'missing', values: {} }
  if (kind === 'integer' && !Number.isInteger(value)) return { key: 'whole', values: {} }
  const tooLow = minimum !== null && value < minimum
  const tooHigh = maximum !== null && value > maximum
  if (!tooLow && !tooHigh) return null
  if (minimum !== null && maximum !== null) return { key: 'between', values: { minimum, maximum } }
  return minimum !== null
    ? { key: 'atLeast', values: { minimum } }
    : { key: 'atMost', values: { maximum: maximum ?? 0 } }
}

/** What is wrong, by field. */
export function invalidFields(family: Family, draft: Draft): ReadonlyMap<string, Invalid> {
  return new Map(
    family.fields.flatMap((field) => {
      const problem = invalid(field, draft[field.name])
      return problem === null ? [] : [[field.name, problem] as const]
    }),
  )
}

export const groupOrder = ['view', 'training', 'augmentation', 'network'] as const

/** The fields by group, in the family's order; groups without fields are left out. */
export function fieldGroups(family: Family): { group: Field['group']; fields: Field[] }[] {
  return groupOrder
    .map((group) => ({ group, fields: family.fields.filter((field) => field.group === group) }))
    .filter(({ fields }) => fields.length > 0)
}

/** A number field's step for the arrow keys: a whole number, or about a hundredth of the range. */
export function stepOf({ kind, minimum, maximum, initial }: Field): number {
  if (kind === 'integer') return 1
  if (minimum !== null && maximum !== null && maximum - minimum <= 20) {
    return 10 ** Math.floor(Math.log10((maximum - minimum) / 10))
  }
  return typeof initial === 'number' && initial > 0 ? 10 ** Math.floor(Math.log10(initial)) : 1
}

/** `learningRate` → `learning rate`, for fields that no language has words for yet. */
export function plainName(name: string): string {
  return name.replace(
    /([a-z0-9])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  )
}
