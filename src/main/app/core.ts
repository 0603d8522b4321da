import { ComputeClient } from '../compute/client.ts'
import { forkedProcess } from '../compute/launch.ts'
import type { Launch } from '../compute/port.ts'
import { openStore, type Store, type StoreOptions } from '../store/index.ts'

/** What every use case works with: one data folder and the compute process. Knows neither Electron nor HTTP. */
export interface Core {
  readonly store: Store
  /** For everything but training: keeps models open between inspections. Started when there is work. */
  readonly compute: ComputeClient
  /**
   * A compute process for one training run: its memory is given back at the end, and what kills it does not touch
   * an inspection. The caller closes it.
   */
  newCompute(): ComputeClient
  /** Ends the compute process in order and closes the store. */
  close(): Promise<void>
  /** Ends all compute processes at once; what they were doing is taken up again another time. */
  kill(): void
}

export interface CoreOptions extends StoreOptions {
  /** How compute processes are started; default: `child_process`. */
  readonly launch?: Launch
}

/**
 * Opens a data folder.
 *
 * @throws StorageError as openStore
 */
export function createCore(dataFolder: string, options: CoreOptions = {}): Core {
  const { launch = forkedProcess(), ...storeOptions } = options
  const store = openStore(dataFolder, storeOptions)
  const clients = new Set<ComputeClient>()
  const newCompute = (): ComputeClient => {
    const client = new ComputeClient(launch)
    clients.add(client)
    return client
  }
  const compute = newCompute()
  return {
    store,
    compute,
    newCompute,
    close: async () => {
      await Promise.all([...clients].map((client) => client.close()))
      store.close()
    },
    kill: () => {
      for (const client of clients) client.kill()
    },
  }
}
