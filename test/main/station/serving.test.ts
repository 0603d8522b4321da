import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { StationPlace } from './support/place.ts'

let place: StationPlace
before(async () => {
  place = await StationPlace.open()
})
after(() => place.remove())

test('the interface is served, and tells the browser to allow nothing foreign', async () => {
  const page = await place.fetch('')
  assert.equal(page.status, 200)
  assert.match(await page.text(), /Flawline/)
  const policy = page.headers.get('content-security-policy') ?? ''
  assert.match(policy, /script-src 'self';/)
  assert(policy.includes(`connect-src 'self' ${place.address.replace('http', 'ws')};`), policy)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.match(page.headers.get('content-type') ?? '', /text\/html/)
  const script = await place.fetch('assets/index.js')
  assert.match(script.headers.get('content-type') ?? '', /javascript/)
})

test('every answer carries the security headers and none names the server', async () => {
  for (const where of ['', 'missing', 'auth/state', 'pictures/samples/nothing/view', 'rpc']) {
    const { headers } = await place.fetch(where)
    assert(headers.get('content-security-policy'), where)
    assert.equal(headers.get('x-content-type-options'), 'nosniff', where)
    assert.equal(headers.get('x-frame-options'), 'DENY', where)
    assert.equal(headers.get('referrer-policy'), 'no-referrer', where)
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', where)
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', where)
    assert.match(headers.get('permissions-policy') ?? '', /camera=\(self\), microphone=\(\)/, where)
    assert.equal(headers.get('x-powered-by'), null, where)
    assert.equal(headers.get('server'), null, where)
  }
  assert.match(await place.raw('nonsense\r\n\r\n'), /^HTTP\/1\.1 400 [^]*x-content-type-options: nosniff/)
})

test('a station on loopback needs no sign-in', async () => {
  assert.deepEqual(await (await place.fetch('auth/state')).json(), {
    signIn: false,
    signedIn: true,
    setupNeeded: false,
    user: { name: 'local', role: 'administrator' },
  })
  assert.equal(place.station.setupLink, undefined)
  assert.equal((await place.postJson('auth/sign-in', { name: 'a', password: 'b' })).status, 400)
})

test('procedures are called over the WebSocket, and typed errors come back', async () => {
  const { client, socket } = await place.connect()
  const project = await client.projects.create({ name: 'bracket' })
  assert.deepEqual(
    (await client.projects.list()).map(({ id }) => id),
    [project.id],
  )
  await assert.rejects(client.projects.get({ id: 'nosuchproject' }), { code: 'NOT_FOUND' })
  await assert.rejects(client.projects.create({ name: 'Bracket' }), { code: 'INVALID' })
  socket.close()
})

test('two pages see each other’s changes, and one that was cut off misses none', async () => {
  const [one, two] = [await place.connect(), await place.connect()]
  const stream = await one.client.live()
  const first = await stream.next()
  assert.equal(first.done, false)
  const { getEventMeta } = await import('@orpc/client')
  const id = getEventMeta(first.value)?.id
  assert(id)
  const project = await two.client.projects.create({ name: 'seen by the other' })
  for (;;) {
    const { value, done } = await stream.next()
    assert(!done, 'the stream goes on')
    if (value.kind === 'changed' && value.topic === 'projects') break
  }
  one.socket.terminate()
  await assert.rejects(stream.next())

  await two.client.projects.update({ id: project.id, description: 'while the other was away' })
  const back = await place.connect()
  const again = await back.client.live(undefined, { lastEventId: id })
  let changes = 0
  while (changes < 2) {
    const { value, done } = await again.next()
    assert(!done)
    assert.notEqual(value.kind, 'reset')
    if (value.kind === 'changed' && value.topic === 'projects') changes += 1
  }
  await again.return()
})
