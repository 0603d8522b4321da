/** The application's window: what it may do, and that it stays where it is. */

/** The settings of a window that is used here; Electron's `BrowserWindowConstructorOptions` takes them. */
export interface WindowOptions {
  title: string
  width: number
  height: number
  minWidth: number
  minHeight: number
  show: boolean
  autoHideMenuBar: boolean
  webPreferences: {
    preload: string
    contextIsolation: true
    sandbox: true
    nodeIntegration: false
    webviewTag: false
    webSecurity: true
  }
}

/** The page inside a window, as far as it is used here. */
export interface ContentsPart {
  setWindowOpenHandler(handler: () => { action: 'deny' }): void
  on(event: 'will-navigate', listener: (event: { preventDefault(): void }) => void): unknown
  on(event: 'will-redirect', listener: (event: { preventDefault(): void }) => void): unknown
  on(event: 'will-attach-webview', listener: (event: { preventDefault(): void }) => void): unknown
}

/** A window, as far as it is used here. */
export interface WindowPart {
  once(event: 'ready-to-show', listener: () => void): unknown
  once(event: 'closed', listener: () => void): unknown
  loadURL(address: string): Promise<void>
  show(): void
  isMinimized(): boolean
  restore(): void
  focus(): void
}

/**
 * Options of the main window: an isolated, sandboxed page that sees the preload script's bridge and nothing of Node.
 *
 * @param preloadFile absolute path of the built preload script (CommonJS, as the sandbox demands)
 */
export function windowOptions(preloadFile: string): WindowOptions {
  return {
    title: 'Flawline',
    width: 1280,
    height: 832,
    minWidth: 800,
    minHeight: 560,
    // Shown once the first frame is drawn, so that no white flash is seen.
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload: preloadFile,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
    },
  }
}

/** Keeps a page where it is: it opens no windows, follows no links out, and embeds no other pages. */
export function lockContents(contents: ContentsPart): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  const prevent = (event: { preventDefault(): void }) => event.preventDefault()
  contents.on('will-navigate', prevent)
  contents.on('will-redirect', prevent)
  contents.on('will-attach-webview', prevent)
}
