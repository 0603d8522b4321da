/** Headers of every answer; see OWASP's Secure Headers Project. */
import type { ServerResponse } from 'node:http'
import { dataSecurityPolicy, reportSecurityPolicy } from '../app/assets.ts'

/** What an answer says unless a route says otherwise: it is data, for our own pages, and can do nothing itself. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': dataSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(self), microphone=(), geolocation=(), display-capture=(), payment=(), usb=(), serial=(), hid=()',
}

export function setCommonHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value)
}

/**
 * The same answer with the policies of pictures, uploads and downloads. An HTML report may be framed by our pages
 * (its preview) and styles itself; it runs nothing either.
 */
export function restrictContent(response: Response): Response {
  const headers = new Headers(response.headers)
  const isReport = headers.get('content-type')?.startsWith('text/html') ?? false
  headers.set('content-security-policy', isReport ? reportSecurityPolicy : dataSecurityPolicy)
  if (isReport) headers.set('x-frame-options', 'SAMEORIGIN')
  return new Response(response.body, {
    status: response.status,
    statusText: response.statusText,
    headers,
  })
}
