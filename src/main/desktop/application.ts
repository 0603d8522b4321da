/**
 * The life of the desktop application: one instance, one window, pages served from its own scheme.
 * Electron is handed in through the few calls that are used, so the whole of it runs in tests without Electron.
 */
import { createAssetHandler } from '../app/assets.ts'
import type { Handler } from './scheme.ts'
import { startAddress } from './scheme.ts'
import type { ContentsPart, WindowOptions, WindowPart } from './window.ts'
import { lockContents, windowOptions } from './window.ts'

/** Electron's `app`, as far as it is used here. */
export interface ApplicationPart {
  requestSingleInstanceLock(): boolean
  quit(): void
  whenReady(): Promise<void>
  on(event: 'second-instance', listener: () => void): unknown
  on(event: 'activate', listener: () => void): unknown
  on(event: 'window-all-closed', listener: () => void): unknown
  on(event: 'web-contents-created', listener: (event: object, contents: ContentsPart) => void): unknown
}

/** Electron's `session`, as far as it is used here. */
export interface PermissionsPart {
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, answer: (granted: boolean) => void) => void,
  ): void
  setPermissionCheckHandler(handler: () => boolean): void
}

export interface DesktopParts {
  application: ApplicationPart
  serve: (handler: Handler) => void
  /** Asked for once the application is ready: before that Electron has no session. */
  permissions: () => PermissionsPart
  createWindow: (options: WindowOptions) => WindowPart
  /** Folder of the built renderer. */
  rendererFolder: string
  preloadFile: string
  /** Address of the development server, where one runs. */
  developmentAddress: string | undefined
}

/**
 * Starts the application, or, when one already runs, ends this one: the first is told and comes to the front.
 * Resolves when the window has loaded its page.
 */
export async function startDesktop(parts: DesktopParts): Promise<void> {
  const { application } = parts
  // Two processes must never write one data folder.
  if (!application.requestSingleInstanceLock()) {
    application.quit()
    return
  }
  let window: WindowPart | undefined

  async function openWindow(): Promise<void> {
    const opened = parts.createWindow(windowOptions(parts.preloadFile))
    window = opened
    opened.once('ready-to-show', () => opened.show())
    opened.once('closed', () => {
      window = undefined
    })
    await opened.loadURL(parts.developmentAddress ?? startAddress)
  }

  application.on('second-instance', () => {
    if (!window) return
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  application.on('window-all-closed', () => application.quit())
  application.on('web-contents-created', (_event, contents) => lockContents(contents))

  await application.whenReady()
  const permissions = parts.permissions()
  permissions.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  permissions.setPermissionCheckHandler(() => false)
  parts.serve(createAssetHandler(parts.rendererFolder))
  application.on('activate', () => {
    if (!window) void openWindow()
  })
  await openWindow()
}
