/** A station on a free port with a data folder and an interface of its own, and ways to speak to it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { Contract } from '../../../../src/contract/index.ts'
import { startStation, type Station, type StationOptions } from '../../../../src/main/station/station.ts'

export type Client = ContractRouterClient<Contract>

export interface Connection {
  readonly client: Client
  readonly socket: WebSocket
}

/** Password of {@link StationPlace.setUp}. */
export const password = 'correct horse battery'

export class StationPlace {
  readonly folder: string
  readonly station: Station
  readonly logged: string[]
  /** Milliseconds that the station's clock is ahead. */
  readonly clock: { ahead: number }
  readonly #sockets: WebSocket[] = []

  private constructor(folder: string, station: Station, logged: string[], clock: { ahead: number }) {
    this.folder = folder
    this.station = station
    this.logged = logged
    this.clock = clock
  }

  /** @param folder of a station before this one */
  static async open(options: Partial<StationOptions> = {}, folder?: string): Promise<StationPlace> {
    const own = folder ?? (await makeFolder())
    const logged: string[] = []
    const clock = { ahead: 0 }
    const began = Date.now()
    const station = await startStation({
      dataFolder: path.join(own, 'data'),
      rendererFolder: path.join(own, 'renderer'),
      port: 0,
      log: (message) => logged.push(message),
      // It stands still unless the test moves it.
      now: () => began + clock.ahead,
      ...options,
    })
    return new StationPlace(own, station, logged, clock)
  }

  get address(): string {
    return this.station.address
  }

  /** A request as a page of the station's own would make it, unless told otherwise. */
  fetch(where: string, init: RequestInit = {}, cookie?: string): Promise<Response> {
    const headers = new Headers(init.headers)
    if (!headers.has('origin') && init.method !== undefined) headers.set('origin', this.address)
    if (cookie !== undefined) headers.set('cookie', cookie)
    return fetch(`${this.address}/${where}`, { redirect: 'manual', ...init, headers })
  }

  postJson(
    where: string,
    body: unknown,
    cookie?: string,
    more: Record<string, string> = {},
  ): Promise<Response> {
    const headers = { 'content-type': 'application/json', ...more }
    return this.fetch(where, { method: 'POST', headers, body: JSON.stringify(body) }, cookie)
  }

  /** Spends the setup link; returns the cookie. */
  async setUp(name = 'anna'): Promise<string> {
    const token = this.station.setupLink?.split('token=')[1]
    return cookieOf(await this.postJson('auth/setup', { token, name, password }))
  }

  /** The contract over a WebSocket. Rejects with the HTTP status if it is refused. */
  async connect(cookie?: string, origin = this.address): Promise<Connection> {
    const socket = await this.socket(cookie === undefined ? {} : { cookie }, origin)
    // `ws` is a WebSocket in all that the link uses; its types differ in what they say of events.
    const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
    return { client: createORPCClient(link), socket }
  }

  socket(headers: Record<string, string> = {}, origin?: string, where = 'rpc'): Promise<WebSocket> {
    const address = `${this.address.replace('http', 'ws')}/${where}`
    const socket = new WebSocket(address, { headers, ...(origin === undefined ? {} : { origin }) })
    this.#sockets.push(socket)
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(socket))
      socket.once('unexpected-response', (request, response) => {
        request.destroy()
        reject(new Error(String(response.statusCode)))
      })
      socket.on('error', reject)
    })
  }

  /** Sends bytes as they are and gives what comes back until the other side closes. */
  raw(bytes: string | Uint8Array): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.station.port, '127.0.0.1', () => socket.write(bytes))
      let answer = ''
      socket.setEncoding('latin1')
      socket.on('data', (text: string) => (answer += text))
      socket.on('close', () => resolve(answer))
      socket.on('error', reject)
    })
  }

  /** Ends the station; the folder stays. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate()
    await this.station.close()
  }

  async remove(): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** A folder with an interface in `renderer` and secrets beside it. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'flawline-station-'))
  await mkdir(path.join(folder, 'renderer/assets'), { recursive: true })
  await writeFile(path.join(folder, 'renderer/index.html'), '<!doctype html><title>Flawline</title>')
  await writeFile(path.join(folder, 'renderer/assets/index.js'), 'export {}')
  await writeFile(path.join(folder, 'secret.json'), '{"secret":true}')
  await writeFile(path.join(folder, 'secret.html'), 'secret')
  return folder
}

/** The cookie that an answer sets, as a browser sends it back. */
export function cookieOf(response: Response): string {
  return (response.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
}

/** Resolves with the close code. */
export function closed(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', resolve))
}
