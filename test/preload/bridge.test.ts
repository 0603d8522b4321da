/** What a page finds on `window.flawline`: the contract's bridge and nothing else, and a port when it asks for one. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { registerHooks } from 'node:module'
import { before, test } from 'node:test'
import {
  bridgeChannels,
  portReply,
  portRequest,
  type Bridge,
  type MenuCommand,
} from '../../src/contract/bridge.ts'

/** What the stand-in for `electron` reaches. */
const seen = {
  exposed: new Map<string, unknown>(),
  ipc: Object.assign(new EventEmitter(), {
    sent: [] as unknown[][],
    send: (...values: unknown[]) => seen.ipc.sent.push(values),
    invoke: async (...values: unknown[]) => values,
  }),
}
/** The page: its listeners for messages and what was posted to it. */
const page = {
  listeners: [] as ((event: { source: unknown; data: unknown }) => void)[],
  posted: [] as unknown[][],
  addEventListener: (_name: string, listener: (event: { source: unknown; data: unknown }) => void) =>
    page.listeners.push(listener),
  postMessage: (...values: unknown[]) => page.posted.push(values),
}
let bridge: Bridge

before(async () => {
  const standIn = `data:text/javascript,${encodeURIComponent(`
    export const contextBridge = { exposeInMainWorld: (name, value) => globalThis.preloadSeen.exposed.set(name, value) }
    export const ipcRenderer = globalThis.preloadSeen.ipc`)}`
  registerHooks({
    resolve: (name, context, next) =>
      name === 'electron' ? { url: standIn, shortCircuit: true } : next(name, context),
  })
  Object.assign(globalThis, { preloadSeen: seen, window: page })
  await import('../../src/preload/index.ts')
  bridge = seen.exposed.get('flawline') as Bridge
})

test('one name with the contract of the bridge, and nothing of Electron or Node', () => {
  assert.deepEqual([...seen.exposed.keys()], ['flawline'])
  assert.deepEqual(Object.keys(bridge).toSorted(), [
    'chooseFiles',
    'chooseFolder',
    'onMenu',
    'platform',
    'setAppearance',
    'showDataFolder',
  ])
})

test('each function sends its own message, with what belongs to it alone', async () => {
  assert.deepEqual(await bridge.chooseFolder('Good parts'), [bridgeChannels.chooseFolder, 'Good parts'])
  assert.deepEqual(await bridge.chooseFiles('Parts'), [bridgeChannels.chooseFiles, 'Parts'])
  assert.deepEqual(await bridge.showDataFolder(), [bridgeChannels.showDataFolder])
  const more = { language: 'en', theme: 'dark' as const, more: 'than promised' }
  bridge.setAppearance(more)
  assert.deepEqual(seen.ipc.sent.pop(), [bridgeChannels.appearance, { language: 'en', theme: 'dark' }])
})

test('the menu is heard until it is not wanted any more, without the event that could send', () => {
  const heard: unknown[][] = []
  const stop = bridge.onMenu((...values: MenuCommand[]) => heard.push(values))
  seen.ipc.emit(bridgeChannels.menu, { sender: 'secret' }, { kind: 'help' })
  stop()
  seen.ipc.emit(bridgeChannels.menu, { sender: 'secret' }, { kind: 'help' })
  assert.deepEqual(heard, [[{ kind: 'help' }]])
})

test('a port is asked for by the page itself, and handed to its own origin alone', () => {
  seen.ipc.sent.length = 0
  const ask = (source: unknown, data: unknown) =>
    page.listeners.forEach((listener) => listener({ source, data }))
  ask({ another: 'window' }, portRequest)
  ask(page, 'something else')
  assert.deepEqual(seen.ipc.sent, [])
  ask(page, portRequest)
  assert.deepEqual(seen.ipc.sent, [[portRequest]])
  const ports = [{ port: 1 }]
  seen.ipc.emit(portReply, { ports })
  assert.deepEqual(page.posted, [[portReply, '/', ports]])
})
