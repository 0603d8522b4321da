/** The options of `train` that a family's configuration schema stands for: one option a field. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { z } from 'zod'
import { boundsOf, choicesOf, peel, shapeOf, type SchemaField } from '../models/fields.ts'

/** An option and where its value belongs in the configuration. */
export interface FieldOption {
  readonly option: Option
  readonly path: readonly string[]
}

/** One option for each field of the schema; fields of nested objects are named after both. */
export function optionsOf(schema: z.core.$ZodType, path: readonly string[] = []): FieldOption[] {
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([name, schemaOfField]) => {
    const fieldPath = [...path, name]
    const field = peel(schemaOfField)
    return field.type instanceof z.ZodObject
      ? optionsOf(schemaOfField, fieldPath)
      : [{ option: optionOf(field, fieldPath), path: fieldPath }]
  })
}

/** `['augment', 'flipHorizontal']` as `--augment-flip-horizontal`. */
export function flagOf(path: readonly string[]): string {
  return `--${path.map((part) => part.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)).join('-')}`
}

/** The configuration that the given options say; what was not given is left to the schema. */
export function configOf(command: Command, fields: readonly FieldOption[]): Record<string, unknown> {
  const config: Record<string, unknown> = {}
  for (const { option, path } of fields) {
    const name = option.attributeName()
    if (command.getOptionValueSource(name) !== 'cli') continue
    let target = config
    for (const part of path.slice(0, -1)) {
      const inner = target[part] ?? {}
      target[part] = inner
      target = inner as Record<string, unknown>
    }
    const last = path.at(-1)
    if (last !== undefined) target[last] = command.getOptionValue(name)
  }
  return config
}

function optionOf(field: SchemaField, path: readonly string[]): Option {
  const flag = flagOf(path)
  const { type, fallback } = field
  if (type instanceof z.ZodBoolean) {
    return fallback === true
      ? new Option(flag.replace(/^--/, '--no-'), `not: ${field.description}`)
      : new Option(flag, field.description)
  }
  const words = [field.description, remarks(type, fallback)].filter((text) => text !== '').join(' ')
  const option = new Option(`${flag} <${placeholder(type)}>`, words)
  const choices = choicesOf(type)
  if (choices.length > 0) {
    return option.argParser((text) => {
      const choice = choices.find((one) => String(one) === text)
      if (choice === undefined) throw new InvalidArgumentError(`It takes ${choices.join(', ')}.`)
      return choice
    })
  }
  if (!(type instanceof z.ZodNumber)) return option
  return option.argParser((text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    const result = type.safeParse(value)
    if (result.success) return value
    const own = result.error.issues.find((issue) => issue.code === 'custom')
    throw new InvalidArgumentError(own ? `It ${own.message}.` : `It takes a number${bounds(type)}.`)
  })
}

function placeholder(type: z.core.$ZodType): string {
  if (type instanceof z.ZodNumber) return 'number'
  return choicesOf(type).some((choice) => typeof choice === 'number') ? 'number' : 'value'
}

function remarks(type: z.core.$ZodType, fallback: unknown): string {
  const choices = choicesOf(type)
  const parts = [
    choices.length > 0 ? choices.join(', ') : type instanceof z.ZodNumber ? bounds(type).trim() : '',
    fallback === undefined ? '' : `default: ${String(fallback)}`,
  ].filter((text) => text !== '')
  return parts.length === 0 ? '' : `(${parts.join('; ')})`
}

function bounds(type: z.ZodNumber): string {
  const { minimum, maximum } = boundsOf(type)
  if (minimum !== null && maximum !== null) return ` ${minimum} to ${maximum}`
  if (minimum !== null) return ` at least ${minimum}`
  return maximum === null ? '' : ` at most ${maximum}`
}
