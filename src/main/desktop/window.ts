/** The application's window: what it may do, and that it stays where it is. */
import { downloadRoot } from '../../contract/addresses.ts'
import { isOwnPage, ownPath } from './scheme.ts'
import type { Bounds } from './window-state.ts'

/** The settings of a window that is used here; Electron's `BrowserWindowConstructorOptions` takes them. */
export interface WindowOptions {
  title: string
  x?: number
  y?: number
  width: number
  height: number
  minWidth: number
  minHeight: number
  show: boolean
  backgroundColor: string
  icon?: string
  webPreferences: {
    preload: string
    contextIsolation: true
    sandbox: true
    nodeIntegration: false
    webviewTag: false
    webSecurity: true
    spellcheck: false
    devTools: boolean
  }
}

/** Where a navigation wants to go. */
export interface Navigation {
  readonly url: string
  readonly isMainFrame: boolean
  preventDefault(): void
}

/** The page inside a window, as far as it is locked here. */
export interface ContentsPart {
  setWindowOpenHandler(handler: () => { action: 'deny' }): void
  on(event: 'will-navigate', listener: (navigation: Navigation) => void): unknown
  on(event: 'will-frame-navigate', listener: (navigation: Navigation) => void): unknown
  on(event: 'will-redirect', listener: (navigation: Navigation) => void): unknown
  on(event: 'will-attach-webview', listener: (event: { preventDefault(): void }) => void): unknown
}

export interface WindowLook {
  /** Absolute path of the built preload script (CommonJS, as the sandbox demands). */
  readonly preloadFile: string
  readonly icon: string | undefined
  readonly bounds: Bounds | undefined
  readonly dark: boolean
  /** Only while developing. */
  readonly devTools: boolean
}

/** The page's own colour, so that nothing flashes before it is there and while the window is resized. */
export function backgroundColour(dark: boolean): string {
  return dark ? '#0b1220' : '#f3f5f7'
}

/** Options of the main window: an isolated, sandboxed page that sees the preload script's bridge and nothing of Node. */
export function windowOptions({ preloadFile, icon, bounds, dark, devTools }: WindowLook): WindowOptions {
  return {
    title: 'Flawline',
    width: 1360,
    height: 880,
    ...bounds,
    minWidth: 800,
    minHeight: 560,
    // Shown once the first frame is drawn.
    show: false,
    backgroundColor: backgroundColour(dark),
    ...(icon === undefined ? {} : { icon }),
    webPreferences: {
      preload: preloadFile,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
      spellcheck: false,
      devTools,
    },
  }
}

/**
 * Keeps a page where it is: it opens no windows, follows no links out and embeds no web views. It may load itself
 * again, save what is below `downloads/`, and show a report from there in a frame.
 */
export function lockContents(contents: ContentsPart): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  const limit = (navigation: Navigation): void => {
    const { url, isMainFrame } = navigation
    if (!(isMainFrame ? isOwnPage(url) || isSaved(url) : mayBeFramed(url))) navigation.preventDefault()
  }
  contents.on('will-navigate', limit)
  contents.on('will-frame-navigate', limit)
  contents.on('will-redirect', limit)
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

/** What becomes a file and never takes the page's place; a report as HTML would. */
function isSaved(address: string): boolean {
  const pathname = ownPath(address)
  return pathname !== undefined && pathname.startsWith(`/${downloadRoot}/`) && !pathname.endsWith('.html')
}

/** The preview of a report, and frames that are still empty. */
function mayBeFramed(address: string): boolean {
  if (address === 'about:blank' || address === 'about:srcdoc') return true
  return ownPath(address)?.startsWith(`/${downloadRoot}/`) ?? false
}
