/** What the preload script puts on `window.flawline` in the desktop application; absent in a browser. */
export interface Bridge {
  readonly platform: string
  /**
   * Native dialogs; the chosen paths are allowed for this start of the application. Undefined if cancelled.
   */
  chooseFolder(title: string): Promise<string | undefined>
  chooseFiles(title: string): Promise<readonly string[] | undefined>
  /** Shows a file of the data folder or a finished download in the system's file manager. */
  showDataFolder(): Promise<void>
  /** A choice in the application's menu: the page to go to, or a command. */
  onMenu(listener: (command: MenuCommand) => void): () => void
  /** The language and theme, so that the native menu speaks the same. */
  setAppearance(appearance: Appearance): void
}

export interface Appearance {
  readonly language: string
  readonly theme: 'light' | 'dark' | 'system'
}

export type MenuCommand =
  | { readonly kind: 'go'; readonly page: string }
  | { readonly kind: 'new-project' }
  | { readonly kind: 'import' }
  | { readonly kind: 'help' }

/** The message with which the page asks for its port, and the one that brings it (with the port transferred). */
export const portRequest = 'flawline:connect'
export const portReply = 'flawline:connected'

/** Between the preload script and the application; pages never see these. */
export const bridgeChannels = {
  chooseFolder: 'flawline:choose-folder',
  chooseFiles: 'flawline:choose-files',
  showDataFolder: 'flawline:show-data-folder',
  menu: 'flawline:menu',
  appearance: 'flawline:appearance',
} as const
