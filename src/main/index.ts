/** Electron entry of the desktop application: only wiring. */
import path from 'node:path'
import { app, BrowserWindow, protocol, session } from 'electron'
import { startDesktop } from './desktop/application.ts'
import { registerScheme, schemePrivileges } from './desktop/scheme.ts'

// Both must happen before the application is ready.
protocol.registerSchemesAsPrivileged([schemePrivileges])
app.enableSandbox()

await startDesktop({
  application: app,
  serve: (handler) => registerScheme(protocol, handler),
  permissions: () => session.defaultSession,
  createWindow: (options) => new BrowserWindow(options),
  rendererFolder: path.join(import.meta.dirname, '../renderer'),
  preloadFile: path.join(import.meta.dirname, '../preload/index.cjs'),
  // Set by `electron-vite dev` alone.
  developmentAddress: app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'],
})
