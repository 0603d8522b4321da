/** Ctrl-C in two steps: the first asks to stop where it is safe, the second ends the program at once. */
import { exitCodes } from './exit.ts'

export interface Interruption {
  /** Aborted at the first Ctrl-C (or SIGTERM). */
  readonly signal: AbortSignal
  dispose(): void
}

/**
 * @param onFirst says what happens now
 * @param onSecond ends what must not go on alone, before the program exits
 */
export function onInterrupt(onFirst: () => void, onSecond: () => void): Interruption {
  const abort = new AbortController()
  const listener = () => {
    if (abort.signal.aborted) {
      onSecond()
      process.exit(exitCodes.interrupted)
    }
    abort.abort()
    onFirst()
  }
  process.on('SIGINT', listener)
  process.on('SIGTERM', listener)
  return {
    signal: abort.signal,
    dispose: () => {
      process.off('SIGINT', listener)
      process.off('SIGTERM', listener)
    },
  }
}
