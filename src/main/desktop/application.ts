/**
 * The life of the desktop application: one instance, one data folder, one window, pages served from its own scheme.
 * Electron is handed in through the few calls that are used, so the whole of it runs in tests without Electron.
 */
import type { Appearance } from '../../contract/bridge.ts'
import type { Handler } from '../app/assets.ts'
import { readArguments, startArgumentsSchema, type StartArguments } from './arguments.ts'
import { registerBridge, type ChannelPart, type IpcPart } from './bridge.ts'
import { createDownloadListener, type DownloadPart } from './downloads.ts'
import type { Host } from './host.ts'
import { openMainWindow, type MainWindow, type Question, type WindowPart } from './main-window.ts'
import { menuTemplate, type MenuItem } from './menu.ts'
import { lockSession, type SessionPart } from './permissions.ts'
import { createRequestHandler } from './requests.ts'
import { describeStartProblem } from './start-problem.ts'
import { createWaker, watchTraining, type PowerPart, type TrainingState } from './training-watch.ts'
import { lockContents, windowOptions, type ContentsPart, type WindowOptions } from './window.ts'
import {
  readWindowState,
  usableBounds,
  writeWindowState,
  type Bounds,
  type WindowState,
} from './window-state.ts'
import { fill, wordsFor } from './words.ts'

/** How long closing the data folder may take before it is cut short, in ms; compute processes get 3 s of it. */
const CLOSING_PATIENCE = 15_000

/** Electron's `app`, as far as it is used here. */
export interface ApplicationPart {
  requestSingleInstanceLock(additionalData: Record<string, unknown>): boolean
  quit(): void
  exit(code: number): void
  whenReady(): Promise<void>
  getLocale(): string
  on(
    event: 'second-instance',
    listener: (event: object, words: string[], folder: string, data: unknown) => void,
  ): unknown
  on(event: 'activate', listener: () => void): unknown
  on(event: 'window-all-closed', listener: () => void): unknown
  on(event: 'will-quit', listener: (event: { preventDefault(): void }) => void): unknown
  on(event: 'web-contents-created', listener: (event: object, contents: ContentsPart) => void): unknown
  on(
    event: 'child-process-gone',
    listener: (event: object, details: { type: string; reason: string }) => void,
  ): unknown
}

/** A session that is locked and whose downloads are saved. */
export interface ApplicationSession extends SessionPart {
  on(
    event: 'will-download',
    listener: (event: { preventDefault(): void }, item: DownloadPart) => void,
  ): unknown
}

export interface DesktopParts {
  readonly application: ApplicationPart
  /** What was typed after the application's name, and where. */
  readonly words: readonly string[]
  readonly workingFolder: string
  /** Used unless `--data` names another. */
  readonly defaultDataFolder: string
  /** The small file with the window's place, language and theme. */
  readonly stateFile: string
  /** Opens a data folder. Called when Electron is ready; may throw a StorageError. */
  readonly openHost: (dataFolder: string) => Host
  readonly serve: (handler: Handler) => void
  readonly assets: Handler
  /** Asked for once the application is ready: before that Electron has no session. */
  readonly session: () => ApplicationSession
  readonly createWindow: (options: WindowOptions) => WindowPart
  readonly createChannel: () => ChannelPart
  readonly ipc: IpcPart
  readonly power: PowerPart
  /** Work areas; once ready. */
  readonly displays: () => readonly Bounds[]
  readonly theme: { themeSource: Appearance['theme']; readonly shouldUseDarkColors: boolean }
  readonly setMenu: (template: MenuItem[]) => void
  readonly dialogs: {
    readonly ask: (window: WindowPart | undefined, question: Question) => Promise<number>
    readonly choose: (
      window: WindowPart | undefined,
      what: { readonly title: string; readonly kind: 'folder' | 'images'; readonly filter: string },
    ) => Promise<readonly string[] | undefined>
    /** Works before a window is there. */
    readonly error: (title: string, message: string) => void
  }
  /** Shows a folder in the system's file manager. */
  readonly showFolder: (folder: string) => Promise<void>
  readonly downloadsFolder: () => string
  readonly preloadFile: string
  readonly icon: string | undefined
  readonly mac: boolean
  /** Address of the development server, where one runs. */
  readonly developmentAddress: string | undefined
  /** Not packaged: developer tools. */
  readonly development: boolean
  readonly log: (message: string) => void
}

/**
 * Starts the application, or, when one already runs, ends this one: the first is told and comes to the front.
 * Resolves when the window has loaded its page, or when there is nothing to wait for.
 */
export async function startDesktop(parts: DesktopParts): Promise<void> {
  const { application, dialogs, log } = parts
  let asked: StartArguments
  try {
    asked = readArguments(parts.words, parts.workingFolder)
  } catch (error) {
    fail(error, parts.defaultDataFolder)
    return
  }
  const dataFolder = asked.data ?? parts.defaultDataFolder
  // Two processes must never serve one data folder.
  if (!application.requestSingleInstanceLock({ ...asked })) {
    application.quit()
    return
  }
  application.on('web-contents-created', (_event, contents) => lockContents(contents))
  application.on('child-process-gone', (_event, { type, reason }) => log(`${type} is gone: ${reason}`))

  await application.whenReady()
  const session = parts.session()
  lockSession(session, parts.developmentAddress)
  let host: Host
  try {
    host = parts.openHost(dataFolder)
  } catch (error) {
    fail(error, dataFolder)
    return
  }
  const showDataFolder = (): Promise<void> => parts.showFolder(host.dataFolder)
  parts.serve(createRequestHandler({ assets: parts.assets, content: host.content, log }))

  let main: MainWindow | undefined
  let training: TrainingState = { running: false, fraction: undefined }
  let state: WindowState = readWindowState(parts.stateFile)
  const words = () => wordsFor(state.appearance?.language ?? application.getLocale())
  const remember = (change: WindowState): void => {
    state = { ...state, ...change }
    try {
      writeWindowState(parts.stateFile, state)
    } catch (error) {
      log(`the window's place could not be remembered: ${String(error)}`)
    }
  }
  const setMenu = (): void =>
    parts.setMenu(
      menuTemplate({
        words: words(),
        mac: parts.mac,
        development: parts.development,
        send: (command) => main?.send(command),
        showDataFolder: () => void showDataFolder(),
      }),
    )
  if (state.appearance) parts.theme.themeSource = state.appearance.theme
  setMenu()

  const choose = async (kind: 'folder' | 'images', title: string): Promise<readonly string[] | undefined> => {
    const paths = await dialogs.choose(main?.window, { kind, title, filter: words().images })
    for (const path of paths ?? []) host.allow(path)
    return paths
  }
  registerBridge({
    ipc: parts.ipc,
    createChannel: parts.createChannel,
    serve: (port) => host.serve(port),
    chooseFolder: async (title) => (await choose('folder', title))?.[0],
    chooseFiles: (title) => choose('images', title),
    showDataFolder,
    setAppearance: (appearance) => {
      const { language, theme } = state.appearance ?? {}
      parts.theme.themeSource = appearance.theme
      main?.setDark(parts.theme.shouldUseDarkColors)
      if (language === appearance.language && theme === appearance.theme) return
      remember({ appearance })
      setMenu()
    },
    log,
  })
  session.on(
    'will-download',
    createDownloadListener({
      folder: parts.downloadsFolder(),
      title: () => words().saveAs,
      failed: (name) => {
        const { notSaved, notSavedDetail, ok } = words()
        void dialogs.ask(main?.window, {
          message: notSaved,
          detail: `${name}\n\n${notSavedDetail}`,
          buttons: [ok],
          cancel: 0,
        })
      },
    }),
  )

  const keepAwake = createWaker(parts.power)
  const watching = new AbortController()
  void watchTraining(
    host,
    (now) => {
      training = now
      keepAwake(now.running)
      main?.progress(now.running ? (now.fraction ?? 2) : undefined)
    },
    watching.signal,
  ).catch((error: unknown) => log(`trainings are not followed any more: ${String(error)}`))

  function openWindow(): Promise<void> {
    const opened = openMainWindow({
      create: parts.createWindow,
      options: windowOptions({
        preloadFile: parts.preloadFile,
        icon: parts.icon,
        bounds: usableBounds(state.bounds, parts.displays()),
        dark: parts.theme.shouldUseDarkColors,
        devTools: parts.development,
      }),
      maximised: state.maximised ?? false,
      words,
      ask: dialogs.ask,
      trainingRuns: () => training.running,
      remember,
      quit: () => application.quit(),
      closed: () => {
        main = undefined
      },
      log,
    })
    main = opened
    return opened.loaded
  }

  application.on('second-instance', (_event, _words, _folder, data) => {
    const other = startArgumentsSchema.safeParse(data)
    if (!main) return
    main.raise()
    if (!other.success) return
    const { data: otherFolder, page } = other.data
    if (page !== undefined) main.send({ kind: 'go', page })
    if (otherFolder !== undefined && otherFolder !== dataFolder) {
      const { otherFolderOpen, otherFolderOpenDetail, ok } = words()
      void dialogs.ask(main.window, {
        message: otherFolderOpen,
        detail: fill(otherFolderOpenDetail, dataFolder, otherFolder),
        buttons: [ok],
        cancel: 0,
      })
    }
  })
  application.on('activate', () => {
    if (!main) void openWindow()
  })
  application.on('window-all-closed', () => application.quit())
  endWith(application, async () => {
    watching.abort()
    keepAwake(false)
    await closeInTime(host, log)
  })

  await openWindow()
  if (asked.page !== undefined) main?.send({ kind: 'go', page: asked.page })

  function fail(error: unknown, folder: string): void {
    const { title, message } = describeStartProblem(error, folder)
    log(`${title}: ${message}`)
    dialogs.error(title, message)
    application.exit(1)
  }
}

/** Lets the application end only when `close` has been done; it is done once. */
function endWith(application: ApplicationPart, close: () => Promise<void>): void {
  let closing = false
  let done = false
  application.on('will-quit', (event) => {
    if (done) return
    event.preventDefault()
    if (closing) return
    closing = true
    void close().finally(() => {
      done = true
      application.quit()
    })
  })
}

/** Closes the data folder in order; what takes too long is ended, and goes on at the next start. */
async function closeInTime(host: Host, log: (message: string) => void): Promise<void> {
  let patience: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    patience = setTimeout(() => {
      log('closing took too long and was cut short')
      host.kill()
      resolve()
    }, CLOSING_PATIENCE)
  })
  await Promise.race([host.close().catch((error: unknown) => log(`closing failed: ${String(error)}`)), late])
  clearTimeout(patience)
}
