import type { Caller } from '../caller.ts'
import { notFound, refusal } from './answers.ts'
import { UploadNameError } from './upload-name.ts'
import { TooLargeError, UnknownUploadError, uploadLimits, type Uploads } from './uploads.ts'

/** Begins uploads and takes their files. `way`: the parts of the address below `uploads/`, still encoded. */
export async function answerUpload(
  uploads: Uploads,
  request: Request,
  way: readonly string[],
  caller: Caller,
): Promise<Response> {
  const [id, ...name] = way
  if (id === undefined) {
    if (request.method !== 'POST') return refusal(405, 'An upload begins with POST.', { allow: 'POST' })
    return Response.json({ id: await uploads.begin(caller) }, { headers: { 'cache-control': 'no-store' } })
  }
  if (name.length === 0) return notFound()
  if (request.method !== 'PUT') return refusal(405, 'Files are sent with PUT.', { allow: 'PUT' })
  try {
    const path = decoded(name)
    // Said before any of it is sent, if the browser tells.
    if (Number(request.headers.get('content-length') ?? 0) > uploadLimits.bytes) {
      throw new TooLargeError(`A file may have at most ${uploadLimits.bytes} bytes.`)
    }
    await uploads.put(id, path, request.body, caller, request.signal)
    return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    if (error instanceof TooLargeError) return refusal(413, error.message, { connection: 'close' })
    if (error instanceof UploadNameError) return refusal(400, error.message)
    if (error instanceof UnknownUploadError) return refusal(404, error.message)
    // The sender went away; nobody reads the answer.
    if (request.signal.aborted || isAbort(error)) return refusal(400, 'The file was not sent to its end.')
    throw error
  }
}

/** A `/` that was encoded is no part of a name: it would be a folder that nobody saw. */
function decoded(parts: readonly string[]): string {
  return parts
    .map((part) => {
      let name: string
      try {
        name = decodeURIComponent(part)
      } catch {
        throw new UploadNameError('The name is not properly encoded.')
      }
      if (name.includes('/')) throw new UploadNameError('The name holds an encoded slash.')
      return name
    })
    .join('/')
}

function isAbort(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : undefined
  return error.name === 'AbortError' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET'
}
