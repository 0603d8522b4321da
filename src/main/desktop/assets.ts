/** Serves the built renderer from its folder: files only, of known types, with a strict content policy. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Handler } from './scheme.ts'

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
  '.woff2': 'font/woff2',
}

/**
 * What a page may load and run: its own files. Component libraries set styles on elements, hence `unsafe-inline`
 * for styles; scripts have no such exception.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * A handler that answers GET and HEAD with the files of `folder`.
 * Paths that leave the folder, unknown types and missing files all get 404, other methods 405.
 */
export function createAssetHandler(folder: string): Handler {
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
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
    }
    return new Response(request.method === 'HEAD' ? null : bytes, { headers })
  }
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
