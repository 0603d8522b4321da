import { ORPCError, os, ValidationError } from '@orpc/server'
import { errors } from '../../../contract/errors.ts'
import type { Caller } from '../caller.ts'
import { problemOf, type Problem } from '../problems.ts'

/**
 * Middleware: errors that the use cases throw become the contract's typed errors. One that nobody foresaw is logged
 * here, and the caller learns no more than that: its words may name files or queries.
 */
export const withProblems = os
  .$context<Caller>()
  .errors(errors)
  .middleware(async ({ next, path }) => {
    try {
      return await next()
    } catch (error) {
      throw asContractError(error, path.join('.'))
    }
  })

/** The error as it crosses the contract. */
export function asContractError(error: unknown, where: string): ORPCError<string, unknown> {
  if (error instanceof ORPCError) {
    return error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError
      ? typed(badInput(error.cause))
      : (error as ORPCError<string, unknown>)
  }
  const problem = problemOf(error)
  if (problem) return typed(problem)
  console.error(`${where}:`, error)
  return new ORPCError('INTERNAL_SERVER_ERROR', {
    message: 'Something went wrong that was not foreseen. The log of the application has the details.',
  })
}

function typed({ code, key, values, field }: Problem): ORPCError<string, unknown> {
  const { status } = errors[code]
  const data = code === 'INVALID' ? { key, values, field } : { key, values }
  return new ORPCError(code, { status, message: String(values['detail'] ?? key), data })
}

function badInput({ issues }: ValidationError): Problem {
  const [first] = issues
  const field = (first?.path ?? [])
    .map((part) => String(typeof part === 'object' ? part.key : part))
    .join('.')
  const detail = `${field === '' ? 'The input' : field}: ${first?.message ?? 'is not understood'}`
  return { code: 'INVALID', key: 'badInput', values: { detail }, field: field === '' ? null : field }
}
