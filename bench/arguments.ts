/** Reads the arguments that the benchmarks share. */
import { parseArgs } from 'node:util'
import { configurations, type Configuration } from './configurations.ts'

export interface BenchArguments {
  /** Timed seconds of one measurement. */
  readonly seconds: number
  /** How often peer and own measurement alternate. */
  readonly rounds: number
  readonly threads: number
  readonly configurations: readonly Configuration[]
  readonly json: boolean
}

const usage = (command: string): string =>
  `npm run ${command} -- [--seconds 12] [--rounds 3] [--threads 2] [--size 32|128|256] [--json]`

/** @throws an Error with the usage when an argument is not understood */
export function readArguments(command: string): BenchArguments {
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: 'string', default: '12' },
        rounds: { type: 'string', default: '3' },
        threads: { type: 'string', default: '2' },
        size: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const chosen = configurations.filter(({ size }) => !values.size || String(size) === values.size)
    if (chosen.length === 0) throw new Error(`no configuration of size ${values.size ?? ''}`)
    return {
      seconds: positive('seconds', values.seconds),
      rounds: positive('rounds', values.rounds),
      threads: positive('threads', values.threads),
      configurations: chosen,
      json: values.json,
    }
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage(command)}`, {
      cause: error,
    })
  }
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0, not '${text}'`)
  return value
}
