/** Signing in and out over HTTP; see the contract's station.ts. */
import type { Context } from 'hono'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import { setupSchema, signInSchema, type AuthProblem, type AuthState } from '../../contract/station.ts'
import { absoluteLimit, type Accounts, type SignedIn, type SignInResult } from './accounts.ts'
import { callerOf, localCaller } from './callers.ts'
import type { StationEnvironment } from './visit.ts'

/** Bodies other than uploads. Bytes. */
export const bodyBytes = 10_000

const statusOf = {
  wrongPassword: 401,
  tooManyTries: 429,
  linkSpent: 410,
  passwordTooShort: 422,
  nameTaken: 409,
} as const

/** Without accounts (a station on loopback) everybody is the local administrator. */
export function authentication(accounts: Accounts | undefined): Hono<StationEnvironment> {
  const routes = new Hono<StationEnvironment>()
  routes.use('*', async (context, next) => {
    context.header('cache-control', 'no-store')
    await next()
  })
  routes.get('/state', (context) => {
    const signedIn = accounts?.session(context.var.visit.token)
    return context.json(stateOf(accounts, signedIn))
  })
  routes.post('/sign-in', async (context) => {
    const body = signInSchema.safeParse(await readJson(context))
    if (!accounts || !body.success) return refused(context)
    const { name, password } = body.data
    return answer(context, accounts, await accounts.signIn(context.var.visit.address, name, password))
  })
  routes.post('/setup', async (context) => {
    const body = setupSchema.safeParse(await readJson(context))
    if (!accounts || !body.success) return refused(context)
    const { token, name, password } = body.data
    return answer(context, accounts, await accounts.setUp(context.var.visit.address, token, name, password))
  })
  routes.post('/sign-out', (context) => {
    const { visit } = context.var
    const signedIn = accounts?.session(visit.token)
    if (accounts && signedIn) {
      accounts.signOut(signedIn.key)
      sendCookie(context, '', 0)
    }
    return context.json(stateOf(accounts, accounts ? undefined : signedIn))
  })
  return routes
}

function stateOf(accounts: Accounts | undefined, signedIn: SignedIn | undefined): AuthState {
  if (!accounts) {
    return { signIn: false, signedIn: true, setupNeeded: false, user: localCaller.user }
  }
  return {
    signIn: true,
    signedIn: signedIn !== undefined,
    setupNeeded: accounts.setupNeeded,
    user: signedIn ? callerOf(signedIn).user : null,
  }
}

function answer(context: Context<StationEnvironment>, accounts: Accounts, result: SignInResult): Response {
  if (result.kind === 'signed-in') {
    // A session that this browser had before is not left behind.
    const before = accounts.session(context.var.visit.token)
    if (before) accounts.signOut(before.key)
    sendCookie(context, result.token, absoluteLimit / 1000)
    return context.json(stateOf(accounts, result.signedIn))
  }
  const seconds = result.kind === 'tooManyTries' ? result.seconds : null
  if (seconds !== null) context.header('retry-after', String(seconds))
  return context.json({ key: result.kind, seconds } satisfies AuthProblem, statusOf[result.kind])
}

function refused(context: Context<StationEnvironment>): Response {
  return context.json({ key: 'refused', seconds: null } satisfies AuthProblem, 400)
}

function sendCookie(context: Context<StationEnvironment>, value: string, maxAge: number): void {
  const { cookieName, isSecure } = context.var.visit
  setCookie(context, cookieName, value, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    secure: isSecure,
    maxAge,
  })
}

/** The body if it is JSON and says so; else undefined. */
async function readJson(context: Context<StationEnvironment>): Promise<unknown> {
  const { body } = context.req.raw
  if (body === null || !/^application\/json\b/i.test(context.req.header('content-type') ?? ''))
    return undefined
  const text = new TextDecoder()
  let [words, length] = ['', 0]
  // Not every body says how long it is.
  for await (const chunk of body) {
    length += chunk.byteLength
    if (length > bodyBytes) throw new HTTPException(413)
    words += text.decode(chunk, { stream: true })
  }
  try {
    const json: unknown = JSON.parse(words)
    return json
  } catch {
    return undefined
  }
}
