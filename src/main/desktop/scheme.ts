/** The application's own scheme, `flawline://app/…`: the window loads nothing from anywhere else. */
import type { Handler } from '../app/assets.ts'

/** The scheme's name, without the colon. */
export const scheme = 'flawline'
/** The origin of all pages. */
export const applicationOrigin = `${scheme}://app`
/** Where the window starts. */
export const startAddress = `${applicationOrigin}/index.html`

/** What Chromium allows the scheme: an origin of its own, secure, with `fetch`; no way round the content policy. */
export const schemePrivileges = {
  scheme,
  privileges: { standard: true, secure: true, supportFetchAPI: true },
}

/** The one call of Electron's `protocol` that is needed here. */
export interface ProtocolPart {
  handle(scheme: string, handler: (request: Request) => Promise<Response>): void
}

/** Mounts a handler on the application's scheme. To be called once, when the application is ready. */
export function registerScheme(protocol: ProtocolPart, handler: Handler): void {
  protocol.handle(scheme, handler)
}

/** The path below our own origin, or undefined for an address that is not ours: foreign, malformed, with a user. */
export function ownPath(address: string): string | undefined {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return undefined
  }
  // Node knows the scheme as one without origins, so its parts are compared.
  const ours =
    url.protocol === `${scheme}:` &&
    url.hostname === 'app' &&
    url.port === '' &&
    url.username === '' &&
    url.password === ''
  return ours ? url.pathname || '/' : undefined
}

/** True for the page itself, whatever its query and hash: the only one there is. */
export function isOwnPage(address: string): boolean {
  const path = ownPath(address)
  return path === '/' || path === '/index.html'
}
