/** What was typed after the application's name. */
import path from 'node:path'
import { z } from 'zod'

/** Pages in the order of their shortcuts, by the names that the interface gives them. */
export const pages = [
  'projects',
  'samples',
  'train',
  'evaluate',
  'inspect',
  'history',
  'reports',
  'settings',
] as const
export type Page = (typeof pages)[number]

export interface StartArguments {
  /** Absolute path of the data folder; undefined for the usual one. */
  readonly data?: string | undefined
  /** The page to begin with. */
  readonly page?: Page | undefined
}

/** What a second start hands to the first. */
export const startArgumentsSchema = z.object({
  data: z.string().max(4096).optional(),
  page: z.enum(pages).optional(),
})

/** Wrong usage, with the cure. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'
}

/**
 * Reads `--data DIR` and `--page NAME`. Everything else is left alone: Chromium has switches of its own.
 *
 * @param words without the program's and, where it is not packaged, the application's name
 * @throws ArgumentError
 */
export function readArguments(words: readonly string[], workingFolder: string): StartArguments {
  const data = valueOf(words, '--data')
  if (data === '')
    throw new ArgumentError('--data needs the path of a folder, for example: --data D:\\flawline')
  const page = valueOf(words, '--page')
  if (page !== undefined && !isPage(page)) {
    throw new ArgumentError(`--page needs one of: ${pages.join(', ')}.`)
  }
  return {
    ...(data === undefined ? {} : { data: path.resolve(workingFolder, data) }),
    ...(page === undefined ? {} : { page }),
  }
}

function isPage(name: string): name is Page {
  return pages.some((page) => page === name)
}

function valueOf(words: readonly string[], name: string): string | undefined {
  const joined = words.find((word) => word.startsWith(`${name}=`))
  if (joined !== undefined) return joined.slice(name.length + 1)
  const at = words.indexOf(name)
  if (at === -1) return undefined
  const value = words[at + 1] ?? ''
  return value.startsWith('--') ? '' : value
}
