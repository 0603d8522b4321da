/** The application's log: a file for those who are asked to send one in, bounded in size. */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'

const LARGEST = 1_000_000

/**
 * A function that appends lines with the time to `file`. At a start with a file above 1 MB that one becomes
 * `<file>.old`. A log that cannot be written is no reason to stop: then there is none.
 */
export function createLog(
  file: string,
  also: (line: string) => void = () => undefined,
): (message: string) => void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    if (size > LARGEST) renameSync(file, `${file}.old`)
  } catch {
    // As said above.
  }
  return (message) => {
    const line = `${new Date().toISOString()} ${message}\n`
    also(line)
    try {
      appendFileSync(file, line)
    } catch {
      // As said above.
    }
  }
}
