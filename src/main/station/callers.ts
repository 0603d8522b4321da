/** Who calls, as the core wants to know it. */
import type { Caller } from '../app/caller.ts'
import type { SignedIn } from './accounts.ts'

/** Who everybody is where nobody signs in: the station is then reached from this machine alone. */
export const localCaller: Caller = { user: { name: 'local', role: 'administrator' }, signIn: false }

export function callerOf({ user }: SignedIn): Caller {
  return { user: { name: user.userName, role: user.role }, signIn: true }
}
