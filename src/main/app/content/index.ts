import { downloadRoot, pictureRoot, uploadRoot } from '../../../contract/addresses.ts'
import type { Caller } from '../caller.ts'
import type { Services } from '../services.ts'
import { failure, notFound, refusal } from './answers.ts'
import { answerDownload } from './downloads.ts'
import { Pictures } from './pictures.ts'
import { answerUpload } from './upload-requests.ts'
import { AbandonedError } from './workshop.ts'

/**
 * What does not cross as JSON, at the addresses of the contract: pictures, uploads, downloads. One handler for every
 * face; who calls has been found out before.
 */
export function createContentHandler(
  services: Services,
): (request: Request, caller: Caller) => Promise<Response> {
  const pictures = new Pictures(services)

  const answer = async (request: Request, caller: Caller): Promise<Response> => {
    const [root, ...way] = new URL(request.url).pathname.split('/').slice(1)
    if (root === uploadRoot) return answerUpload(services.sources.uploads, request, way, caller)
    if (root !== pictureRoot && root !== downloadRoot) return notFound()
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return refusal(405, 'This can only be read.', { allow: 'GET, HEAD' })
    }
    const response =
      root === pictureRoot
        ? await pictures.answer(request, way)
        : await answerDownload(services.core.store, request, way)
    return request.method === 'HEAD' ? withoutBody(response) : response
  }

  return async (request, caller) => {
    try {
      return await answer(request, caller)
    } catch (error) {
      // The browser has scrolled on and reads no answer.
      if (error instanceof AbandonedError) return refusal(503, 'Nobody waits for this any more.')
      return failure(error)
    }
  }
}

async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel()
  return new Response(null, { status: response.status, headers: response.headers })
}
