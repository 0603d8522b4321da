/** Electron's native dialogs behind the few questions that the application asks. */
import { BrowserWindow, type BaseWindow, type Dialog } from 'electron'
import type { DesktopParts } from './application.ts'

/** What an import can read: images, and tables that name images. */
const readable = ['png', 'jpg', 'jpeg', 'bmp', 'tif', 'tiff', 'webp', 'csv']

export function electronDialogs(dialog: Dialog): DesktopParts['dialogs'] {
  return {
    ask: async (window, { message, detail, buttons, cancel, signal }) => {
      const options = {
        type: 'question' as const,
        title: 'Flawline',
        message,
        detail,
        buttons: [...buttons],
        cancelId: cancel,
        defaultId: cancel,
        noLink: true,
        ...(signal ? { signal } : {}),
      }
      const parent = asWindow(window)
      const { response } = await (parent
        ? dialog.showMessageBox(parent, options)
        : dialog.showMessageBox(options))
      return response
    },
    choose: async (window, { title, kind, filter }) => {
      const options: Electron.OpenDialogOptions =
        kind === 'folder'
          ? { title, properties: ['openDirectory', 'createDirectory'] }
          : {
              title,
              properties: ['openFile', 'multiSelections'],
              filters: [{ name: filter, extensions: readable }],
            }
      const parent = asWindow(window)
      const { canceled, filePaths } = await (parent
        ? dialog.showOpenDialog(parent, options)
        : dialog.showOpenDialog(options))
      return canceled || filePaths.length === 0 ? undefined : filePaths
    },
    error: (title, message) => dialog.showErrorBox(title, message),
  }
}

function asWindow(window: unknown): BaseWindow | undefined {
  return window instanceof BrowserWindow ? window : undefined
}
