import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import path from 'node:path'
import { test } from 'node:test'
import type { DesktopParts, PermissionsPart } from '../../../src/main/desktop/application.ts'
import { startDesktop } from '../../../src/main/desktop/application.ts'
import type { Handler } from '../../../src/main/desktop/scheme.ts'
import { registerScheme, schemePrivileges, startAddress } from '../../../src/main/desktop/scheme.ts'
import type { WindowOptions } from '../../../src/main/desktop/window.ts'
import { lockContents } from '../../../src/main/desktop/window.ts'

/** Stands in for Electron's window and keeps what was asked of it. */
class Window extends EventEmitter {
  readonly loaded: string[] = []
  minimised = false
  shown = 0
  focused = 0
  async loadURL(address: string): Promise<void> {
    this.loaded.push(address)
  }
  show(): void {
    this.shown++
  }
  isMinimized(): boolean {
    return this.minimised
  }
  restore(): void {
    this.minimised = false
  }
  focus(): void {
    this.focused++
  }
}

class Application extends EventEmitter {
  quits = 0
  first = true
  ready = false
  requestSingleInstanceLock(): boolean {
    return this.first
  }
  quit(): void {
    this.quits++
  }
  async whenReady(): Promise<void> {
    this.ready = true
  }
}

interface Stage {
  application: Application
  windows: Window[]
  options: WindowOptions[]
  handlers: Handler[]
  granted: boolean[]
  parts: DesktopParts
}

function setUp(changes: Partial<DesktopParts> = {}): Stage {
  const application = new Application()
  const windows: Window[] = []
  const options: WindowOptions[] = []
  const handlers: Handler[] = []
  const granted: boolean[] = []
  const session: PermissionsPart = {
    setPermissionRequestHandler: (handler) => handler(undefined, 'media', (answer) => granted.push(answer)),
    setPermissionCheckHandler: (handler) => granted.push(handler()),
  }
  const parts: DesktopParts = {
    application,
    serve: (handler) => handlers.push(handler),
    permissions: () => {
      assert.ok(application.ready, 'Electron has no session before it is ready')
      return session
    },
    createWindow: (asked) => {
      options.push(asked)
      const window = new Window()
      windows.push(window)
      return window
    },
    rendererFolder: path.join(import.meta.dirname, 'nowhere'),
    preloadFile: '/application/preload/index.cjs',
    developmentAddress: undefined,
    ...changes,
  }
  return { application, windows, options, handlers, granted, parts }
}

test('the window is isolated, sandboxed and loads the own scheme', async () => {
  const stage = setUp()
  await startDesktop(stage.parts)
  assert.deepEqual(stage.windows[0]?.loaded, [startAddress])
  assert.deepEqual(stage.options[0]?.webPreferences, {
    preload: '/application/preload/index.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webviewTag: false,
    webSecurity: true,
  })
  assert.equal(stage.handlers.length, 1)
  assert.equal((await stage.handlers[0]?.(new Request(startAddress)))?.status, 404)
})

test('it is shown only when there is something to see', async () => {
  const { parts, windows } = setUp()
  await startDesktop(parts)
  assert.equal(windows[0]?.shown, 0)
  windows[0]?.emit('ready-to-show')
  assert.equal(windows[0]?.shown, 1)
})

test('every permission is refused', async () => {
  const { parts, granted } = setUp()
  await startDesktop(parts)
  assert.deepEqual(granted, [false, false])
})

test('a second instance ends itself, and the first comes to the front', async () => {
  const second = setUp()
  second.application.first = false
  await startDesktop(second.parts)
  assert.equal(second.application.quits, 1)
  assert.equal(second.windows.length, 0)

  const { application, parts, windows } = setUp()
  await startDesktop(parts)
  const window = windows[0]
  assert.ok(window)
  window.minimised = true
  application.emit('second-instance')
  assert.equal(window.minimised, false)
  assert.equal(window.focused, 1)
})

test('closing the window ends the application; activating opens one only if there is none', async () => {
  const { application, parts, windows } = setUp()
  await startDesktop(parts)
  application.emit('activate')
  assert.equal(windows.length, 1)
  windows[0]?.emit('closed')
  application.emit('second-instance')
  application.emit('activate')
  assert.equal(windows.length, 2)
  application.emit('window-all-closed')
  assert.equal(application.quits, 1)
})

test('pages open no windows, go nowhere else and embed nothing', async () => {
  class Contents extends EventEmitter {
    answer: { action: string } | undefined
    setWindowOpenHandler(handler: () => { action: 'deny' }): void {
      this.answer = handler()
    }
  }
  const { application, parts } = setUp()
  await startDesktop(parts)
  const contents = new Contents()
  application.emit('web-contents-created', {}, contents)
  assert.deepEqual(contents.answer, { action: 'deny' })
  for (const event of ['will-navigate', 'will-redirect', 'will-attach-webview']) {
    let prevented = 0
    contents.emit(event, { preventDefault: () => prevented++ })
    assert.equal(prevented, 1, event)
  }
  // The lock is one function, so that a view made by other means can be locked too.
  const other = new Contents()
  lockContents(other)
  assert.deepEqual(other.answer, { action: 'deny' })
})

test('the development server is used where one is named', async () => {
  const { parts, windows } = setUp({ developmentAddress: 'http://localhost:5173' })
  await startDesktop(parts)
  assert.deepEqual(windows[0]?.loaded, ['http://localhost:5173'])
})

test('the scheme is an origin of its own and does not bypass the content policy', () => {
  const mounted: string[] = []
  registerScheme({ handle: (name) => mounted.push(name) }, async () => new Response(null))
  assert.deepEqual(mounted, ['flawline'])
  assert.equal(new URL(startAddress).protocol, 'flawline:')
  assert.deepEqual(schemePrivileges.privileges, { standard: true, secure: true, supportFetchAPI: true })
})
