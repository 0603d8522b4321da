/**
 * The wire to the core: a MessagePort in the desktop application, a WebSocket at the station. A WebSocket that is
 * cut is opened again by itself; requests wait meanwhile, and the live stream goes on where it was.
 */
import { RPCLink as MessagePortLink } from '@orpc/client/message-port'
import { ClientRetryPlugin, type ClientRetryPluginContext } from '@orpc/client/plugins'
import { RPCLink as WebSocketLink } from '@orpc/client/websocket'
import { WebSocket as ReconnectingWebSocket } from 'partysocket'
import { computed, readonly, ref } from 'vue'
import { portReply, portRequest } from '../../contract/bridge.ts'

export type ConnectionState = 'connecting' | 'open' | 'lost'

const state = ref<ConnectionState>('connecting')
/** Whether the core can be reached now; `lost` after it could be once. */
export const connectionState = readonly(state)
export const isConnected = computed(() => state.value === 'open')

/** Waits a little longer each time, at most five seconds: a line PC's server may restart. */
const retryDelay = ({ attemptIndex }: { attemptIndex: number }): number =>
  Math.min(5000, 250 * 2 ** Math.min(attemptIndex, 5))

const plugins = () => [new ClientRetryPlugin<ClientRetryPluginContext>({ default: { retryDelay } })]

type Link = WebSocketLink<ClientRetryPluginContext> | MessagePortLink<ClientRetryPluginContext>

function webSocketLink(): Link {
  const address = new URL('rpc', location.href.replace(/#.*$/, ''))
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new ReconnectingWebSocket(address.href, [], {
    minReconnectionDelay: 300,
    maxReconnectionDelay: 4000,
    reconnectionDelayGrowFactor: 1.6,
  })
  socket.addEventListener('open', () => (state.value = 'open'))
  socket.addEventListener('close', () => (state.value = state.value === 'connecting' ? 'connecting' : 'lost'))
  return new WebSocketLink({ websocket: socket as unknown as WebSocket, plugins: plugins() })
}

/** The port comes from the main process by way of the preload script. */
function messagePort(): Promise<MessagePort> {
  return new Promise((resolve) => {
    window.addEventListener('message', function take(event) {
      const [port] = event.ports
      if (event.source !== window || event.data !== portReply || !port) return
      window.removeEventListener('message', take)
      resolve(port)
    })
    window.postMessage(portRequest, location.origin)
  })
}

async function messagePortLink(): Promise<Link> {
  const port = await messagePort()
  const link = new MessagePortLink<ClientRetryPluginContext>({ port, plugins: plugins() })
  port.start()
  state.value = 'open'
  return link
}

let link: Promise<Link> | undefined

/** The link, made at the first call. */
export function connect(): Promise<Link> {
  link ??= window.flawline ? messagePortLink() : Promise.resolve(webSocketLink())
  return link
}
