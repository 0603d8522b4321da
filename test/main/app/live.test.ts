import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getEventMeta } from '@orpc/server'
import type { LiveEvent } from '../../../src/contract/live.ts'
import { LiveEvents } from '../../../src/main/app/live.ts'
import { temporaryServices } from './support/services.ts'

const rejected = (file: string): LiveEvent => ({
  kind: 'rejected',
  jobId: '1jz3k8p0q7',
  projectId: '1jz3k8p0q7',
  file,
  reason: '',
})
const idOf = (event: LiveEvent | undefined): string => getEventMeta(event)?.id ?? ''
const nameOf = (event: LiveEvent): string => (event.kind === 'rejected' ? event.file : event.kind)

async function take(events: AsyncGenerator<LiveEvent>, count: number): Promise<LiveEvent[]> {
  const taken: LiveEvent[] = []
  while (taken.length < count) {
    const { value, done } = await events.next()
    if (done) break
    taken.push(value)
  }
  return taken
}

test('whoever comes without an id hears what happens from then on, and has an id at once', async () => {
  const live = new LiveEvents('here')
  live.publish(rejected('before'))
  const events = live.subscribe(undefined)
  live.publish(rejected('a'))
  live.publish(rejected('b'))
  const [greeting, ...others] = await take(events, 3)
  assert.deepEqual([greeting?.kind, idOf(greeting)], ['changed', 'here-1'])
  assert.deepEqual(others.map(nameOf), ['a', 'b'])
  // Cut off before anything else happened: nothing is lost.
  assert.deepEqual((await take(live.subscribe(idOf(greeting)), 2)).map(nameOf), ['a', 'b'])
})

test('after a cut anywhere, what follows comes once and in order', async () => {
  const live = new LiveEvents('here')
  const first = live.subscribe(undefined)
  const names = Array.from({ length: 60 }, (_, index) => String(index))
  for (const name of names.slice(0, 40)) live.publish(rejected(name))
  const heard = (await take(first, 21)).slice(1)
  await first.return(undefined)
  const second = live.subscribe(idOf(heard.at(-1)))
  for (const name of names.slice(40)) live.publish(rejected(name))
  heard.push(...(await take(second, 15)))
  await second.return(undefined)
  heard.push(...(await take(live.subscribe(idOf(heard.at(-1))), 25)))
  assert.deepEqual(heard.map(nameOf), names)
})

test('an id that nobody knows, or no longer, brings a reset and then what is new', async () => {
  const live = new LiveEvents('here', { kept: 10 })
  for (let index = 0; index < 25; index++) live.publish(rejected(String(index)))
  for (const id of ['there-20', 'here-14', 'here-26', 'here-', 'nonsense', 'here-1e1', '']) {
    const events = live.subscribe(id)
    const [reset] = await take(events, 1)
    assert.deepEqual({ ...reset }, { kind: 'reset', instance: 'here' }, id)
    assert.equal(idOf(reset), 'here-25')
    await events.return(undefined)
  }
  // The oldest id whose successors are all there.
  assert.deepEqual((await take(live.subscribe('here-15'), 10)).map(nameOf).at(0), '15')
})

test('a listener that lags behind what is kept is told so, and holds nothing up', async () => {
  const live = new LiveEvents('here', { kept: 10 })
  const slow = live.subscribe(undefined)
  await take(slow, 1)
  for (let index = 0; index < 30; index++) live.publish(rejected(String(index)))
  const [reset] = await take(slow, 1)
  assert.equal(reset?.kind, 'reset')
  live.publish(rejected('next'))
  assert.deepEqual((await take(slow, 1)).map(nameOf), ['next'])
})

test('a listener that waits is let go when it leaves, when its connection ends, and when all ends', async () => {
  const live = new LiveEvents('here')
  const abort = new AbortController()
  const [left, cut, last] = [
    live.subscribe(undefined),
    live.subscribe(undefined, abort.signal),
    live.subscribe(undefined),
  ]
  const waiting = [left, cut, last].map(async (events) => {
    await events.next()
    return (await events.next()).done
  })
  await new Promise(setImmediate)
  await left.return(undefined)
  abort.abort()
  live.close()
  assert.deepEqual(await Promise.all(waiting), [true, true, true])
})

test('the stream crosses the router with its ids', async (t) => {
  const { clientOf, services } = temporaryServices(t)
  const client = clientOf()
  const events = await client.live()
  const [greeting] = await take(events as AsyncGenerator<LiveEvent>, 1)
  await client.projects.create({ name: 'Bracket' })
  const [change] = await take(events as AsyncGenerator<LiveEvent>, 1)
  assert.deepEqual([change?.kind, idOf(change)], ['changed', `${services.instance}-1`])
  await events.return?.(undefined)
  const again = await client.live(undefined, { lastEventId: idOf(greeting) })
  assert.equal(idOf((await take(again as AsyncGenerator<LiveEvent>, 1))[0]), `${services.instance}-1`)
  await again.return?.(undefined)
})
