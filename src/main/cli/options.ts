/** Options that several commands share, and readers of their values. */
import { InvalidArgumentError, Option } from 'commander'
import { parseMoment } from '../app/history.ts'

export function projectOption(): Option {
  return new Option('-p, --project <name>', 'the project').makeOptionMandatory()
}

/** Reads a number within bounds; commander reports what is wrong with the option's name. */
export function number(bounds: { readonly from?: number; readonly to?: number; readonly whole?: boolean }) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    const kind = bounds.whole ? 'a whole number' : 'a number'
    const range =
      bounds.from !== undefined && bounds.to !== undefined
        ? ` from ${bounds.from} to ${bounds.to}`
        : bounds.from !== undefined
          ? ` of at least ${bounds.from}`
          : bounds.to !== undefined
            ? ` of at most ${bounds.to}`
            : ''
    const fits =
      Number.isFinite(value) &&
      (!bounds.whole || Number.isInteger(value)) &&
      value >= (bounds.from ?? -Infinity) &&
      value <= (bounds.to ?? Infinity)
    if (!fits) throw new InvalidArgumentError(`It takes ${kind}${range}.`)
    return value
  }
}

/** A share above 0 and below `below`. */
export function share(below: number) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!(value > 0 && value < below))
      throw new InvalidArgumentError(`It takes a number above 0 and below ${below}.`)
    return value
  }
}

/** A date, time or age. */
export function moment(text: string): Date {
  try {
    return parseMoment(text)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

export function sinceOption(): Option {
  return new Option(
    '--since <moment>',
    'from then on: 2026-03-01, 2026-03-01T14:30, 7d, 24h, today',
  ).argParser(moment)
}

export function untilOption(): Option {
  return new Option('--until <moment>', 'before then').argParser(moment)
}

/** Examples at the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ flawline ${line}`).join('\n')}`
}
