/** The core as the desktop application holds it: its services, served over ports and requests. */
import { RPCHandler } from '@orpc/server/message-port'
import type { Handler } from '../app/assets.ts'
import type { Caller } from '../app/caller.ts'
import { createContentHandler } from '../app/content/index.ts'
import { createCore } from '../app/core.ts'
import { createRouter } from '../app/router/index.ts'
import { createServices } from '../app/services.ts'
import type { Launch } from '../compute/port.ts'
import { StorageError } from '../store/index.ts'
import type { PortPart } from './bridge.ts'
import type { TrainingSource } from './training-watch.ts'

/** Whoever sits at the machine may do all; nobody signs in. */
export const localCaller: Caller = { user: { name: 'local', role: 'administrator' }, signIn: false }

/** An open data folder, as the application uses it. */
export interface Host extends TrainingSource {
  readonly dataFolder: string
  /** Pictures, uploads, downloads. */
  readonly content: Handler
  /** Serves the contract over a port, until the port closes. */
  serve(port: PortPart): void
  /** Lets images be read from a file or folder until the application ends. */
  allow(path: string): void
  /** Stops what runs where it can go on later, and closes the data folder. */
  close(): Promise<void>
  /** Ends at once; what was under way is taken up again at the next start. */
  kill(): void
}

/**
 * Opens a data folder; training runs that were cut off go on.
 *
 * @throws StorageError; `busy` when a station serves the folder: two cores would both take up its trainings
 */
export function openHost(dataFolder: string, launch: Launch, log: (message: string) => void): Host {
  const core = createCore(dataFolder, { launch, log })
  const station = core.store.stations.claim(process.pid)
  if (station) {
    core.kill()
    core.store.close()
    const where = station.address === null ? '' : ` at ${station.address}`
    throw new StorageError(
      'busy',
      dataFolder,
      `A Flawline station${where} (process ${station.pid}) has this data folder open. Use it in a browser, or stop it and start again; or choose another data folder with --data.`,
    )
  }
  const services = createServices(core, { face: 'desktop' })
  const calls = new RPCHandler(createRouter(services))
  const content = createContentHandler(services)
  return {
    dataFolder,
    live: services.live,
    jobs: services.jobs,
    content: (request) => content(request, localCaller),
    serve: (port) => calls.upgrade(port, { context: localCaller }),
    allow: (path) => services.sources.allow(path),
    close: async () => {
      await services.close()
      core.store.stations.release()
      await core.close()
    },
    kill: () => core.kill(),
  }
}
