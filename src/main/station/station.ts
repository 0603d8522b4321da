/** A station: one data folder's core behind HTTP and WebSocket. */
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { createContentHandler } from '../app/content/index.ts'
import { createCore, type CoreOptions } from '../app/core.ts'
import { createRouter } from '../app/router/index.ts'
import { createServices } from '../app/services.ts'
import { Accounts } from './accounts.ts'
import { createApplication } from './application.ts'
import { closeServer, limitedServer, listen } from './server.ts'
import { Sockets } from './sockets.ts'
import { isLoopback, type VisitRules } from './visit.ts'

export interface StationOptions {
  readonly dataFolder: string
  /** Folder of the built interface. */
  readonly rendererFolder: string
  /** Default `127.0.0.1`. On another than a loopback address people sign in. */
  readonly host?: string
  /** Absent: 4770 or the next that is free; 0: any free one. */
  readonly port?: number
  /** Folders that images may be read from, for this start. */
  readonly allowedFolders?: readonly string[]
  /** Believes a proxy's `X-Forwarded-Proto` and `X-Forwarded-For`; then people sign in on loopback too. */
  readonly trustProxy?: boolean
  /** A new one-time link for the administrator, although there is a password. */
  readonly newLink?: boolean
  readonly core?: Omit<CoreOptions, 'now'>
  /** The clock of sessions and rows; for tests. */
  readonly now?: () => number
  /** Between two rounds of looking after the sockets, in milliseconds. */
  readonly pulse?: number
  readonly log?: (message: string) => void
}

export interface Station {
  /** Where it is reached, without a slash at the end, e.g. `http://127.0.0.1:4770`. */
  readonly address: string
  readonly port: number
  /** The one-time link, where one was made. */
  readonly setupLink: string | undefined
  /**
   * Ends in order: nobody new is let in, sockets are told, trainings stop with a checkpoint and are queued again.
   * Takes a few seconds at the most.
   */
  close(): Promise<void>
  /** Ends compute processes at once; what they did goes on at the next start. */
  kill(): void
}

/** Another station serves the data folder. */
export class StationRunningError extends Error {
  override readonly name = 'StationRunningError'
}

const defaultPort = 4770
/** What requests under way get at the end. Milliseconds. */
const patience = 2_000

/**
 * Starts a station.
 *
 * @throws StationRunningError, StorageError; Error if the port cannot be had
 */
export async function startStation(options: StationOptions): Promise<Station> {
  const { host = '127.0.0.1', trustProxy = false, log = console.error } = options
  const now = options.now ?? Date.now
  const core = createCore(options.dataFolder, { ...options.core, now: () => new Date(now()) })
  const { store } = core
  const undo: (() => void | Promise<void>)[] = [() => core.close()]
  const close = once(async () => {
    for (const step of undo.reverse()) await step()
  })
  try {
    const other = store.stations.claim(process.pid)
    if (other !== undefined) {
      const where = other.address === null ? 'is just being started' : `is at ${other.address}`
      throw new StationRunningError(
        `Another station serves the data folder ${store.folder} already: it ${where} (process ${other.pid}). ` +
          'Use that one, end it first, or choose another folder with --data.',
      )
    }
    undo.push(() => store.stations.release())

    const services = createServices(core, {
      face: 'station',
      allowedFolders: (options.allowedFolders ?? []).map((folder) => path.resolve(folder)),
    })
    const closing: (() => void | Promise<void>)[] = [() => services.close()]
    undo.push(async () => void (await Promise.all(closing.map((step) => step()))))
    const signIn = !isLoopback(host) || trustProxy
    const accounts = signIn ? new Accounts(store, { now }) : undefined
    let port = 0
    const rules: VisitRules = { signIn, trustProxy, port: () => port }
    const application = createApplication({
      rules,
      accounts,
      content: createContentHandler(services),
      rendererFolder: options.rendererFolder,
      log,
    })
    const sockets = new Sockets({ router: createRouter(services), rules, accounts, pulse: options.pulse })
    // The global Request and Response stay as they are: the core uses them as well.
    const listener = getRequestListener(application.fetch, { overrideGlobalObjects: false })
    const server = limitedServer((request, response) => void listener(request, response))
    server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head))

    port = await listen(server, host, options.port ?? defaultPort, options.port === undefined)
    closing.push(
      () => closeServer(server, patience),
      // Once upgraded, sockets are no connections that the server closes.
      () => sockets.close(patience),
    )
    const address = `http://${reachableName(host)}:${port}`
    store.stations.setAddress(address)
    const token = accounts && (accounts.setupNeeded || options.newLink) ? accounts.newLink() : undefined
    return {
      address,
      port,
      setupLink: token === undefined ? undefined : `${address}/#/setup?token=${token}`,
      close,
      kill: () => core.kill(),
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What browsers put into their address line; of a station that listens on all addresses, one of this machine. */
function reachableName(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host.includes(':') ? `[${host}]` : host
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return addresses.find((entry) => entry.family === 'IPv4' && !entry.internal)?.address ?? 'localhost'
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}
