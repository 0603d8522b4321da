/** Exit codes, for scripts. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  /** `inspect`: at least one part is NG. */
  ng: 3,
  /** Stopped by Ctrl-C, as shells have it. */
  interrupted: 130,
} as const

/** What was typed makes no sense; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
