/**
 * Where a request comes from, before anything else is looked at. A browser sends `Host` and `Origin` by itself, so
 * a page of another site cannot make it say what is wanted here.
 */
import type { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import { parse } from 'hono/utils/cookie'

export interface VisitRules {
  /** True if people sign in: then the station may be reached by any name. Else by a loopback name alone. */
  readonly signIn: boolean
  /** True if what a proxy says of the browser's address and of https is believed. */
  readonly trustProxy: boolean
  /** Part of the cookie's name: browsers do not tell ports of one machine apart. */
  readonly port: () => number
}

/** A request whose origin is in order. */
export interface Visit {
  /** Of the station as the browser sees it, e.g. `http://127.0.0.1:4770`. */
  readonly origin: string
  readonly isSecure: boolean
  /** Of the machine that asks. */
  readonly address: string
  readonly cookieName: string
  /** What the session's cookie holds. */
  readonly token: string | undefined
}

/** What Hono's routes know of a request. */
export interface StationEnvironment {
  Bindings: HttpBindings
  Variables: { visit: Visit }
}

/** Why a request is refused, for people who look. */
export interface Refusal {
  readonly status: 400 | 403
  readonly reason: string
}

/** Reads where a request comes from, or says why it is refused. */
export function readVisit(request: IncomingMessage, rules: VisitRules): Visit | Refusal {
  // Node gives repeated headers as one text; of `Host` there must be one alone.
  const host = request.headers.host?.toLowerCase() ?? ''
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/.test(host)) {
    return { status: 400, reason: 'The Host header is missing or malformed.' }
  }
  const isSecure = rules.trustProxy && lastOf(request.headers['x-forwarded-proto']) === 'https'
  const address = `${isSecure ? 'https' : 'http'}://${host}`
  if (!URL.canParse(address)) return { status: 400, reason: 'The Host header is malformed.' }
  const { origin, hostname } = new URL(address)
  // A foreign name that was made to point here (DNS rebinding) would make a foreign page one of ours.
  if (!rules.signIn && !isLoopback(hostname)) {
    return { status: 403, reason: 'This station is reached as localhost alone.' }
  }
  const problem = foreignOrigin(request, origin)
  if (problem !== undefined) return { status: 403, reason: problem }
  const cookieName = `${isSecure ? '__Host-' : ''}flawline-${rules.port()}`
  return {
    origin,
    isSecure,
    address:
      (rules.trustProxy ? lastOf(request.headers['x-forwarded-for']) : undefined) ??
      request.socket.remoteAddress ??
      'unknown',
    cookieName,
    token: parse(request.headers.cookie ?? '', cookieName)[cookieName],
  }
}

export function isRefusal(visit: Visit | Refusal): visit is Refusal {
  return 'reason' in visit
}

/** True for the names and addresses of this machine that no other machine can reach. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

function foreignOrigin(request: IncomingMessage, own: string): string | undefined {
  const { origin } = request.headers
  const isUpgrade = request.headers.upgrade !== undefined
  const isReading = (request.method === 'GET' || request.method === 'HEAD') && !isUpgrade
  if (origin === undefined) {
    if (!isReading) return 'Requests that change something must say their Origin.'
  } else if (origin !== own) {
    return 'Other origins are not answered.'
  }
  // Reading is harmless for data, but pictures and reports cost time: other sites may link here, not embed.
  const site = request.headers['sec-fetch-site']
  const isLink =
    request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document'
  if ((site === 'cross-site' || site === 'same-site') && !isLink) return 'Other sites are not answered.'
  return undefined
}

/** What the nearest proxy added: those before it may have been invented by the browser. */
function lastOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(',') : header
  return text?.split(',').at(-1)?.trim().toLowerCase() || undefined
}
