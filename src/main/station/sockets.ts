/** The station's WebSockets: who may open one, and that each ends with its session, its reader or the station. */
import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { RPCHandler } from '@orpc/server/websocket'
import { WebSocketServer, type WebSocket } from 'ws'
import { goingAwayCode, sessionEndedCode, socketAddress } from '../../contract/station.ts'
import type { Caller } from '../app/caller.ts'
import type { AppRouter } from '../app/router/index.ts'
import type { Accounts, SignedIn } from './accounts.ts'
import { callerOf, localCaller } from './callers.ts'
import { serveSocket } from './channel.ts'
import { commonHeaders } from './headers.ts'
import { isRefusal, readVisit, type VisitRules } from './visit.ts'

/** The largest message: a hundred thousand ids and some room. Bytes. */
const mostBytes = 8 << 20
/** Sockets at once. */
const mostSockets = 256
/** Who gives no sign of life from one round to the next is gone. Milliseconds. */
const pulse = 20_000

export interface SocketParts {
  readonly router: AppRouter
  readonly rules: VisitRules
  readonly accounts: Accounts | undefined
  /** Milliseconds; default 20,000. */
  readonly pulse?: number | undefined
}

interface Connection {
  readonly session: SignedIn | undefined
  isAlive: boolean
}

export class Sockets {
  readonly #parts: SocketParts
  readonly #server: WebSocketServer
  readonly #handler: RPCHandler<Caller>
  readonly #connections = new Map<WebSocket, Connection>()
  readonly #timer: NodeJS.Timeout
  readonly #stopListening: (() => void) | undefined

  constructor(parts: SocketParts) {
    this.#parts = parts
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: mostBytes,
      // Compression costs memory for each socket, and mixes secrets with what others choose.
      perMessageDeflate: false,
      clientTracking: false,
    })
    this.#handler = new RPCHandler(parts.router)
    this.#timer = setInterval(() => this.#round(), parts.pulse ?? pulse)
    this.#timer.unref()
    this.#stopListening = parts.accounts?.onEnd(() => this.#closeEnded())
  }

  /** Answers an HTTP upgrade: with a WebSocket, or with why not. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until `ws` has it, nobody else hears of a broken connection.
    const ignore = () => undefined
    socket.on('error', ignore)
    if (request.url !== `/${socketAddress}`) return refuse(socket, 404)
    const visit = readVisit(request, this.#parts.rules)
    if (isRefusal(visit)) return refuse(socket, visit.status)
    const { accounts } = this.#parts
    const session = accounts?.session(visit.token)
    if (accounts && !session) return refuse(socket, 401)
    if (this.#connections.size >= mostSockets) return refuse(socket, 503)
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      socket.off('error', ignore)
      this.#serve(opened, session)
    })
  }

  /** Tells all that the station goes; who is still there after `patience` ms is cut off. */
  async close(patience: number): Promise<void> {
    clearInterval(this.#timer)
    this.#stopListening?.()
    const sockets = [...this.#connections.keys()]
    const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
    for (const socket of sockets) socket.close(goingAwayCode)
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.terminate()
    }, patience)
    await Promise.all(closed)
    clearTimeout(timer)
  }

  #serve(socket: WebSocket, session: SignedIn | undefined): void {
    const connection: Connection = { session, isAlive: true }
    this.#connections.set(socket, connection)
    // A malformed frame: `ws` closes the socket by itself.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#connections.delete(socket))
    socket.on('pong', () => {
      connection.isAlive = true
    })
    const caller = session ? callerOf(session) : localCaller
    serveSocket(
      socket,
      {
        message: (peer, data) => {
          connection.isAlive = true
          return this.#handler.message(peer, data, { context: caller })
        },
        close: (peer) => this.#handler.close(peer),
      },
      () => this.#stillOpen(socket, connection, true),
    )
  }

  /** Closes the socket of a session that is over. */
  #stillOpen(socket: WebSocket, { session }: Connection, isUse: boolean): boolean {
    if (!session || this.#parts.accounts?.isOpen(session.key, isUse)) return true
    socket.close(sessionEndedCode, 'session ended')
    return false
  }

  #closeEnded(): void {
    for (const [socket, connection] of this.#connections) this.#stillOpen(socket, connection, false)
  }

  #round(): void {
    for (const [socket, connection] of this.#connections) {
      if (!connection.isAlive) {
        socket.terminate()
      } else if (this.#stillOpen(socket, connection, false)) {
        connection.isAlive = false
        socket.ping()
      }
    }
  }
}

/** An HTTP answer on a socket that was to become something else. */
function refuse(socket: Duplex, status: number): void {
  const headers = { ...commonHeaders, connection: 'close', 'content-length': '0' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n`, () =>
    socket.destroy(),
  )
}
