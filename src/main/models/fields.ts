/** What a family's configuration schema says of itself: the inputs of a form, the options of a command. */
import { z } from 'zod'

/** A field once its defaults and optionals are taken off. */
export interface SchemaField {
  readonly type: z.core.$ZodType
  readonly description: string
  /** Its default; undefined if it has none. */
  readonly fallback: unknown
}

/** The fields of an object schema by name; undefined if it is another kind of schema. */
export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined {
  const { type } = peel(schema)
  return type instanceof z.ZodObject ? type.shape : undefined
}

/** Takes defaults and optionals off. */
export function peel(schema: z.core.$ZodType): SchemaField {
  let type = schema
  let description = descriptionOf(type)
  let fallback: unknown
  while (
    type instanceof z.ZodDefault ||
    type instanceof z.ZodPrefault ||
    type instanceof z.ZodOptional ||
    type instanceof z.ZodNullable
  ) {
    if (type instanceof z.ZodDefault || type instanceof z.ZodPrefault) fallback ??= type.def.defaultValue
    type = type.unwrap()
    description ||= descriptionOf(type)
  }
  return { type, description, fallback }
}

function descriptionOf(schema: z.core.$ZodType): string {
  return z.globalRegistry.get(schema)?.description ?? ''
}

/** What can be chosen from: of enumerations, literals and unions of them; else empty. */
export function choicesOf(type: z.core.$ZodType): readonly (string | number)[] {
  const isWord = (value: unknown) => typeof value === 'string' || typeof value === 'number'
  if (type instanceof z.ZodEnum) return Object.values(type.enum as Record<string, unknown>).filter(isWord)
  if (type instanceof z.ZodLiteral) return [...type.values].filter(isWord)
  if (type instanceof z.ZodUnion) {
    const parts = type.options.map((part) => choicesOf(part))
    return parts.every((part) => part.length > 0) ? parts.flat() : []
  }
  return []
}

/** Least and greatest value of a number; null where there is no bound. */
export function boundsOf(type: z.ZodNumber): {
  readonly minimum: number | null
  readonly maximum: number | null
} {
  // zod gives the ends of the safe integers where an integer has no bound of its own.
  const { minValue, maxValue } = type
  return {
    minimum: minValue !== null && minValue > Number.MIN_SAFE_INTEGER ? minValue : null,
    maximum: maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER ? maxValue : null,
  }
}

export type FieldGroup = 'view' | 'network' | 'training' | 'augmentation'

/** One input of a family's form. */
export interface FormField {
  readonly name: string
  readonly kind: 'integer' | 'number' | 'boolean' | 'choice'
  readonly group: FieldGroup
  readonly help: string
  readonly minimum: number | null
  readonly maximum: number | null
  /** For `choice`: what can be chosen from. */
  readonly options: readonly (string | number)[]
  readonly initial: string | number | boolean
}

/**
 * The inputs of a form for a schema of plain fields with defaults, in the schema's order.
 *
 * @param groups where the fields belong that are not the family's own (`network`)
 * @throws RangeError for a field that no input stands for: a family's mistake
 */
export function formFields(
  schema: z.core.$ZodType,
  groups: Readonly<Record<string, FieldGroup>>,
): FormField[] {
  return Object.entries(shapeOf(schema) ?? {}).map(([name, fieldSchema]) => {
    const { type, description: help, fallback } = peel(fieldSchema)
    const group = groups[name] ?? 'network'
    const common = { name, group, help, minimum: null, maximum: null, options: [] }
    const options = fixedChoices[name]?.filter((value) => fits(type, value)) ?? choicesOf(type)
    if (typeof fallback === 'boolean') return { ...common, kind: 'boolean', initial: fallback }
    if (typeof fallback !== 'number' && typeof fallback !== 'string')
      throw new RangeError(`the field ${name} has no plain default`)
    if (options.length > 0) return { ...common, kind: 'choice', options, initial: fallback }
    if (!(type instanceof z.ZodNumber))
      throw new RangeError(`the field ${name} is of a kind without an input`)
    const kind = type.isInt ? 'integer' : 'number'
    return { ...common, kind, ...boundsOf(type), initial: fallback }
  })
}

/** Numbers of which only few pass: the schema refines them, which says nothing about which they are. */
const fixedChoices: Readonly<Record<string, readonly number[]>> = { size: [32, 64, 128, 256] }

function fits(type: z.core.$ZodType, value: unknown): boolean {
  return z.core.safeParse(type, value).success
}
