/** A wire between browser and station that can be cut. */
import net from 'node:net'
import { once } from 'node:events'

export interface Wire {
  /** The address to open instead of the station's. */
  readonly address: string
  /** Drops all connections and takes no new ones. */
  cut(): void
  mend(): void
  close(): Promise<void>
}

export async function wireTo(address: string): Promise<Wire> {
  const target = new URL(address)
  const sockets = new Set<net.Socket>()
  let isCut = false
  const server = net.createServer((near) => {
    if (isCut) {
      near.destroy()
      return
    }
    const far = net.connect(Number(target.port), target.hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
      socket.on('error', () => socket.destroy())
    }
    near.pipe(far)
    far.pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  return {
    address: `http://127.0.0.1:${port}/`,
    cut: () => {
      isCut = true
      for (const socket of sockets) socket.destroy()
    },
    mend: () => {
      isCut = false
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
