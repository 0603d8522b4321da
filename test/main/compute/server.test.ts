import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { ChildMessage, JobInput, Jobs, ParentMessage } from '../../../src/main/compute/messages.ts'
import { serve, type JobHandlers } from '../../../src/main/compute/server.ts'
import { inspectJob } from './fixtures/jobs.ts'

/** What is left of a type when it crosses: nothing of functions and symbols. */
type Cloned<T> = T extends symbol | ((...parameters: never[]) => unknown)
  ? never
  : T extends Uint8Array
    ? T
    : T extends object
      ? { [Key in keyof T]: Cloned<T[Key]> }
      : T
/** A type test: it compiles only while every job's input, events and result survive the crossing. */
export const everythingCrosses = (jobs: Jobs): Cloned<Jobs> => jobs

const none: JobHandlers = {
  train: () => Promise.reject(new Error('unused')),
  inspect: () => Promise.reject(new Error('unused')),
  evaluate: () => Promise.reject(new Error('unused')),
  'measure-engines': () => Promise.reject(new Error('unused')),
  'measure-training': () => Promise.reject(new Error('unused')),
}

function newServer(handlers: Partial<JobHandlers>) {
  const sent: ChildMessage[] = []
  const exits: number[] = []
  let deliver: (message: ParentMessage) => void = () => undefined
  let close: () => void = () => undefined
  serve(
    {
      send: (message) => void sent.push(message),
      onMessage: (listener) => {
        deliver = listener
      },
      onClose: (listener) => {
        close = listener
      },
    },
    { ...none, ...handlers },
    (code) => void exits.push(code),
  )
  const start = (id: number, input: JobInput<'inspect'>) =>
    deliver({ kind: 'start', id, job: 'inspect', input })
  const events = () => sent.filter((message) => message.kind === 'event').length
  return {
    sent,
    exits,
    events,
    start,
    deliver: (message: ParentMessage) => deliver(message),
    close: () => close(),
  }
}

const flood: JobHandlers['inspect'] = async (job, context) => {
  for (const item of job.items) {
    await context.emit({ kind: 'rejected', id: item.id, problem: 'empty', message: '' })
    if (context.signal.aborted) break
  }
  return { state: 'finished', inspected: 0, rejected: job.items.length, seconds: 0, modelSeconds: 0 }
}
const thousand = inspectJob(Array.from({ length: 1000 }, (_, index) => `${index}`))

test('a job is held back when its events are not dealt with, and goes on when they are', async () => {
  const server = newServer({ inspect: flood })
  server.start(1, thousand)
  await turn()
  const first = server.events()
  assert(first > 0 && first < 200)
  server.deliver({ kind: 'acknowledge', id: 1, count: 50 })
  await turn()
  assert.equal(server.events(), first + 50)
  for (let rounds = 0; rounds < 50; rounds++) {
    server.deliver({ kind: 'acknowledge', id: 1, count: 50 })
    await turn()
  }
  assert.equal(server.events(), 1000)
  assert.equal(server.sent.at(-1)?.kind, 'done')
})

test('a cancelled job is not held back', async () => {
  const server = newServer({ inspect: flood })
  server.start(1, thousand)
  await turn()
  server.deliver({ kind: 'cancel', id: 1 })
  await turn()
  assert.equal(server.sent.at(-1)?.kind, 'done')
})

test('a handler that throws at once fails its job', async () => {
  const server = newServer({
    inspect: () => {
      throw new TypeError('at once')
    },
  })
  server.start(4, thousand)
  await turn()
  const last = server.sent.at(-1)
  assert(last?.kind === 'failed')
  assert.equal(last.id, 4)
  assert.equal(last.error.name, 'TypeError')
  assert.equal(last.error.message, 'at once')
})

test('the process ends on request and when its application is gone', () => {
  const server = newServer({})
  assert.equal(server.sent[0]?.kind, 'ready')
  server.deliver({ kind: 'shutdown' })
  server.close()
  assert.deepEqual(server.exits, [0, 0])
})
