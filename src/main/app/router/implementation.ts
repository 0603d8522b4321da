import { implement } from '@orpc/server'
import { contract } from '../../../contract/index.ts'
import type { Caller } from '../caller.ts'
import { withProblems } from './problems.ts'

/** The contract, ready to be implemented: calls carry their {@link Caller}, thrown errors become typed ones. */
export function implementation() {
  return implement(contract).$context<Caller>().use(withProblems)
}

/** What a section of the router is built on. */
export type Implementation = ReturnType<typeof implementation>
