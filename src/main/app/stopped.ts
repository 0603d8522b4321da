/** The signal stopped the work before there was a result; nothing was changed by it. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
}
