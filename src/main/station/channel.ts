/** One WebSocket as oRPC's handler wants it: only well-formed calls go in, answers wait for a slow reader. */
import { z } from 'zod'
import type { RawData, WebSocket } from 'ws'

/** Calls under way at once on one socket; an honest page has a few dozen at the most. */
export const mostCalls = 500
/** Bytes that may wait for a reader: more than the largest answers, less than hurts. */
export const mostBuffered = 32 << 20

/** What a handler answers through. */
export interface Peer {
  /** Resolves when the bytes have left, so that streams go at the pace of their reader. */
  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): Promise<void>
  /** Unused: the channel itself listens. It completes what oRPC takes for a WebSocket. */
  addEventListener(): void
}

/** Answers messages; `message` resolves when its call is over, streams included. */
export interface MessageHandler {
  message(peer: Peer, data: string): Promise<void>
  close(peer: Peer): void
}

/**
 * What a page sends, as oRPC's peer writes it: a call (`u` its path, `b` its input), or the end of one (`t` 4).
 * Calls that stream into the station, bodies of other kinds and headers other than the one that resumes a stream
 * are not in the contract.
 */
const callSchema = z.object({
  i: z.union([z.string().max(100), z.number()]),
  t: z.literal(1).optional(),
  p: z.object({
    u: z
      .string()
      .max(500)
      .regex(/^\/[\w/.-]+$/),
    m: z.literal('POST').optional(),
    b: z.unknown().optional(),
    h: z.object({ 'last-event-id': z.string().max(200).optional() }).optional(),
  }),
})
const endSchema = z.object({
  i: z.union([z.string().max(100), z.number()]),
  t: z.literal(4),
})
const messageSchema = z.union([callSchema, endSchema])

/** Close codes of RFC 6455, section 7.4.1. */
const unsupportedData = 1003
const policyViolation = 1008
const tooMuch = 1009

/**
 * Serves one socket until it closes. Whatever is no message of ours closes it, without an answer.
 *
 * @param isAllowed asked at each message: false once the session is over
 */
export function serveSocket(socket: WebSocket, handler: MessageHandler, isAllowed: () => boolean): void {
  let calls = 0
  const peer: Peer = {
    addEventListener: () => undefined,
    send: (data) => {
      if (data instanceof Blob) return Promise.reject(new Error('Files do not go over the socket.'))
      if (socket.bufferedAmount > mostBuffered) {
        // A reader that takes nothing: it connects again and catches up.
        socket.terminate()
      }
      return new Promise((resolve, reject) => {
        socket.send(data, (error) => {
          if (error) reject(error)
          else resolve()
        })
      })
    },
  }
  socket.on('message', (data, isBinary) => {
    if (!isAllowed()) return
    if (isBinary) return socket.close(unsupportedData)
    const message = read(data)
    if (message === undefined) return socket.close(policyViolation)
    if (calls >= mostCalls) return socket.close(tooMuch)
    calls += 1
    handler
      .message(peer, message)
      // Its call failed to be answered because the socket is gone; there is nobody to tell.
      .catch(() => socket.terminate())
      .finally(() => {
        calls -= 1
      })
  })
  socket.on('close', () => handler.close(peer))
}

/** The message, cut down to what is known; undefined if it is none. */
function read(data: RawData): string | undefined {
  const text = Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data as Buffer).toString()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const parsed = messageSchema.safeParse(json)
  return parsed.success ? JSON.stringify(parsed.data) : undefined
}
