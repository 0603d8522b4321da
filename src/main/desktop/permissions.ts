/** What a page may use of the browser's abilities: almost nothing. */
import { ownPath } from './scheme.ts'

export interface PermissionDetails {
  readonly isMainFrame: boolean
  readonly requestingUrl?: string
  /** Of a request for `media`. */
  readonly mediaTypes?: readonly string[]
  /** Of a check for `media`. */
  readonly mediaType?: string
}

/** Full screen for the line, copying text, and the camera (never the microphone). */
const allowed = new Set(['fullscreen', 'clipboard-sanitized-write'])

/** True where the page itself, not a frame within it, asks for one of the few things that it may use. */
export function mayUse(permission: string, details: PermissionDetails): boolean {
  if (!details.isMainFrame || ownPath(details.requestingUrl ?? '') === undefined) return false
  if (permission === 'media') return isCameraAlone(details)
  return allowed.has(permission)
}

function isCameraAlone({ mediaTypes, mediaType }: PermissionDetails): boolean {
  if (mediaTypes !== undefined) return mediaTypes.length === 1 && mediaTypes[0] === 'video'
  return mediaType === 'video'
}

/** Electron's `session`, as far as it is used here. */
export interface SessionPart {
  setPermissionRequestHandler(
    handler: (
      contents: unknown,
      permission: string,
      answer: (granted: boolean) => void,
      details: PermissionDetails,
    ) => void,
  ): void
  setPermissionCheckHandler(
    handler: (contents: unknown, permission: string, origin: string, details: PermissionDetails) => boolean,
  ): void
  setDevicePermissionHandler(handler: () => boolean): void
  /** Off: the checker would fetch its dictionaries from the internet. */
  setSpellCheckerEnabled(enable: boolean): void
  readonly webRequest: {
    onBeforeRequest(
      filter: { urls: string[] },
      listener: (details: { url: string }, answer: (response: { cancel: boolean }) => void) => void,
    ): void
  }
}

/** All that could leave the machine or read it past our own handler. */
const foreign = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'file:///*']

/**
 * Locks a session: permissions, devices, spell checker, network.
 *
 * @param developmentAddress the one server that pages may talk to, while developing
 */
export function lockSession(session: SessionPart, developmentAddress: string | undefined): void {
  session.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(mayUse(permission, details)),
  )
  session.setPermissionCheckHandler((_contents, permission, _origin, details) => mayUse(permission, details))
  session.setDevicePermissionHandler(() => false)
  session.setSpellCheckerEnabled(false)
  const host = developmentAddress === undefined ? undefined : new URL(developmentAddress).host
  session.webRequest.onBeforeRequest({ urls: foreign }, ({ url }, answer) =>
    answer({ cancel: host === undefined || new URL(url).host !== host }),
  )
}
