/** Serves the built renderer from its folder: files only, of known types, with a strict content policy. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'

/** Answers one request, whichever transport brought it. */
export type Handler = (request: Request) => Promise<Response>

/** Types by file extension; anything else is not served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

/**
 * What a page may load and run: its own files. Component libraries set styles on elements, hence `unsafe-inline`
 * for styles; scripts have no such exception. Frames are for the preview of reports, which may run nothing.
 *
 * @param socket origin of the station's WebSocket, e.g. `ws://127.0.0.1:4770`: not every browser counts it as `'self'`
 */
export function pageSecurityPolicy(socket?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    socket === undefined ? "connect-src 'self'" : `connect-src 'self' ${socket}`,
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** The page's policy where nothing but its own scheme is to be reached. */
export const contentSecurityPolicy = pageSecurityPolicy()

/** For an HTML report: no scripts, nothing fetched, an origin of its own, and only our own page may frame it. */
export const reportSecurityPolicy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"

/** For all that is neither a page nor a report (pictures, downloads, data): should it be opened by itself, it can do nothing. */
export const dataSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox"

/**
 * A handler that answers GET and HEAD with the files of `folder`.
 * Paths that leave the folder, unknown types and missing files all get 404, other methods 405.
 *
 * @param policy the content security policy for a request
 */
export function createAssetHandler(
  folder: string,
  policy: (request: Request) => string = () => contentSecurityPolicy,
): Handler {
  const root = path.resolve(folder)
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return refuse(405, 'Only GET and HEAD are answered here', { allow: 'GET, HEAD' })
    }
    const file = locate(root, request.url)
    const type = file && contentTypes[path.extname(file).toLowerCase()]
    if (!file || !type) return refuse(404, 'No such page')
    let bytes: Buffer<ArrayBuffer>
    try {
      bytes = await readFile(file)
    } catch {
      return refuse(404, 'No such page')
    }
    const headers = {
      'content-type': type,
      'content-length': String(bytes.byteLength),
      'content-security-policy': policy(request),
      'x-content-type-options': 'nosniff',
      'cache-control': caching(path.relative(root, file)),
    }
    return new Response(request.method === 'HEAD' ? null : bytes, { headers })
  }
}

/** The build names what it puts under `assets/` by its content; everything else is asked for anew each time. */
function caching(file: string): string {
  return file.startsWith(`assets${path.sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache'
}

/** The file an address names, or undefined when it names none inside `root`. */
function locate(root: string, address: string): string | undefined {
  let pathname: string
  try {
    pathname = decodeURIComponent(new URL(address).pathname)
  } catch {
    return undefined
  }
  if (pathname.includes('\0')) return undefined
  const file = path.resolve(root, `.${pathname === '/' ? '/index.html' : pathname}`)
  return file.startsWith(root + path.sep) ? file : undefined
}

function refuse(status: number, message: string, headers: Record<string, string> = {}): Response {
  return new Response(message, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  })
}
