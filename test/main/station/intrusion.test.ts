/** What must get nothing: paths that lead out, foreign origins, bodies without end. On a station without sign-in. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { StationPlace } from './support/place.ts'

let place: StationPlace
before(async () => {
  place = await StationPlace.open()
})
after(() => place.remove())

const get = (target: string, more = '') =>
  place.raw(
    `GET ${target} HTTP/1.1\r\nhost: 127.0.0.1:${place.station.port}\r\nconnection: close\r\n${more}\r\n`,
  )

test('no path leads out of the interface’s folder', async () => {
  const tails = [
    '/../secret.json',
    '/assets/../../secret.json',
    '/..%2fsecret.json',
    '/%2e%2e/secret.json',
    '/%2e%2e%2fsecret.json',
    '/.%2e/secret.html',
    '/assets/..%2f..%2fsecret.json',
    '/..\\secret.json',
    '/%2e%2e%5csecret.json',
    '/..%5c..%5csecret.html',
    '//secret.json',
    '/%00secret.json',
    '/secret.json%00.html',
    '/..%00/secret.json',
    '/../data/flawline.db',
    '/%252e%252e%252fsecret.json',
    '/%c0%ae%c0%ae/secret.json',
    '/\u0000/secret.json',
    '/pictures/../../secret.json',
    '/pictures/..%2f..%2fsecret.json',
    '/pictures/samples/..%2f..%2f..%2fsecret.json/view',
    '/downloads/..%2f..%2fsecret.html',
    '/downloads/reports/..%2f..%2fsecret.html',
    '/downloads/models/..%5c..%5csecret.onnx',
    '/uploads/..%2fsecret.json',
    'secret.json',
    '*',
    'http://127.0.0.1/secret.json',
    'file:///etc/passwd',
  ]
  for (const tail of tails) {
    const answer = await get(tail)
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, tail)
    assert.doesNotMatch(answer, /secret":true|\nsecret|SQLite format/, tail)
  }
  assert.match(await get('/'), /^HTTP\/1\.1 200 /)
})

test('a name that was made to point here is not answered', async () => {
  for (const host of [
    'evil.example',
    'evil.example:4770',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
  ]) {
    const answer = await place.raw(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.1 403 /, host)
  }
  for (const host of ['', 'a b', '127.0.0.1/@evil', '[::1', '127.0.0.1:99999999']) {
    const answer = await place.raw(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.1 400 /, host)
  }
  assert.match(await place.raw('GET / HTTP/1.1\r\nconnection: close\r\n\r\n'), /^HTTP\/1\.1 400 /)
  for (const host of ['localhost:1', '127.0.0.1', '[::1]:4770']) {
    const answer = await place.raw(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.1 200 /, host)
  }
})

test('pages of another origin change nothing here', async () => {
  const foreign = [
    'http://evil.example',
    'null',
    `http://localhost:${place.station.port}`,
    `https://127.0.0.1`,
  ]
  for (const origin of foreign) {
    for (const [method, where] of [
      ['POST', 'uploads'],
      ['PUT', 'uploads/abcdef/a.png'],
      ['POST', 'auth/sign-out'],
      ['DELETE', ''],
      ['GET', 'pictures/samples/abcdef/view'],
    ] as const) {
      const answer = await place.fetch(where, { method, headers: { origin } })
      assert.equal(answer.status, 403, `${method} ${where} from ${origin}`)
    }
    await assert.rejects(place.connect(undefined, origin), /403/, origin)
  }
  // Not said at all is not good enough either.
  const silent = await place.raw(
    `POST /uploads HTTP/1.1\r\nhost: 127.0.0.1:${place.station.port}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
  )
  assert.match(silent, /^HTTP\/1\.1 403 /)
  await assert.rejects(place.socket(), /403/)
})

test('other sites may link here but not embed or fetch', async () => {
  const from = (more: Record<string, string>) =>
    get(
      '/',
      Object.entries(more)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join(''),
    )
  const embedded = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }
  assert.match(await from(embedded), /^HTTP\/1\.1 403 /)
  const framed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
  assert.match(await from(framed), /^HTTP\/1\.1 403 /)
  const linked = {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  }
  assert.match(await from(linked), /^HTTP\/1\.1 200 /)
  const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }
  assert.match(await from(own), /^HTTP\/1\.1 200 /)
})

test('bodies larger than anything that is asked for are refused', async () => {
  const body = 'x'.repeat(20_000)
  for (const where of ['auth/sign-in', 'auth/setup', 'auth/sign-out', '', 'pictures/samples/a/view', 'rpc']) {
    const answer = await place.fetch(where, { method: 'POST', body })
    assert.equal(answer.status, 413, where)
    await answer.text()
  }
  // Also when the length is not announced.
  const chunk = `${(5000).toString(16)}\r\n${'x'.repeat(5000)}\r\n`
  const answer = await place.raw(
    `POST /auth/sign-in HTTP/1.1\r\nhost: 127.0.0.1:${place.station.port}\r\norigin: ${place.address}\r\n` +
      `content-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunk.repeat(4)}0\r\n\r\n`,
  )
  assert.match(answer, /^HTTP\/1\.1 413 /)
})

test('headers without end and two lengths at once are refused', async () => {
  const long = await get('/', `x-long: ${'a'.repeat(20_000)}\r\n`)
  assert.match(long, /^HTTP\/1\.1 431 /)
  const smuggled = await place.raw(
    `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: http://127.0.0.1\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /secret.json HTTP/1.1\r\n\r\n`,
  )
  assert.match(smuggled, /^HTTP\/1\.1 400 /)
})

test('odd methods are refused', async () => {
  for (const method of ['TRACE', 'PROPFIND', 'DELETE']) {
    const answer = await place.raw(
      `${method} / HTTP/1.1\r\nhost: 127.0.0.1:${place.station.port}\r\norigin: ${place.address}\r\nconnection: close\r\n\r\n`,
    )
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, method)
  }
  const connected = await place.raw('CONNECT evil.example:80 HTTP/1.1\r\nhost: evil.example\r\n\r\n')
  assert.doesNotMatch(connected, /^HTTP\/1\.1 2/)
})
