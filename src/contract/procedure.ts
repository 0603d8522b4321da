import { oc } from '@orpc/contract'
import { errors } from './errors.ts'

/** What every procedure begins with: the typed errors. */
export const procedure = oc.errors(errors)
