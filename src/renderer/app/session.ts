/** Who is signed in, where people sign in at all. The desktop application and a station on loopback have no sign-in. */
import { readonly, ref } from 'vue'

export interface AuthState {
  readonly signIn: boolean
  readonly signedIn: boolean
  /** There is no administrator yet: the one-time link that the station printed makes one. */
  readonly setupNeeded: boolean
  readonly user: { readonly name: string; readonly role: string } | null
}

const open: AuthState = { signIn: false, signedIn: true, setupNeeded: false, user: null }
const state = ref<AuthState | null>(null)
/** Null until it is known. */
export const session = readonly(state)

/** Asks the station; the desktop application needs no asking. */
export async function loadSession(): Promise<AuthState> {
  if (window.flawline) state.value = open
  else {
    const response = await fetch('auth/state', { cache: 'no-store' })
    if (!response.ok) throw new Error(`The station answered ${response.status}.`)
    state.value = (await response.json()) as AuthState
  }
  return state.value
}

/** An answer of the station to a sign-in or setup. */
export type AuthAnswer =
  { readonly ok: true } | { readonly ok: false; readonly status: number; readonly retryAfter: number | null }

async function post(action: string, body: object): Promise<AuthAnswer> {
  const response = await fetch(`auth/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (response.ok) {
    await loadSession()
    return { ok: true }
  }
  const retryAfter = response.headers.get('retry-after')
  return { ok: false, status: response.status, retryAfter: retryAfter === null ? null : Number(retryAfter) }
}

export const signIn = (name: string, password: string): Promise<AuthAnswer> =>
  post('sign-in', { name, password })
export const setUp = (token: string, name: string, password: string): Promise<AuthAnswer> =>
  post('setup', { token, name, password })
export async function signOut(): Promise<void> {
  await post('sign-out', {})
  location.reload()
}
