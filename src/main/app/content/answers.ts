/** Answers of the content handler: how they are cached, streamed, and what they say when something is wrong. */
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { errors } from '../../../contract/errors.ts'
import { problemOf } from '../problems.ts'
import { ImageError } from '../../imaging/errors.ts'

/** Never the same under another content: a browser need not ask again. */
export const immutable = 'private, max-age=31536000, immutable'
/** To be asked about each time, which the entity tag makes cheap. */
export const revalidated = 'private, no-cache'

export interface Content {
  readonly type: string
  readonly body: Uint8Array | string | ReadableStream<Uint8Array>
  /** In bytes, of a stream whose length is known. */
  readonly length?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** A plain refusal; pages show words of their own. */
export function refusal(status: number, words: string, headers: Record<string, string> = {}): Response {
  return new Response(words, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  })
}

export function notFound(): Response {
  return refusal(404, 'There is no such thing here (any more).')
}

/** @param tag without quotes; equal tags stand for equal content */
export function isKnown(request: Request, tag: string): boolean {
  const known = request.headers.get('if-none-match')
  if (known === null) return false
  return known.trim() === '*' || known.split(',').some((one) => one.trim().replace(/^W\//, '') === `"${tag}"`)
}

/** The content, or 304 if the browser has it; it is made only where it is needed. */
export async function cached(
  request: Request,
  tag: string,
  control: string,
  make: () => Promise<Content | undefined>,
): Promise<Response> {
  const headers = { etag: `"${tag}"`, 'cache-control': control }
  if (isKnown(request, tag)) return new Response(null, { status: 304, headers })
  const content = await make()
  return content === undefined ? notFound() : respond(content, headers)
}

export function respond(content: Content, headers: Readonly<Record<string, string>>): Response {
  const { body, type } = content
  const length =
    typeof body === 'string'
      ? Buffer.byteLength(body)
      : 'byteLength' in body
        ? body.byteLength
        : content.length
  return new Response(body as BodyInit, {
    headers: {
      'content-type': type,
      'x-content-type-options': 'nosniff',
      ...(length === undefined ? {} : { 'content-length': String(length) }),
      ...content.headers,
      ...headers,
    },
  })
}

/** A file as a stream; undefined if it is not there. */
export async function fileContent(file: string, type: string): Promise<Content | undefined> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (handle === undefined) return undefined
  const { size } = await handle.stat()
  return { type, body: Readable.toWeb(handle.createReadStream()) as ReadableStream<Uint8Array>, length: size }
}

/** `attachment; filename=…` in the form that every browser reads (RFC 6266). */
export function disposition(kind: 'attachment' | 'inline', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`
}

/** The typed answer to what a use case threw: `{ key, values }` with the status of its code. */
export function failure(error: unknown): Response {
  // Its message names a path of this machine, which is no business of a browser's.
  if (error instanceof ImageError) return refusal(422, 'The picture is damaged, or not there any more.')
  const problem = problemOf(error)
  if (problem === undefined) throw error
  const { code, key, values } = problem
  return Response.json(
    { code, key, values },
    { status: errors[code].status, headers: { 'cache-control': 'no-store' } },
  )
}
