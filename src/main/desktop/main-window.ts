/** The life of the one window: where it stands, what happens when its page fails, and that closing it may be asked about. */
import type { MenuCommand } from '../../contract/bridge.ts'
import { bridgeChannels } from '../../contract/bridge.ts'
import { startAddress } from './scheme.ts'
import { backgroundColour, type WindowOptions } from './window.ts'
import type { Bounds } from './window-state.ts'
import type { Words } from './words.ts'

/** A window's page, as far as it is used here. */
export interface PagePart {
  send(channel: string, message: unknown): void
  reload(): void
  /** Ends a page that does not answer. */
  forcefullyCrashRenderer(): void
  on(event: 'render-process-gone', listener: (event: object, details: { reason: string }) => void): unknown
}

/** Electron's `BrowserWindow`, as far as it is used here. */
export interface WindowPart {
  readonly webContents: PagePart
  once(event: 'ready-to-show', listener: () => void): unknown
  once(event: 'closed', listener: () => void): unknown
  on(event: 'close', listener: (event: { preventDefault(): void }) => void): unknown
  on(event: 'unresponsive', listener: () => void): unknown
  on(event: 'responsive', listener: () => void): unknown
  on(event: 'session-end', listener: () => void): unknown
  loadURL(address: string): Promise<void>
  show(): void
  close(): void
  maximize(): void
  isMaximized(): boolean
  isMinimized(): boolean
  restore(): void
  focus(): void
  getNormalBounds(): Bounds
  setProgressBar(progress: number): void
  setBackgroundColor(colour: string): void
}

/** A question with its answers; resolves with the number of the one chosen. */
export interface Question {
  readonly message: string
  readonly detail: string
  readonly buttons: readonly string[]
  /** The button for Escape, and the one chosen by Enter. */
  readonly cancel: number
  readonly signal?: AbortSignal | undefined
}

export interface MainWindowParts {
  readonly create: (options: WindowOptions) => WindowPart
  readonly options: WindowOptions
  readonly maximised: boolean
  readonly words: () => Words
  readonly ask: (window: WindowPart, question: Question) => Promise<number>
  readonly trainingRuns: () => boolean
  readonly remember: (place: { readonly bounds: Bounds; readonly maximised: boolean }) => void
  readonly quit: () => void
  readonly closed: () => void
  readonly log: (message: string) => void
}

export interface MainWindow {
  send(command: MenuCommand): void
  /** Brings it to the front. */
  raise(): void
  progress(fraction: number | undefined): void
  setDark(dark: boolean): void
  /** Resolves when the page is loaded. */
  readonly loaded: Promise<void>
  readonly window: WindowPart
}

export function openMainWindow(parts: MainWindowParts): MainWindow {
  const { words, ask, log } = parts
  const window = parts.create(parts.options)
  if (parts.maximised) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.once('closed', parts.closed)

  let mayClose = false
  let asking = false
  // Whoever signs out of the system has decided already; the training goes on at the next start.
  window.on('session-end', () => {
    mayClose = true
  })
  window.on('close', (event) => {
    if (!mayClose && parts.trainingRuns()) {
      event.preventDefault()
      if (!asking) void askToClose()
      return
    }
    parts.remember({ bounds: window.getNormalBounds(), maximised: window.isMaximized() })
  })

  async function askToClose(): Promise<void> {
    asking = true
    const { trainingRuns, trainingGoesOn, stopAndClose, keepOpen } = words()
    const answer = await ask(window, {
      message: trainingRuns,
      detail: trainingGoesOn,
      buttons: [stopAndClose, keepOpen],
      cancel: 1,
    })
    asking = false
    if (answer !== 0) return
    mayClose = true
    window.close()
  }

  /** True while we end the page ourselves, to load it again. */
  let ending = false
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    log(`the page's process is gone: ${reason}`)
    if (ending) {
      ending = false
      window.webContents.reload()
    } else void askToReload()
  })

  // A question each time, rather than a reload by itself: a page that fails at once must not do so for ever.
  async function askToReload(): Promise<void> {
    const { pageEnded, pageEndedDetail, loadAgain, quit } = words()
    const answer = await ask(window, {
      message: pageEnded,
      detail: pageEndedDetail,
      buttons: [loadAgain, quit],
      cancel: 0,
    })
    if (answer === 0) window.webContents.reload()
    else {
      mayClose = true
      parts.quit()
    }
  }

  let waiting: AbortController | undefined
  window.on('unresponsive', () => {
    if (!waiting) void askToWait()
  })
  window.on('responsive', () => waiting?.abort())

  async function askToWait(): Promise<void> {
    const patience = new AbortController()
    waiting = patience
    const { unresponsive, unresponsiveDetail, wait, loadAgain } = words()
    const answer = await ask(window, {
      message: unresponsive,
      detail: unresponsiveDetail,
      buttons: [wait, loadAgain],
      cancel: 0,
      signal: patience.signal,
    })
    waiting = undefined
    if (answer !== 1 || patience.signal.aborted) return
    log('the page did not answer and is loaded again')
    ending = true
    window.webContents.forcefullyCrashRenderer()
  }

  return {
    window,
    loaded: window.loadURL(startAddress),
    send: (command) => window.webContents.send(bridgeChannels.menu, command),
    raise: () => {
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
    },
    // Below 0 takes the bar away, above 1 means "at work".
    progress: (fraction) => window.setProgressBar(fraction ?? -1),
    setDark: (dark) => window.setBackgroundColor(backgroundColour(dark)),
  }
}
