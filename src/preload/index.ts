/**
 * The bridge between the window and the application: what `Bridge` of the contract promises, and nothing more. The
 * page gets plain data and these functions; no object of Electron's and nothing of Node's reaches it.
 */
import { contextBridge, ipcRenderer } from 'electron'
import type { Bridge, MenuCommand } from '../contract/bridge.ts'
import { bridgeChannels, portReply, portRequest } from '../contract/bridge.ts'

const bridge: Bridge = {
  platform: process.platform,
  chooseFolder: (title) => ipcRenderer.invoke(bridgeChannels.chooseFolder, title),
  chooseFiles: (title) => ipcRenderer.invoke(bridgeChannels.chooseFiles, title),
  showDataFolder: () => ipcRenderer.invoke(bridgeChannels.showDataFolder),
  onMenu: (listener) => {
    // Electron's event, which could send messages, stays here.
    const hear = (_event: unknown, command: MenuCommand): void => listener(command)
    ipcRenderer.on(bridgeChannels.menu, hear)
    return () => {
      ipcRenderer.off(bridgeChannels.menu, hear)
    }
  },
  setAppearance: ({ language, theme }) => ipcRenderer.send(bridgeChannels.appearance, { language, theme }),
}

contextBridge.exposeInMainWorld('flawline', bridge)

// A port cannot cross the context bridge: the page asks by a message to itself, and its answer brings the port.
window.addEventListener('message', (event) => {
  if (event.source === window && event.data === portRequest) ipcRenderer.send(portRequest)
})
ipcRenderer.on(portReply, (event) => {
  // '/': to this page's own origin alone.
  window.postMessage(portReply, '/', event.ports)
})
