/** The station's command line. */

/** @returns the exit code */
export async function runStation(_words: readonly string[]): Promise<number> {
  process.stderr.write('flawline: the station is not built yet.\n')
  return 1
}
