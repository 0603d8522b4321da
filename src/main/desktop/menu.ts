/** The application's menu, as plain data: Electron builds it, tests read it. */
import type { MenuCommand } from '../../contract/bridge.ts'
import { pages } from './arguments.ts'
import type { Words } from './words.ts'

export interface MenuItem {
  readonly label?: string
  readonly type?: 'separator'
  readonly role?:
    | 'quit'
    | 'undo'
    | 'redo'
    | 'cut'
    | 'copy'
    | 'paste'
    | 'selectAll'
    | 'resetZoom'
    | 'zoomIn'
    | 'zoomOut'
    | 'togglefullscreen'
    | 'reload'
    | 'toggleDevTools'
    | 'about'
  readonly accelerator?: string
  readonly submenu?: MenuItem[]
  readonly click?: () => void
}

export interface MenuParts {
  readonly words: Words
  /** True on macOS, where the first menu is the application's own. */
  readonly mac: boolean
  /** Unpackaged only: reload and developer tools. */
  readonly development: boolean
  /** To the page. */
  readonly send: (command: MenuCommand) => void
  readonly showDataFolder: () => void
}

const separator: MenuItem = { type: 'separator' }

/** The whole menu. */
export function menuTemplate({ words, mac, development, send, showDataFolder }: MenuParts): MenuItem[] {
  const quit: MenuItem = { label: words.quit, role: 'quit', accelerator: 'CmdOrCtrl+Q' }
  const about: MenuItem = { label: words.about, role: 'about' }
  const own: MenuItem = { label: 'Flawline', submenu: [about, separator, quit] }
  const file: MenuItem = {
    label: words.file,
    submenu: [
      { label: words.newProject, accelerator: 'CmdOrCtrl+N', click: () => send({ kind: 'new-project' }) },
      { label: words.import, accelerator: 'CmdOrCtrl+I', click: () => send({ kind: 'import' }) },
      ...(mac ? [] : [separator, quit]),
    ],
  }
  const edit: MenuItem = {
    label: words.edit,
    submenu: [
      { label: words.undo, role: 'undo', accelerator: 'CmdOrCtrl+Z' },
      { label: words.redo, role: 'redo', accelerator: mac ? 'Shift+Cmd+Z' : 'Ctrl+Y' },
      separator,
      { label: words.cut, role: 'cut', accelerator: 'CmdOrCtrl+X' },
      { label: words.copy, role: 'copy', accelerator: 'CmdOrCtrl+C' },
      { label: words.paste, role: 'paste', accelerator: 'CmdOrCtrl+V' },
      { label: words.selectAll, role: 'selectAll', accelerator: 'CmdOrCtrl+A' },
    ],
  }
  const view: MenuItem = {
    label: words.view,
    submenu: [
      ...pages.map((page, index): MenuItem => ({
        label: words.pages[page],
        accelerator: `CmdOrCtrl+${index + 1}`,
        click: () => send({ kind: 'go', page }),
      })),
      separator,
      { label: words.actualSize, role: 'resetZoom', accelerator: 'CmdOrCtrl+0' },
      { label: words.zoomIn, role: 'zoomIn', accelerator: 'CmdOrCtrl+Plus' },
      { label: words.zoomOut, role: 'zoomOut', accelerator: 'CmdOrCtrl+-' },
      separator,
      { label: words.fullScreen, role: 'togglefullscreen', accelerator: mac ? 'Ctrl+Cmd+F' : 'F11' },
      ...(development ? developmentItems(words) : []),
    ],
  }
  const help: MenuItem = {
    label: words.help,
    submenu: [
      { label: words.guide, accelerator: 'F1', click: () => send({ kind: 'help' }) },
      { label: words.showDataFolder, click: showDataFolder },
      ...(mac ? [] : [separator, about]),
    ],
  }
  return [...(mac ? [own] : []), file, edit, view, help]
}

function developmentItems(words: Words): MenuItem[] {
  return [
    separator,
    { label: words.reload, role: 'reload', accelerator: 'CmdOrCtrl+R' },
    { label: words.developerTools, role: 'toggleDevTools', accelerator: 'CmdOrCtrl+Shift+I' },
  ]
}
