/** Saving reports and tables: a native dialog with a sensible name, a word if it fails. */
import path from 'node:path'
import { downloadRoot } from '../../contract/addresses.ts'
import { applicationOrigin, ownPath } from './scheme.ts'

/** Electron's `DownloadItem`, as far as it is used here. */
export interface DownloadPart {
  getURL(): string
  getFilename(): string
  setSaveDialogOptions(options: { title: string; defaultPath: string }): void
  once(event: 'done', listener: (event: object, state: string) => void): unknown
}

export interface DownloadParts {
  /** The system's folder for downloads. */
  readonly folder: string
  /** Title of the dialog, in the interface's language now. */
  readonly title: () => string
  /** Told of a download that broke off (not of one that the user cancelled). */
  readonly failed: (name: string) => void
}

/** A listener for `will-download`: our own files go to the place that the user chooses; others are not fetched. */
export function createDownloadListener({ folder, title, failed }: DownloadParts) {
  return (event: { preventDefault(): void }, item: DownloadPart): void => {
    if (!isOwnFile(item.getURL())) {
      event.preventDefault()
      return
    }
    const name = safeName(item.getFilename())
    item.setSaveDialogOptions({ title: title(), defaultPath: path.join(folder, name) })
    item.once('done', (_event, state) => {
      if (state === 'interrupted') failed(name)
    })
  }
}

function isOwnFile(address: string): boolean {
  // What the page made itself, e.g. a picture of a chart.
  if (address.startsWith(`blob:${applicationOrigin}/`)) return true
  return ownPath(address)?.startsWith(`/${downloadRoot}/`) ?? false
}

/** A name without folders and without what Windows forbids in names. */
export function safeName(name: string): string {
  const last = path.win32.basename(path.posix.basename(name))
  // eslint-disable-next-line no-control-regex -- they are what is to go
  const cleaned = last.replaceAll(/[<>:"|?*\u0000-\u001f]/g, '_').replace(/[. ]+$/, '')
  return cleaned === '' ? 'flawline' : cleaned
}
