/**
 * What a browser says to a station beside the procedures: who is at it. Plain HTTP with JSON, because the session
 * is a cookie that only an HTTP answer can set. The desktop application has none of it.
 */
import { roleSchema } from './system.ts'
import { z } from './zod.ts'

/** Where they are, relative like all addresses. */
export const authAddresses = {
  /** GET: {@link authStateSchema}. */
  state: 'auth/state',
  /** POST {@link signInSchema}: the new state, or {@link authProblemSchema}. */
  signIn: 'auth/sign-in',
  /** POST without a body: the new state. */
  signOut: 'auth/sign-out',
  /** POST {@link setupSchema}: sets the password of the account that the link is for, and signs in. */
  setup: 'auth/setup',
} as const
/** Where the procedures' WebSocket is. */
export const socketAddress = 'rpc'

export const authStateSchema = z.object({
  /** True if people sign in here. */
  signIn: z.boolean(),
  /** False: procedures, pictures, uploads and downloads are refused. */
  signedIn: z.boolean(),
  /** True until the first administrator has set a password. */
  setupNeeded: z.boolean(),
  user: z.object({ name: z.string(), role: roleSchema }).nullable(),
})
export type AuthState = z.infer<typeof authStateSchema>

/** Characters that a new password needs at least; longer is better than stranger. */
export const shortestPassword = 10
const passwordSchema = z.string().min(1).max(1000)
export const signInSchema = z.object({ name: z.string().min(1).max(200), password: passwordSchema })
export const setupSchema = z.object({
  token: z.string().min(1).max(200),
  name: z.string().trim().min(1).max(80),
  password: passwordSchema,
})

/** The keys of what can go wrong (`auth.problems.<key>` in the locales). */
export const authProblemKeys = [
  /** Name or password, and it is not said which. 401 */
  'wrongPassword',
  /** 429; `seconds` until another try is heard. */
  'tooManyTries',
  /** The link was used, is too old, or never was one. 410 */
  'linkSpent',
  /** 422 */
  'passwordTooShort',
  /** 409 */
  'nameTaken',
  /** The request makes no sense. 400, 403 (foreign origin), 413 */
  'refused',
] as const
export const authProblemSchema = z.object({
  key: z.enum(authProblemKeys),
  seconds: z.number().int().nullable(),
})
export type AuthProblem = z.infer<typeof authProblemSchema>

/** Close codes of the WebSocket that say more than "gone": the session ended; the station is being stopped. */
export const sessionEndedCode = 4401
export const goingAwayCode = 1001
