/** The application's own scheme, `flawline://app/…`: the window loads nothing from anywhere else. */

import type { Handler } from '../app/assets.ts'

export type { Handler }

/** The scheme's name, without the colon. */
export const scheme = 'flawline'
/** Where the window starts. */
export const startAddress = `${scheme}://app/index.html`

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
