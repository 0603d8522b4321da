/** The station's HTTP side: who may ask, and which handler answers. */
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { downloadRoot, pictureRoot, uploadRoot } from '../../contract/addresses.ts'
import { socketAddress, type AuthProblem } from '../../contract/station.ts'
import { createAssetHandler, pageSecurityPolicy } from '../app/assets.ts'
import type { Caller } from '../app/caller.ts'
import type { Accounts } from './accounts.ts'
import { authentication, bodyBytes } from './authentication.ts'
import { callerOf, localCaller } from './callers.ts'
import { restrictContent } from './headers.ts'
import { isRefusal, readVisit, type StationEnvironment, type VisitRules } from './visit.ts'

export interface ApplicationParts {
  readonly rules: VisitRules
  /** Absent where nobody signs in. */
  readonly accounts: Accounts | undefined
  /** Answers pictures, uploads and downloads. */
  readonly content: (request: Request, caller: Caller) => Promise<Response>
  /** Folder of the built interface. */
  readonly rendererFolder: string
  readonly log: (message: string) => void
}

export function createApplication(parts: ApplicationParts): Hono<StationEnvironment> {
  const { rules, accounts, content, log } = parts
  const application = new Hono<StationEnvironment>()
  application.use('*', async (context, next) => {
    const visit = readVisit(context.env.incoming, rules)
    if (isRefusal(visit)) {
      context.header('connection', 'close')
      return context.text(visit.reason, visit.status)
    }
    context.set('visit', visit)
    return next()
  })
  application.use('*', (context, next) => {
    const length = Number(context.req.header('content-length') ?? 0)
    // Uploads have a limit of their own, for files; they are streamed.
    if (length > bodyBytes && !isUpload(context.req.path)) throw new HTTPException(413)
    return next()
  })

  application.route('/auth', authentication(accounts))
  application.all(`/${socketAddress}`, (context) => {
    context.header('upgrade', 'websocket')
    return context.text('This address is for a WebSocket.', 426)
  })
  for (const root of [pictureRoot, uploadRoot, downloadRoot]) {
    for (const path of [`/${root}`, `/${root}/*`]) {
      application.all(path, async (context) => {
        const caller = whoAsks(accounts, context.var.visit.token)
        if (!caller) {
          context.header('cache-control', 'no-store')
          context.header('connection', 'close')
          return context.text('Sign in first.', 401)
        }
        return restrictContent(await content(context.req.raw, caller))
      })
    }
  }

  // Browsers ask for it unasked; without an answer their console complains.
  application.get('/favicon.ico', (context) => context.body(null, 204))
  const assets = createAssetHandler(parts.rendererFolder, (request) =>
    pageSecurityPolicy(new URL(request.url).origin.replace(/^http/, 'ws')),
  )
  application.all('*', (context) => {
    const { method, path } = context.req
    // Behind a proxy the request's own address says http; the browser's is what counts. Methods that a Request
    // cannot have are as good as any that is not answered.
    const isReading = method === 'GET' || method === 'HEAD'
    return assets(new Request(`${context.var.visit.origin}${path}`, { method: isReading ? method : 'POST' }))
  })
  application.onError((error, context) => {
    if (error instanceof HTTPException) {
      context.header('connection', 'close')
      return context.json({ key: 'refused', seconds: null } satisfies AuthProblem, error.status)
    }
    log(`${context.req.method} ${context.req.path} failed: ${error.stack ?? error.message}`)
    return context.text("Something went wrong here; the station's log says what.", 500)
  })
  return application
}

/** Whose cookie it is; undefined: nobody's. */
function whoAsks(accounts: Accounts | undefined, token: string | undefined): Caller | undefined {
  if (!accounts) return localCaller
  const signedIn = accounts.session(token)
  return signedIn && callerOf(signedIn)
}

function isUpload(path: string): boolean {
  return path === `/${uploadRoot}` || path.startsWith(`/${uploadRoot}/`)
}
