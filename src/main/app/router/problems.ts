import { os } from '@orpc/server'
import { errors } from '../../../contract/errors.ts'
import type { Caller } from '../caller.ts'

/** Middleware: errors that the use cases throw become the contract's typed errors. */
export const withProblems = os
  .$context<Caller>()
  .errors(errors)
  .middleware(async ({ next }) => next())
