/** The HTTP server under the station: its limits, its port, and its end. */
import { createServer, STATUS_CODES, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { commonHeaders, setCommonHeaders } from './headers.ts'

/** Limits against those who hold connections open. Milliseconds. */
const limits = {
  /** For the headers of a request, */
  headersTimeout: 15_000,
  /** for the whole of it, an upload included, */
  requestTimeout: 10 * 60_000,
  /** between two on one connection. */
  keepAliveTimeout: 10_000,
  /** How often the first two are looked at. */
  connectionsCheckingInterval: 5_000,
}
/** A connection on which nothing moves for so long is cut; a long report may take its time before it begins. */
const idleConnection = 5 * 60_000
/** Connections at once, and requests one after the other on one. */
const mostConnections = 1_000
const mostRequests = 10_000

/** A server with limits; `listener` answers what is well-formed. */
export function limitedServer(listener: RequestListener): Server {
  const server = createServer({ ...limits, maxHeaderSize: 16 << 10 }, (request, response) => {
    setCommonHeaders(response)
    // Only what names a path of ours: no proxy requests (`GET http://elsewhere/`), no `OPTIONS *`.
    if (!request.url?.startsWith('/')) {
      response.writeHead(400, { connection: 'close' }).end()
      return
    }
    listener(request, response)
  })
  server.maxConnections = mostConnections
  server.maxRequestsPerSocket = mostRequests
  server.timeout = idleConnection
  server.on('clientError', refuseMalformed)
  return server
}

/** What is no HTTP gets a short answer and the end of its connection. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket | NodeJS.WritableStream): void {
  const isOpen = 'writable' in socket && socket.writable
  if (!isOpen || error.code === 'ECONNRESET') {
    if ('destroy' in socket) socket.destroy()
    return
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const headers = { ...commonHeaders, connection: 'close', 'content-length': '0' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n`)
}

/**
 * Listens on `port`, or, where `mayMove`, on the next free one of the twenty after it.
 *
 * @returns the port
 * @throws Error in a sentence for people
 */
export async function listen(server: Server, host: string, port: number, mayMove: boolean): Promise<number> {
  const last = mayMove ? port + 20 : port
  for (let candidate = port; ; candidate++) {
    try {
      return await listenOnce(server, host, candidate)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : ''
      if (code === 'EADDRINUSE' && candidate < last) continue
      throw new Error(explain(code, host, candidate), { cause: error })
    }
  }
}

function listenOnce(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address() as AddressInfo
      resolve(address.port)
    })
  })
}

function explain(code: unknown, host: string, port: number): string {
  if (code === 'EADDRINUSE') return `Port ${port} is in use by another program. Choose another with --port.`
  if (code === 'EACCES') return `This user may not listen on port ${port}. Choose one above 1023 with --port.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `This machine has no address "${host}". Give one of its own with --host, or 0.0.0.0 for all.`
  }
  return `Could not listen on ${host}, port ${port} (${String(code)}).`
}

/** Stops accepting, lets the requests under way end for up to `patience` ms, then cuts off the rest. */
export async function closeServer(server: Server, patience: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), patience)
  await closed
  clearTimeout(timer)
}
