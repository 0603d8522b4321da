/** What the station's answer to a sign-in or setup means. */
import type { AuthProblem } from '../../../contract/index.ts'

/** By the answer's status, as the contract gives it; anything else: the station refused or failed. */
export function problemOf(status: number): AuthProblem['key'] {
  const keys: Readonly<Record<number, AuthProblem['key']>> = {
    401: 'wrongPassword',
    409: 'nameTaken',
    410: 'linkSpent',
    422: 'passwordTooShort',
    429: 'tooManyTries',
  }
  return keys[status] ?? 'refused'
}

/** Where to go after signing in: an address of our own pages, never one of elsewhere or of the sign-in itself. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !/^\/(?![/\\])/.test(next)) return '/projects'
  return /^\/(sign-in|setup)\b/.test(next) ? '/projects' : next
}

/** Which rules a new password does not meet yet. */
export function passwordProblems(
  password: string,
  again: string,
  shortest: number,
): readonly ('short' | 'different')[] {
  const problems: ('short' | 'different')[] = []
  if ([...password].length < shortest) problems.push('short')
  if (password !== again) problems.push('different')
  return problems
}
