/** Electron entry of the desktop application: only wiring. */
import path from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  nativeTheme,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
} from 'electron'
import { createAssetHandler } from './app/assets.ts'
import { defaultDataFolder } from './app/data-folder.ts'
import { packagePath } from './app/version.ts'
import { computeEntry } from './compute/launch.ts'
import { startDesktop } from './desktop/application.ts'
import { utilityLaunch } from './desktop/compute.ts'
import { electronDialogs } from './desktop/dialogs.ts'
import { openHost } from './desktop/host.ts'
import { createLog } from './desktop/log.ts'
import { createDevelopmentHandler } from './desktop/requests.ts'
import { registerScheme, schemePrivileges } from './desktop/scheme.ts'

// These must happen before the application is ready.
app.setName('Flawline')
app.setAppUserModelId('flawline.desktop')
protocol.registerSchemesAsPrivileged([schemePrivileges])
app.enableSandbox()

const userFolder = app.getPath('userData')
const log = createLog(path.join(userFolder, 'flawline.log'), (line) => process.stderr.write(line))
// Set by `electron-vite dev` alone.
const developmentAddress = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL']

// Not awaited: Electron becomes ready only once this module has been evaluated.
void startDesktop({
  application: app,
  words: process.argv.slice(app.isPackaged ? 1 : 2),
  workingFolder: process.cwd(),
  defaultDataFolder: defaultDataFolder(),
  stateFile: path.join(userFolder, 'window.json'),
  openHost: (folder) =>
    openHost(
      folder,
      utilityLaunch({ entry: computeEntry(), fork: (...given) => utilityProcess.fork(...given) }),
      log,
    ),
  serve: (handler) => registerScheme(protocol, handler),
  assets: developmentAddress
    ? createDevelopmentHandler(developmentAddress)
    : createAssetHandler(path.join(import.meta.dirname, '../renderer')),
  session: () => session.defaultSession,
  createWindow: (options) => new BrowserWindow(options),
  createChannel: () => new MessageChannelMain(),
  ipc: ipcMain,
  power: powerSaveBlocker,
  displays: () => screen.getAllDisplays().map((display) => display.workArea),
  theme: nativeTheme,
  setMenu: (template) => Menu.setApplicationMenu(Menu.buildFromTemplate(template)),
  dialogs: electronDialogs(dialog),
  showFolder: async (folder) => {
    const problem = await shell.openPath(folder)
    if (problem !== '') log(`${folder} could not be shown: ${problem}`)
  },
  downloadsFolder: () => app.getPath('downloads'),
  preloadFile: path.join(import.meta.dirname, '../preload/index.cjs'),
  icon: process.platform === 'linux' ? packagePath('resources/icons/icon.png') : undefined,
  mac: process.platform === 'darwin',
  developmentAddress,
  development: !app.isPackaged,
  log,
}).catch((error: unknown) => {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  app.exit(1)
})
