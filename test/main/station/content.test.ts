/** Pictures, uploads and downloads through a real station: bytes in, bytes out, nothing for others. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { sampleImage, uploadAddress, reportAddress } from '../../../src/contract/addresses.ts'
import { writeParts } from '../cli/support/parts.ts'
import { StationPlace, type Client } from './support/place.ts'

let place: StationPlace
let cookie: string
before(async () => {
  place = await StationPlace.open({ trustProxy: true })
  cookie = await place.setUp()
})
after(() => place.remove())

async function begin(): Promise<string> {
  const answer = await place.fetch('uploads', { method: 'POST' }, cookie)
  assert.equal(answer.status, 200)
  return ((await answer.json()) as { id: string }).id
}

/** Waits for a job over the live stream, as the interface does. */
async function ended(client: Client, jobId: string): Promise<string> {
  const stream = await client.live()
  let { state } = await client.jobs.get({ id: jobId })
  for await (const event of stream) {
    if (['finished', 'failed', 'cancelled'].includes(state)) return state
    if (event.kind === 'job' && event.job.id === jobId) state = event.job.state
    if (['finished', 'failed', 'cancelled'].includes(state)) return state
  }
  return state
}

test('images sent by a browser are imported, and their pictures come back to those who are signed in', async () => {
  const parts = path.join(place.folder, 'parts')
  await writeParts(parts)
  const uploadId = await begin()
  for (const name of (await readdir(path.join(parts, 'train/good'))).slice(0, 4)) {
    const body = await readFile(path.join(parts, 'train/good', name))
    const answer = await place.fetch(uploadAddress(uploadId, `good/${name}`), { method: 'PUT', body }, cookie)
    assert.equal(answer.status, 204)
  }
  const { client, socket } = await place.connect(cookie)
  const project = await client.projects.create({ name: 'stripes' })
  const { jobId } = await client.samples.import({
    projectId: project.id,
    source: { kind: 'upload', uploadId },
  })
  assert.equal(await ended(client, jobId), 'finished')
  const { samples, total } = await client.samples.page({ projectId: project.id, offset: 0, limit: 10 })
  assert.equal(total, 4)
  const sample = samples[0]
  assert(sample)

  const picture = await place.fetch(sampleImage(sample.id, 'thumbnail'), {}, cookie)
  assert.equal(picture.status, 200)
  assert.match(picture.headers.get('content-type') ?? '', /^image\//)
  assert.match(picture.headers.get('content-security-policy') ?? '', /default-src 'none'.*sandbox/)
  assert.match(picture.headers.get('cache-control') ?? '', /private/)
  assert((await picture.arrayBuffer()).byteLength > 100)
  const etag = picture.headers.get('etag')
  assert(etag)
  const again = await place.fetch(
    sampleImage(sample.id, 'thumbnail'),
    { headers: { 'if-none-match': etag } },
    cookie,
  )
  assert.equal(again.status, 304)

  for (const who of [undefined, `flawline-${place.station.port}=${'A'.repeat(43)}`]) {
    const refused = await place.fetch(
      sampleImage(sample.id, 'thumbnail'),
      { headers: { 'if-none-match': etag } },
      who,
    )
    assert.equal(refused.status, 401)
    assert.equal(await refused.text(), 'Sign in first.')
  }
  socket.close()
})

test('the names of uploaded files lead nowhere else', async () => {
  const id = await begin()
  const before = await readdir(place.folder, { recursive: true })
  const names = [
    '..%2f..%2f..%2fevil.png',
    '%2e%2e/evil.png',
    '..%5c..%5cevil.png',
    'good/..%2f..%2fevil.png',
    'a%00.png',
    '%2fetc%2fevil.png',
    'C:/evil.png',
    '',
  ]
  for (const name of names) {
    const answer = await place.fetch(`uploads/${id}/${name}`, { method: 'PUT', body: 'x' }, cookie)
    assert([400, 404, 405].includes(answer.status), `${name}: ${answer.status}`)
  }
  for (const other of ['..', '%2e%2e', '..%2f..', 'nosuchupload']) {
    const answer = await place.fetch(`uploads/${other}/evil.png`, { method: 'PUT', body: 'x' }, cookie)
    assert([400, 404, 405].includes(answer.status), `${other}: ${answer.status}`)
  }
  const now = await readdir(place.folder, { recursive: true })
  assert.deepEqual(
    now.filter((name) => !before.includes(name) && !name.includes('flawline.db')),
    [],
  )
})

test('an upload that is too large is refused before it is sent, and one that breaks off leaves nothing', async () => {
  const id = await begin()
  const head = (length: number) =>
    `PUT /uploads/${id}/big.png HTTP/1.1\r\nhost: 127.0.0.1:${place.station.port}\r\norigin: ${place.address}\r\n` +
    `cookie: ${cookie}\r\ncontent-length: ${length}\r\n\r\n`
  const refused = await place.raw(`${head(2 ** 40)}x`)
  assert.match(refused, /^HTTP\/1\.1 413 /)

  await new Promise<void>((resolve) => {
    const socket = connect(place.station.port, '127.0.0.1', () => {
      socket.write(`${head(1_000_000)}half of it`, () => socket.destroy())
    })
    socket.on('close', () => resolve())
  })
  // The station goes on; what was begun is gone as soon as it has noticed.
  assert.equal((await place.fetch('auth/state', {}, cookie)).status, 200)
  const files = () => readdir(path.join(place.folder, 'data/uploads'), { recursive: true })
  for (let tries = 0; tries < 200 && (await files()).some((name) => /big|part/.test(name)); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.deepEqual(
    (await files()).filter((name) => /big|part/.test(name)),
    [],
  )
})

test('a report may be framed by our own page, and runs nothing', async () => {
  const { client, socket } = await place.connect(cookie)
  const [project] = await client.projects.list()
  assert(project)
  const report = await place.fetch(reportAddress(project.id, 'html', {}), {}, cookie)
  // There is nothing inspected yet: either an empty report, or a typed problem; never without its policy.
  const policy = report.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /sandbox/)
  if (report.headers.get('content-type')?.startsWith('text/html')) {
    assert.match(policy, /frame-ancestors 'self'/)
    assert.equal(report.headers.get('x-frame-options'), 'SAMEORIGIN')
  }
  socket.close()
})
