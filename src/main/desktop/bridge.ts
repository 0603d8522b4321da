/**
 * The application's side of the bridge: answers the preload script's messages, and only those that come from our own
 * page's main frame. What they carry is checked before it is used.
 */
import type { MessagePortMain } from 'electron'
import { z } from 'zod'
import type { Appearance } from '../../contract/bridge.ts'
import { bridgeChannels, portReply, portRequest } from '../../contract/bridge.ts'
import { isOwnPage } from './scheme.ts'
import { appearanceSchema } from './window-state.ts'

/** The frame that a message came from. */
export interface FramePart {
  readonly url: string
  /** Null in a window's main frame. */
  readonly parent: unknown
  postMessage(channel: string, message: unknown, transfer: MessagePortMain[]): void
}

/** A message's event. */
export interface SenderPart {
  /** Null once the frame is gone. */
  readonly senderFrame: FramePart | null
}

/** Our end of a channel: what oRPC and this module use of Electron's `MessagePortMain`. */
export interface PortPart {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown } | undefined) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
}

/** Electron's `MessageChannelMain`; the second port goes to the page. */
export interface ChannelPart {
  readonly port1: PortPart
  readonly port2: MessagePortMain
}

/** Electron's `ipcMain`, as far as it is used here. */
export interface IpcPart {
  handle(channel: string, listener: (event: SenderPart, ...values: unknown[]) => unknown): void
  on(channel: string, listener: (event: SenderPart, ...values: unknown[]) => void): unknown
}

export interface BridgeParts {
  readonly ipc: IpcPart
  readonly createChannel: () => ChannelPart
  /** Serves the contract over a port. */
  readonly serve: (port: PortPart) => void
  readonly chooseFolder: (title: string) => Promise<string | undefined>
  readonly chooseFiles: (title: string) => Promise<readonly string[] | undefined>
  readonly showDataFolder: () => Promise<void>
  readonly setAppearance: (appearance: Appearance) => void
  readonly log: (message: string) => void
}

const titleSchema = z.string().max(200)

/** True for the page itself; not for a frame within it, another page, or a frame that is gone. */
export function isOwnFrame({ senderFrame }: SenderPart): boolean {
  return senderFrame !== null && senderFrame.parent === null && isOwnPage(senderFrame.url)
}

/** Answers the preload script. To be called once. */
export function registerBridge(parts: BridgeParts): void {
  const { ipc, log } = parts

  /** A refused question is answered with an error, which says nothing about us. */
  function answer<Input>(
    channel: string,
    schema: z.ZodType<Input>,
    reply: (input: Input) => Promise<unknown>,
  ): void {
    ipc.handle(channel, async (event, value) => {
      if (!isOwnFrame(event)) {
        log(`refused ${channel} from ${event.senderFrame?.url ?? 'a frame that is gone'}`)
        throw new Error('Not allowed')
      }
      return reply(schema.parse(value))
    })
  }

  answer(bridgeChannels.chooseFolder, titleSchema, parts.chooseFolder)
  answer(bridgeChannels.chooseFiles, titleSchema, parts.chooseFiles)
  answer(bridgeChannels.showDataFolder, z.unknown(), parts.showDataFolder)

  ipc.on(bridgeChannels.appearance, (event, value) => {
    const appearance = appearanceSchema.safeParse(value)
    if (isOwnFrame(event) && appearance.success) parts.setAppearance(appearance.data)
    else log('refused an appearance')
  })

  ipc.on(portRequest, (event) => {
    if (!isOwnFrame(event)) {
      log(`refused a connection from ${event.senderFrame?.url ?? 'a frame that is gone'}`)
      return
    }
    const { port1, port2 } = parts.createChannel()
    parts.serve(port1)
    port1.start()
    event.senderFrame?.postMessage(portReply, null, [port2])
  })
}
