/** Reads the command line of the literature bench. */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { contendersOf, type Contender } from './contenders.ts'
import { dataSetNames, dataSets, type DataSetName } from './data-sets.ts'
import { modes, type Mode } from './split.ts'

export interface LiteratureArguments {
  readonly dataFolder: string
  readonly set: DataSetName
  readonly mode: Mode
  readonly contenders: readonly Contender[]
  /** Class numbers. */
  readonly classes: readonly number[]
  readonly seeds: readonly number[]
  /** Images of the set that are used; null: all. */
  readonly limit: number | null
  readonly outFolder: string
  /** Write the split files and train nothing. */
  readonly splitsOnly: boolean
}

const usage = `npm run bench:literature -- [--data DIR] [--set ${dataSetNames.join('|')}] [--family ganomaly,egbad,…]
  [--mode ${modes.join('|')}] [--classes 0,1] [--seeds 3] [--epochs N] [--limit N] [--config '{"width":16}'] [--out DIR]
  [--splits-only]`

const changesSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/** @throws Error with the usage when an argument is not understood */
export function readArguments(given: readonly string[]): LiteratureArguments {
  try {
    const { values } = parseArgs({
      args: [...given],
      options: {
        data: { type: 'string', default: path.join('..', 'shared', 'data') },
        set: { type: 'string', default: 'mnist' },
        family: { type: 'string', default: 'ganomaly' },
        mode: { type: 'string', default: 'class-abnormal' },
        classes: { type: 'string' },
        seeds: { type: 'string', default: '3' },
        epochs: { type: 'string' },
        limit: { type: 'string' },
        config: { type: 'string', default: '{}' },
        out: { type: 'string', default: path.join('docs', 'results', 'literature') },
        'splits-only': { type: 'boolean', default: false },
      },
    })
    const set = oneOf('set', dataSetNames, values.set)
    const changes = {
      ...changesSchema.parse(JSON.parse(values.config)),
      ...(values.epochs === undefined ? {} : { epochs: whole('epochs', values.epochs) }),
    }
    const { classes } = dataSets[set]
    return {
      dataFolder: values.data,
      set,
      mode: oneOf('mode', modes, values.mode),
      contenders: values.family.split(',').flatMap((name) => contendersOf(name.trim(), changes)),
      classes: values.classes?.split(',').map((text) => classNumber(classes, text.trim())) ?? [
        ...classes.keys(),
      ],
      seeds: Array.from({ length: whole('seeds', values.seeds) }, (_, index) => index + 1),
      limit: values.limit === undefined ? null : whole('limit', values.limit),
      outFolder: values.out,
      splitsOnly: values['splits-only'],
    }
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`, { cause: error })
  }
}

function oneOf<T extends string>(name: string, choices: readonly T[], text: string): T {
  const found = choices.find((choice) => choice === text)
  if (found === undefined) throw new RangeError(`--${name} is one of ${choices.join(', ')}, not '${text}'`)
  return found
}

function whole(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`--${name} must be a whole number above 0, not '${text}'`)
  return value
}

/** A class by its number or its name. */
function classNumber(classes: readonly string[], text: string): number {
  const named = classes.indexOf(text)
  const value = named >= 0 ? named : Number(text || Number.NaN)
  if (!Number.isInteger(value) || value < 0 || value >= classes.length)
    throw new RangeError(`there is no class '${text}'; there are: ${classes.join(', ')}`)
  return value
}
