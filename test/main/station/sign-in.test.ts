/** A station on which people sign in. Its clock is the test's, so no test waits. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { AuthState } from '../../../src/contract/station.ts'
import { closed, cookieOf, password, StationPlace } from './support/place.ts'

const hour = 3_600_000
let place: StationPlace
before(async () => {
  // Behind a proxy people sign in on loopback too: the test listens on no other address.
  place = await StationPlace.open({ trustProxy: true })
})
after(() => place.remove())

const state = async (cookie?: string) =>
  (await (await place.fetch('auth/state', {}, cookie)).json()) as AuthState
const signIn = (name: string, word: string, from = '192.0.2.1') =>
  place.postJson('auth/sign-in', { name, password: word }, undefined, { 'x-forwarded-for': from })
const problem = async (response: Response) => ((await response.json()) as { key: string }).key

/** Everything that shows or changes something. */
async function assertNothing(cookie: string | undefined): Promise<void> {
  const requests: [string, string][] = [
    ['GET', 'pictures/samples/abcdef/view'],
    ['GET', 'downloads/history/abcdef.csv'],
    ['GET', 'downloads/models/abcdef.onnx'],
    ['POST', 'uploads'],
    ['PUT', 'uploads/abcdef/a.png'],
  ]
  for (const [method, where] of requests) {
    const answer = await place.fetch(where, { method, ...(method === 'PUT' ? { body: 'x' } : {}) }, cookie)
    assert.equal(answer.status, 401, `${method} ${where}`)
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    await answer.text()
  }
  await assert.rejects(place.connect(cookie), /401/)
  assert.equal((await state(cookie)).signedIn, false)
}

test('the first start prints a link that sets name and password, once', async () => {
  const { setupLink = '' } = place.station
  assert(setupLink.startsWith(`${place.address}/#/setup?token=`), setupLink)
  const token = setupLink.split('token=')[1]
  assert.deepEqual(await state(), { signIn: true, signedIn: false, setupNeeded: true, user: null })

  const wrong = await place.postJson('auth/setup', { token: 'A'.repeat(43), name: 'mallory', password })
  assert.deepEqual([wrong.status, await problem(wrong)], [410, 'linkSpent'])
  const short = await place.postJson('auth/setup', { token, name: 'anna', password: 'ninechars' })
  assert.deepEqual([short.status, await problem(short)], [422, 'passwordTooShort'])
  for (const body of [{}, { token }, { token, name: ' ', password }, { token, name: 'x', password: 1 }, []]) {
    assert.equal((await place.postJson('auth/setup', body)).status, 400)
  }

  const cookie = await place.setUp('Anna')
  assert.deepEqual(await state(cookie), {
    signIn: true,
    signedIn: true,
    setupNeeded: false,
    user: { name: 'Anna', role: 'administrator' },
  })
  const again = await place.postJson('auth/setup', { token, name: 'mallory', password })
  assert.deepEqual([again.status, await problem(again)], [410, 'linkSpent'])
  const { client, socket } = await place.connect(cookie)
  assert.deepEqual(await client.projects.list(), [])
  socket.close()
})

test('signing in gives a cookie that scripts and other sites cannot use', async () => {
  const answer = await signIn(' anna ', password)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  const cookie = answer.headers.getSetCookie()[0] ?? ''
  assert.match(cookie, /^flawline-\d+=[\w-]{43}; /)
  for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/'])
    assert(cookie.includes(attribute), cookie)
  assert.doesNotMatch(cookie, /Secure|Domain/)
  const secure = await place.postJson('auth/sign-in', { name: 'anna', password }, undefined, {
    'x-forwarded-proto': 'https',
    origin: place.address.replace('http:', 'https:'),
  })
  assert.match(secure.headers.getSetCookie()[0] ?? '', /^__Host-flawline-\d+=.*; Secure/)
})

test('nothing is had without a cookie, or with one that was made up or changed', async () => {
  const good = cookieOf(await signIn('anna', password))
  assert.equal((await state(good)).signedIn, true)
  const [name = '', value = ''] = good.split('=')
  const forged = [
    undefined,
    '',
    `${name}=`,
    `${name}=${'A'.repeat(43)}`,
    `${name}=${value.slice(0, -2)}`,
    `${name}=${value}x`,
    `${name}=${value.toLowerCase()}`,
    `${name}=' OR 1=1 --`,
    `other=${value}`,
    `__Host-${name}=${value}`,
  ]
  for (const cookie of forged) await assertNothing(cookie)
  assert.equal((await place.fetch('', {})).status, 200, 'the page itself, to sign in')
})

test('what lies in the database lets nobody in', async () => {
  const cookie = cookieOf(await signIn('anna', password))
  const token = cookie.split('=')[1] ?? ''
  const files = ['flawline.db', 'flawline.db-wal'].map((name) =>
    readFile(path.join(place.folder, 'data', name)),
  )
  const bytes = Buffer.concat(await Promise.all(files))
  assert(!bytes.includes(token) && !bytes.includes(password))
  assert(bytes.includes('scrypt$17$8$1$'))
})

test('a session ends after 12 hours without use and 7 days in any case', async () => {
  const idle = cookieOf(await signIn('anna', password))
  place.clock.ahead += 11 * hour
  assert.equal((await state(idle)).signedIn, true)
  place.clock.ahead += 11 * hour
  assert.equal((await state(idle)).signedIn, true, 'used in between')
  place.clock.ahead += 12 * hour
  await assertNothing(idle)

  const busy = cookieOf(await signIn('anna', password))
  for (let hours = 0; hours < 7 * 24 - 8; hours += 8) {
    place.clock.ahead += 8 * hour
    assert.equal((await state(busy)).signedIn, true)
  }
  place.clock.ahead += 8 * hour
  await assertNothing(busy)
})

test('signing out ends the session everywhere, its sockets too', async () => {
  const cookie = cookieOf(await signIn('anna', password))
  const other = cookieOf(await signIn('anna', password))
  const { socket } = await place.connect(cookie)
  const stays = await place.connect(other)
  const code = closed(socket)
  const answer = await place.postJson('auth/sign-out', {}, cookie)
  assert.match(answer.headers.getSetCookie()[0] ?? '', /^flawline-\d+=; Max-Age=0/)
  assert.equal(((await answer.json()) as AuthState).signedIn, false)
  assert.equal(await code, 4401)
  await assertNothing(cookie)
  await stays.client.projects.list()
  stays.socket.close()
})

test('a socket does not outlive its session', async () => {
  const cookie = cookieOf(await signIn('anna', password))
  const { client, socket } = await place.connect(cookie)
  await client.projects.list()
  place.clock.ahead += 13 * hour
  const code = closed(socket)
  await assert.rejects(client.projects.create({ name: 'too late' }))
  assert.equal(await code, 4401)
})

test('guessing is slowed down, by machine and by account, and said so', async () => {
  const attempt = async (name: string, from: string) => {
    const answer = await signIn(name, 'wrong password', from)
    return {
      status: answer.status,
      wait: Number(answer.headers.get('retry-after')),
      key: await problem(answer),
    }
  }
  // The same machine, other names.
  const statuses: number[] = []
  for (let count = 0; count < 12; count++)
    statuses.push((await attempt(`nobody${count}`, '192.0.2.7')).status)
  assert.deepEqual(statuses, [...Array<number>(10).fill(401), 429, 429])
  const refused = await attempt('anna', '192.0.2.7')
  assert.equal(refused.key, 'tooManyTries')
  assert(refused.wait >= 1 && refused.wait <= 2, String(refused.wait))
  assert.equal((await signIn('anna', password, '192.0.2.8')).status, 200, 'another machine')

  // The same account, other machines; the waits grow.
  const waits: number[] = []
  for (let count = 0; count < 8; count++) {
    const { status, wait } = await attempt('Anna', `198.51.100.${count}`)
    if (status !== 429) continue
    waits.push(wait)
    place.clock.ahead += wait * 1000
    assert.equal((await attempt('anna', `198.51.100.${100 + count}`)).status, 401)
  }
  assert.deepEqual(waits, [1, 2, 4])
  assert.equal((await signIn('anna', password, '192.0.2.9')).status, 429, 'the right password waits as well')
  place.clock.ahead += 60_000
  assert.equal((await signIn('anna', password, '192.0.2.9')).status, 200)
  assert.equal((await attempt('anna', '192.0.2.9')).status, 401, 'counted anew')
})

test('many tries at once do not slip through', async () => {
  const from = '203.0.113.5'
  const answers = await Promise.all(
    Array.from({ length: 14 }, (_, count) => signIn(`crowd${count}`, 'x', from)),
  )
  assert.equal(answers.filter(({ status }) => status === 401).length, 10)
  assert.equal(answers.filter(({ status }) => status === 429).length, 4)
})

test('signing in from another origin is refused', async () => {
  const headers = { origin: 'http://evil.example' }
  const answer = await place.postJson('auth/sign-in', { name: 'anna', password }, undefined, headers)
  assert.equal(answer.status, 403)
  assert.deepEqual(answer.headers.getSetCookie(), [])
  const form = await place.fetch('auth/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ name: 'anna', password }),
  })
  assert.equal(form.status, 400)
})

test('a station reached by name believes no proxy that it was not told of', async () => {
  const open = await StationPlace.open({ host: '0.0.0.0' })
  try {
    // Any of the machine's names will do, because people sign in.
    const address = `http://127.0.0.1:${open.station.port}`
    const ask = (headers: Record<string, string>) =>
      fetch(`${address}/auth/sign-in`, {
        method: 'POST',
        headers: { origin: address, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ name: 'anna', password: 'wrong' }),
      })
    const statuses: number[] = []
    for (let count = 0; count < 6; count++) {
      statuses.push(
        (await ask({ 'x-forwarded-for': `192.0.2.${count}`, 'x-forwarded-proto': 'https' })).status,
      )
    }
    assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429])
    assert.equal((await fetch(`${address}/pictures/samples/abcdef/view`)).status, 401)
  } finally {
    await open.remove()
  }
})

test('a lost password is set anew by a new link, which ends the sessions there were', async () => {
  const first = await StationPlace.open({ trustProxy: true })
  try {
    const before = await first.setUp('anna')
    await first.stop()
    const plain = await StationPlace.open({ trustProxy: true }, first.folder)
    assert.equal(plain.station.setupLink, undefined)
    await plain.stop()
    const second = await StationPlace.open({ trustProxy: true, newLink: true }, first.folder)
    const token = second.station.setupLink?.split('token=')[1]
    second.clock.ahead = 25 * hour
    assert.equal(
      (await second.postJson('auth/setup', { token, name: 'anna', password })).status,
      410,
      'a day later',
    )
    second.clock.ahead = 0
    const answer = await second.postJson('auth/setup', { token, name: 'anna', password: 'another password' })
    assert.equal(answer.status, 200)
    const value = before.split('=')[1] ?? ''
    const old = (await (
      await second.fetch('auth/state', {}, `flawline-${second.station.port}=${value}`)
    ).json()) as AuthState
    assert.equal(old.signedIn, false)
    await second.stop()
  } finally {
    await first.remove()
  }
})
