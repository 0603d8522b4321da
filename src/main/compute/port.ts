/**
 * One end of the process border. Small enough that Electron's `utilityProcess`, Node's `child_process` and, in
 * tests, a `MessageChannel` all fit behind it.
 */
import type { ChildMessage, ParentMessage } from './messages.ts'

export interface Port<Incoming, Outgoing> {
  send(message: Outgoing): void
  onMessage(listener: (message: Incoming) => void): void
  /** The other side is gone; called at most once. */
  onClose(listener: () => void): void
}

/** How a compute process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
  /** The last lines it wrote to standard error, for the report. */
  readonly words: string
}

/** A running compute process as the application holds it. */
export interface ComputeProcess {
  readonly port: Port<ChildMessage, ParentMessage>
  readonly pid: number | undefined
  readonly exited: Promise<Exit>
  kill(): void
}

/** Starts a compute process: with `child_process` here, with `utilityProcess` in the desktop application. */
export type Launch = () => ComputeProcess

/** What Electron's `process.parentPort` gives, as far as it is used here. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
}

function electronParentPort(): ParentPort | undefined {
  const candidate: unknown = Reflect.get(process, 'parentPort')
  return typeof candidate === 'object' && candidate !== null && 'postMessage' in candidate
    ? (candidate as ParentPort)
    : undefined
}

/** The compute process's own end: Electron's parent port, or the channel of `child_process.fork`. */
export function portToParent(): Port<ParentMessage, ChildMessage> {
  const electron = electronParentPort()
  if (electron) {
    return {
      send: (message) => electron.postMessage(message),
      onMessage: (listener) => electron.on('message', (event) => listener(event.data as ParentMessage)),
      // Electron ends its utility processes itself.
      onClose: () => undefined,
    }
  }
  if (!process.send) {
    throw new Error('The compute process is started by Flawline, not by hand: it has no parent to talk to.')
  }
  return {
    // A send to a parent that has just gone reports its error to the callback; 'disconnect' deals with it.
    send: (message) => process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => process.on('message', (message) => listener(message as ParentMessage)),
    onClose: (listener) => process.once('disconnect', listener),
  }
}
