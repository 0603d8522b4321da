/** Stand-ins for the parts of Electron that the application uses; they keep what was asked of them. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Job } from '../../../../src/contract/jobs.ts'
import type { LiveEvent } from '../../../../src/contract/live.ts'
import type { DesktopParts } from '../../../../src/main/desktop/application.ts'
import type { ChannelPart, PortPart, SenderPart } from '../../../../src/main/desktop/bridge.ts'
import type { Host } from '../../../../src/main/desktop/host.ts'
import type { Question } from '../../../../src/main/desktop/main-window.ts'
import type { MenuItem } from '../../../../src/main/desktop/menu.ts'
import type { PermissionDetails } from '../../../../src/main/desktop/permissions.ts'
import { startAddress } from '../../../../src/main/desktop/scheme.ts'
import type { WindowOptions } from '../../../../src/main/desktop/window.ts'

/** Lets what was queued by promises happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export class FakePage extends EventEmitter {
  readonly sent: { channel: string; message: unknown }[] = []
  reloads = 0
  crashes = 0
  send(channel: string, message: unknown): void {
    this.sent.push({ channel, message })
  }
  reload(): void {
    this.reloads++
  }
  forcefullyCrashRenderer(): void {
    this.crashes++
  }
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakePage()
  readonly loaded: string[] = []
  readonly progress: number[] = []
  minimised = false
  maximised = false
  shown = 0
  focused = 0
  colour: string | undefined
  bounds = { x: 10, y: 20, width: 1000, height: 700 }
  async loadURL(address: string): Promise<void> {
    this.loaded.push(address)
  }
  show(): void {
    this.shown++
  }
  /** As Electron does it: asks its listeners, then is closed unless one prevented it. */
  close(): void {
    let prevented = false
    this.emit('close', { preventDefault: () => (prevented = true) })
    if (!prevented) this.emit('closed')
  }
  maximize(): void {
    this.maximised = true
  }
  isMaximized(): boolean {
    return this.maximised
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
  getNormalBounds() {
    return this.bounds
  }
  setProgressBar(progress: number): void {
    this.progress.push(progress)
  }
  setBackgroundColor(colour: string): void {
    this.colour = colour
  }
}

export class FakeApplication extends EventEmitter {
  quits = 0
  exits: number[] = []
  first = true
  ready = false
  handedOver: Record<string, unknown> | undefined
  requestSingleInstanceLock(data: Record<string, unknown>): boolean {
    this.handedOver = data
    return this.first
  }
  quit(): void {
    this.quits++
  }
  exit(code: number): void {
    this.exits.push(code)
  }
  async whenReady(): Promise<void> {
    this.ready = true
  }
  getLocale(): string {
    return 'en-GB'
  }
}

type RequestHandler = Parameters<ReturnType<DesktopParts['session']>['setPermissionRequestHandler']>[0]
type CheckHandler = Parameters<ReturnType<DesktopParts['session']>['setPermissionCheckHandler']>[0]

export class FakeSession extends EventEmitter {
  requestHandler: RequestHandler | undefined
  checkHandler: CheckHandler | undefined
  deviceAnswer: boolean | undefined
  spellChecker: boolean | undefined
  filter: string[] = []
  block: ((url: string) => boolean) | undefined
  readonly webRequest = {
    onBeforeRequest: (
      { urls }: { urls: string[] },
      listener: (details: { url: string }, answer: (response: { cancel: boolean }) => void) => void,
    ): void => {
      this.filter = urls
      this.block = (url) => {
        let cancelled: boolean | undefined
        listener({ url }, ({ cancel }) => (cancelled = cancel))
        assert.notEqual(cancelled, undefined)
        return cancelled === true
      }
    },
  }
  setPermissionRequestHandler(handler: RequestHandler): void {
    this.requestHandler = handler
  }
  setPermissionCheckHandler(handler: CheckHandler): void {
    this.checkHandler = handler
  }
  setDevicePermissionHandler(handler: () => boolean): void {
    this.deviceAnswer = handler()
  }
  setSpellCheckerEnabled(enable: boolean): void {
    this.spellChecker = enable
  }
  /** What a request and a check for a permission are answered; both must agree. */
  grants(permission: string, details: PermissionDetails): boolean {
    let requested: boolean | undefined
    this.requestHandler?.(undefined, permission, (granted) => (requested = granted), details)
    assert.equal(this.checkHandler?.(undefined, permission, 'flawline://app', details), requested)
    return requested === true
  }
}

/** Our own page, as a sender of messages. */
export function ownFrame(answers: { channel: string; ports: unknown[] }[] = []): SenderPart {
  return {
    senderFrame: {
      url: startAddress,
      parent: null,
      postMessage: (channel, _message, ports) => answers.push({ channel, ports }),
    },
  }
}

export class FakeIpc {
  readonly handlers = new Map<string, (event: SenderPart, ...values: unknown[]) => unknown>()
  readonly listeners = new Map<string, (event: SenderPart, ...values: unknown[]) => void>()
  handle(channel: string, listener: (event: SenderPart, ...values: unknown[]) => unknown): void {
    this.handlers.set(channel, listener)
  }
  on(channel: string, listener: (event: SenderPart, ...values: unknown[]) => void): void {
    this.listeners.set(channel, listener)
  }
  async invoke(channel: string, event: SenderPart, value?: unknown): Promise<unknown> {
    const handler = this.handlers.get(channel)
    assert.ok(handler, `nothing answers ${channel}`)
    return handler(event, value)
  }
  send(channel: string, event: SenderPart, value?: unknown): void {
    const listener = this.listeners.get(channel)
    assert.ok(listener, `nothing hears ${channel}`)
    listener(event, value)
  }
}

/** An open data folder with nothing in it. */
export class FakeHost implements Host {
  readonly dataFolder: string
  readonly allowed: string[] = []
  readonly served: PortPart[] = []
  training: Job[] = []
  closed = 0
  #wake: () => void = () => undefined
  readonly #events: LiveEvent[] = []
  constructor(dataFolder: string) {
    this.dataFolder = dataFolder
  }
  readonly jobs = { list: () => this.training }
  readonly live = {
    subscribe: (_last: string | undefined, signal: AbortSignal) => this.#stream(signal),
  }
  readonly content = async () => new Response('content')
  serve(port: PortPart): void {
    this.served.push(port)
  }
  allow(path: string): void {
    this.allowed.push(path)
  }
  async close(): Promise<void> {
    this.closed++
  }
  kill(): void {
    // Nothing runs here.
  }
  /** A training's state changes, and everyone is told. */
  async train(state: Job['state'], done = 0): Promise<void> {
    const job: Job = {
      id: 'training1',
      kind: 'training',
      projectId: 'project1',
      subject: 'flange',
      state,
      done,
      total: 10,
      secondsLeft: null,
      createdAt: '2026-01-01T00:00:00.000Z',
      startedAt: null,
      endedAt: null,
      restarts: 0,
      note: null,
      error: null,
      result: null,
    }
    this.training = [job]
    this.#events.push({ kind: 'job', job })
    this.#wake()
    await settle()
  }
  async *#stream(signal: AbortSignal): AsyncGenerator<LiveEvent> {
    signal.addEventListener('abort', () => this.#wake())
    while (!signal.aborted) {
      const event = this.#events.shift()
      if (event) yield event
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

export class FakePort extends EventEmitter {
  started = 0
  posted: unknown[] = []
  postMessage(message: unknown): void {
    this.posted.push(message)
  }
  start(): void {
    this.started++
  }
}

export interface Stage {
  readonly folder: string
  readonly application: FakeApplication
  readonly session: FakeSession
  readonly windows: FakeWindow[]
  readonly options: WindowOptions[]
  readonly handlers: ((request: Request) => Promise<Response>)[]
  readonly hosts: FakeHost[]
  readonly ipc: FakeIpc
  readonly menus: MenuItem[][]
  readonly questions: Question[]
  /** Numbers of the answers to the questions to come; without one the question stays open until its signal. */
  readonly answers: number[]
  readonly errors: { title: string; message: string }[]
  readonly shownFolders: string[]
  readonly awake: Set<number>
  readonly theme: { themeSource: 'light' | 'dark' | 'system'; readonly shouldUseDarkColors: boolean }
  readonly log: string[]
  chosen: readonly string[] | undefined
  readonly parts: DesktopParts
  /** The only window there is. */
  window(): FakeWindow
  clear(): void
}

/** An application that has not been started yet, in a folder of its own. */
export function setUp(changes: Partial<DesktopParts> = {}): Stage {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'flawline-desktop-'))
  const application = new FakeApplication()
  const session = new FakeSession()
  const ipc = new FakeIpc()
  const awake = new Set<number>()
  const theme: Stage['theme'] = {
    themeSource: 'system',
    get shouldUseDarkColors() {
      return this.themeSource === 'dark'
    },
  }
  const stage: Stage = {
    folder,
    application,
    session,
    ipc,
    awake,
    theme,
    windows: [],
    options: [],
    handlers: [],
    hosts: [],
    menus: [],
    questions: [],
    answers: [],
    errors: [],
    shownFolders: [],
    log: [],
    chosen: undefined,
    parts: {
      application,
      words: [],
      workingFolder: folder,
      defaultDataFolder: path.join(folder, 'data'),
      stateFile: path.join(folder, 'state', 'window.json'),
      openHost: (dataFolder) => {
        const host = new FakeHost(dataFolder)
        stage.hosts.push(host)
        return host
      },
      serve: (handler) => stage.handlers.push(handler),
      assets: async () => new Response('page'),
      session: () => {
        assert.ok(application.ready, 'Electron has no session before it is ready')
        return session
      },
      createWindow: (options) => {
        stage.options.push(options)
        const window = new FakeWindow()
        stage.windows.push(window)
        return window
      },
      createChannel: () => ({ port1: new FakePort(), port2: new FakePort() }) as unknown as ChannelPart,
      ipc,
      power: {
        start: () => {
          const id = awake.size + 1
          awake.add(id)
          return id
        },
        stop: (id) => awake.delete(id),
      },
      displays: () => [{ x: 0, y: 0, width: 1920, height: 1080 }],
      theme,
      setMenu: (template) => stage.menus.push(template),
      dialogs: {
        ask: (_window, question) => {
          stage.questions.push(question)
          const answer = stage.answers.shift()
          if (answer !== undefined) return Promise.resolve(answer)
          return new Promise((resolve) =>
            question.signal?.addEventListener('abort', () => resolve(question.cancel)),
          )
        },
        choose: async () => stage.chosen,
        error: (title, message) => stage.errors.push({ title, message }),
      },
      showFolder: async (shown) => {
        stage.shownFolders.push(shown)
      },
      downloadsFolder: () => path.join(folder, 'downloads'),
      preloadFile: '/application/preload/index.cjs',
      icon: undefined,
      mac: false,
      developmentAddress: undefined,
      development: false,
      log: (message) => stage.log.push(message),
      ...changes,
    },
    window: () => {
      const [window] = stage.windows
      assert.ok(window)
      return window
    },
    clear: () => rmSync(folder, { recursive: true, force: true }),
  }
  return stage
}
