/** How the program ends: in order at the first signal, at once at the second. */
import type { Station } from './station.ts'

/** What the end in order may take before it is cut short; nothing is lost then either. Milliseconds. */
const deadline = 9_000

/**
 * Waits for SIGTERM or SIGINT (Ctrl-C), then closes the station.
 *
 * @returns the exit code: 0 after an end in order. A second signal ends the process at once with 130.
 */
export function untilStopped(station: Station, say: (text: string) => void): Promise<number> {
  return new Promise((resolve) => {
    let isStopping = false
    const stop = (): void => {
      if (isStopping) {
        station.kill()
        process.exit(130)
      }
      isStopping = true
      say('Stopping: what is under way is brought to where it can go on. Once more stops at once.')
      const timer = setTimeout(() => {
        // A training step that takes longer goes on from its last checkpoint.
        station.kill()
        process.exit(0)
      }, deadline)
      station.close().then(
        () => {
          clearTimeout(timer)
          resolve(0)
        },
        (error: unknown) => {
          clearTimeout(timer)
          say(`flawline: ${error instanceof Error ? error.message : String(error)}`)
          station.kill()
          resolve(1)
        },
      )
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}
