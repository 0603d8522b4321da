/** What the window may ask of its own scheme: the built pages, and the core's pictures, uploads and downloads. */
import { downloadRoot, pictureRoot, uploadRoot } from '../../contract/addresses.ts'
import type { Handler } from '../app/assets.ts'
import { applicationOrigin, ownPath } from './scheme.ts'

export interface RequestParts {
  /** Answers with the pages' own files. */
  readonly assets: Handler
  /** Answers with pictures and downloads and takes uploads, as streams. */
  readonly content: Handler
  /** Told of answers that failed; the page gets status 500 without the reason. */
  readonly log: (message: string) => void
}

/**
 * One handler for the scheme. Other hosts get 404. A request that names another origin gets 403: no foreign page
 * should ever be here, and if one were, it should read nothing.
 */
export function createRequestHandler({ assets, content, log }: RequestParts): Handler {
  return async (request) => {
    const pathname = ownPath(request.url)
    if (pathname === undefined) return refuse(404, 'No such place')
    const origin = request.headers.get('origin')
    if (origin !== null && origin !== applicationOrigin) return refuse(403, 'Not for other pages')
    try {
      return await (isContent(pathname) ? content : assets)(request)
    } catch (error) {
      log(`${request.method} ${pathname} failed: ${error instanceof Error ? error.message : String(error)}`)
      return refuse(500, 'This could not be answered')
    }
  }
}

/**
 * Pages from the development server, under the application's own scheme all the same: there is one origin, whoever
 * builds the pages, and no check has an exception for development.
 *
 * @param address e.g. `http://localhost:5173`
 */
export function createDevelopmentHandler(address: string): Handler {
  return (request) => {
    const { pathname, search } = new URL(request.url)
    const target = new URL(pathname + search, address)
    return fetch(target, {
      method: request.method,
      headers: { accept: request.headers.get('accept') ?? '*/*' },
    })
  }
}

function isContent(pathname: string): boolean {
  const [, first] = pathname.split('/')
  return first === pictureRoot || first === uploadRoot || first === downloadRoot
}

function refuse(status: number, message: string): Response {
  return new Response(message, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
