/**
 * The module `electron`, as far as the application imports it, for running its entry without Electron: windows and
 * dialogs are stand-ins, message channels and the compute process are real ones of Node's.
 */
import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { FakeApplication, FakeIpc, FakeSession, FakeWindow } from './stage.ts'

export const place = mkdtempSync(path.join(os.tmpdir(), 'flawline-entry-'))

class App extends FakeApplication {
  readonly isPackaged = false
  name = ''
  sandboxed = false
  setName(name: string): void {
    this.name = name
  }
  setAppUserModelId(): void {
    // Windows alone.
  }
  enableSandbox(): void {
    this.sandboxed = true
  }
  getPath(name: string): string {
    return path.join(place, name)
  }
}
export const app = new App()

export const windows: BrowserWindow[] = []
export class BrowserWindow extends FakeWindow {
  readonly options: object
  constructor(options: object) {
    super()
    this.options = options
    windows.push(this)
  }
}

export const dialog = {
  shown: [] as string[],
  showErrorBox(title: string, message: string): void {
    this.shown.push(`${title}: ${message}`)
  },
  showMessageBox: async () => ({ response: 0 }),
  showOpenDialog: async () => ({ canceled: true, filePaths: [] }),
}

export const ipcMain = new FakeIpc()
export const Menu = {
  installed: undefined as unknown,
  buildFromTemplate: (template: unknown) => template,
  setApplicationMenu(menu: unknown): void {
    this.installed = menu
  },
}

/** As Electron's: a port of this side is an event emitter with `start`. */
export class MessageChannelMain {
  readonly port1: EventEmitter
  readonly port2: MessagePort
  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port2 = port2
    this.port1 = Object.assign(new EventEmitter(), {
      postMessage: (message: unknown) => port1.postMessage(message),
      start: () => {
        port1.on('message', (data: unknown) => this.port1.emit('message', { data }))
        port1.on('close', () => this.port1.emit('close'))
      },
    })
  }
}

export const nativeTheme = { themeSource: 'system', shouldUseDarkColors: false }
export const powerSaveBlocker = { start: () => 1, stop: () => true }

export const protocol = {
  privileged: [] as unknown[],
  handler: undefined as ((request: Request) => Promise<Response>) | undefined,
  registerSchemesAsPrivileged(schemes: unknown[]): void {
    this.privileged.push(...schemes)
  },
  handle(_scheme: string, handler: (request: Request) => Promise<Response>): void {
    this.handler = handler
  },
}
export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] }
export const session = { defaultSession: new FakeSession() }
export const shell = { openPath: async () => '' }

/** Gives a Node child process the parent port that Electron gives its utility processes. */
const parentPort = `data:text/javascript,${encodeURIComponent(`
  process.parentPort = {
    postMessage: (message) => process.send(message),
    on: (event, listener) => process.on('message', (data) => listener({ data })),
  }`)}`

export const utilityProcess = {
  started: [] as { entry: string; serviceName: string }[],
  fork(entry: string, words: string[], options: { serviceName: string; env: Record<string, string> }) {
    this.started.push({ entry, serviceName: options.serviceName })
    const child = fork(entry, words, {
      execArgv: ['--import', parentPort],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: options.env,
    })
    return Object.assign(child, { postMessage: (message: never) => child.connected && child.send(message) })
  },
}
