/**
 * The words of the native menu and dialogs, one table a language. They stand here and not in the interface's
 * locales: the menu must speak before any page is loaded, and when none can be.
 */
import type { Page } from './arguments.ts'

export interface Words {
  readonly file: string
  readonly newProject: string
  readonly import: string
  readonly quit: string
  readonly edit: string
  readonly undo: string
  readonly redo: string
  readonly cut: string
  readonly copy: string
  readonly paste: string
  readonly selectAll: string
  readonly view: string
  readonly pages: Readonly<Record<Page, string>>
  readonly actualSize: string
  readonly zoomIn: string
  readonly zoomOut: string
  readonly fullScreen: string
  readonly reload: string
  readonly developerTools: string
  readonly help: string
  readonly guide: string
  readonly showDataFolder: string
  readonly about: string
  readonly images: string
  readonly saveAs: string
  readonly ok: string
  readonly cancel: string
  readonly trainingRuns: string
  readonly trainingGoesOn: string
  readonly stopAndClose: string
  readonly keepOpen: string
  readonly pageEnded: string
  readonly pageEndedDetail: string
  readonly loadAgain: string
  readonly unresponsive: string
  readonly unresponsiveDetail: string
  readonly wait: string
  readonly notSaved: string
  readonly notSavedDetail: string
  /** `%s`: the folder that is open, the folder that was asked for. */
  readonly otherFolderOpen: string
  readonly otherFolderOpenDetail: string
}

const english: Words = {
  file: 'File',
  newProject: 'New project…',
  import: 'Import images…',
  quit: 'Quit',
  edit: 'Edit',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select all',
  view: 'View',
  pages: {
    projects: 'Projects',
    samples: 'Samples',
    train: 'Train',
    evaluate: 'Evaluate',
    inspect: 'Inspect',
    history: 'History',
    reports: 'Reports',
    settings: 'Settings',
  },
  actualSize: 'Actual size',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  fullScreen: 'Full screen',
  reload: 'Reload',
  developerTools: 'Developer tools',
  help: 'Help',
  guide: 'Guide',
  showDataFolder: 'Show data folder',
  about: 'About Flawline',
  images: 'Images and tables',
  saveAs: 'Save as',
  ok: 'OK',
  cancel: 'Cancel',
  trainingRuns: 'A model is being trained. Stop and close?',
  trainingGoesOn:
    'Nothing is lost: the training goes on from its last checkpoint when Flawline is started again.',
  stopAndClose: 'Stop and close',
  keepOpen: 'Keep open',
  pageEnded: 'The window has stopped working.',
  pageEndedDetail: 'What was saved is safe, and training and inspection go on. Load the window again?',
  loadAgain: 'Load again',
  unresponsive: 'The window does not answer.',
  unresponsiveDetail: 'Wait, or load it again. Training and inspection go on either way.',
  wait: 'Wait',
  notSaved: 'The file could not be saved.',
  notSavedDetail: 'Check that the folder can be written to and that there is room, then try again.',
  otherFolderOpen: 'Flawline is already open with another data folder.',
  otherFolderOpenDetail:
    'Open: %s\nAsked for: %s\n\nClose Flawline first, then start it with the other folder.',
}

/** A map, not an object: the page names the language. */
const languages: ReadonlyMap<string, Words> = new Map([['en', english]])

/** Words of a language or, where it has none, of its general form (`de` for `de-AT`), else English. */
export function wordsFor(language: string | undefined): Words {
  const [general = ''] = (language ?? '').split('-')
  return languages.get(language ?? '') ?? languages.get(general) ?? english
}

/** Puts values in the place of each `%s`, in order. */
export function fill(text: string, ...values: readonly string[]): string {
  let next = 0
  return text.replaceAll('%s', () => values[next++] ?? '')
}
