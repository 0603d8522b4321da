import type { Command } from 'commander'
import type { Session } from './session.ts'

/**
 * What a command's action is made of: runs its work with a session that is closed afterwards. The work gives the
 * exit code; undefined is success.
 */
export type Run = (work: (session: Session) => Promise<number | undefined>, command: Command) => Promise<void>
