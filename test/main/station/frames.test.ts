/** What is no message of ours closes its own socket; the others and the station do not notice. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { mostBuffered } from '../../../src/main/station/channel.ts'
import { closed, StationPlace } from './support/place.ts'

let place: StationPlace
before(async () => {
  place = await StationPlace.open()
})
after(() => place.remove())

/** A WebSocket by hand: the bytes after the handshake are ours. */
function shakeHands(): Promise<{ socket: Socket; rest: Promise<Buffer> }> {
  return new Promise((resolve, reject) => {
    const socket = connect(place.station.port, '127.0.0.1', () => {
      socket.write(
        `GET /rpc HTTP/1.1\r\nhost: 127.0.0.1:${place.station.port}\r\norigin: ${place.address}\r\nupgrade: websocket\r\n` +
          `connection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
      )
    })
    socket.once('error', reject)
    socket.once('data', (data: Buffer) => {
      if (!data.toString('latin1').startsWith('HTTP/1.1 101 ')) reject(new Error(data.toString('latin1')))
      const parts: Buffer[] = []
      socket.on('data', (more: Buffer) => parts.push(more))
      const rest = new Promise<Buffer>((done) => socket.once('close', () => done(Buffer.concat(parts))))
      resolve({ socket, rest })
    })
  })
}

async function isAlive(): Promise<void> {
  const { client, socket } = await place.connect()
  await client.projects.list()
  socket.close()
}

test('malformed frames end their socket and nothing is answered', async () => {
  const frames: Record<string, Uint8Array> = {
    'not masked': Uint8Array.of(0x81, 0x02, 0x7b, 0x7d),
    'reserved bits': Uint8Array.of(0xf1, 0x80, 0, 0, 0, 0),
    'unknown opcode': Uint8Array.of(0x83, 0x80, 0, 0, 0, 0),
    'control frame too long': Uint8Array.of(0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0),
    'continues nothing': Uint8Array.of(0x80, 0x81, 0, 0, 0, 0, 0x61),
    'longer than memory': Uint8Array.of(
      0x81,
      0xff,
      0x7f,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0,
      0,
      0,
      0,
    ),
    'longer than allowed': Uint8Array.of(0x81, 0xff, 0, 0, 0, 0, 0x01, 0, 0, 0, 0, 0, 0, 0),
    'not UTF-8': Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28),
    'close code that is none': Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 0x00, 0x01),
    noise: randomBytes(4096).fill(0xff, 0, 2),
  }
  const { client, socket: bystander } = await place.connect()
  for (const [name, bytes] of Object.entries(frames)) {
    const { socket, rest } = await shakeHands()
    socket.write(bytes)
    const answer = await rest
    // A close frame at the most (opcode 8, two bytes of code).
    assert(
      answer.byteLength <= 4 && (answer.byteLength === 0 || answer[0] === 0x88),
      `${name}: ${answer.toString('hex')}`,
    )
  }
  await client.projects.list()
  bystander.close()
})

test('messages that are none of ours end their socket', async () => {
  const deep = '['.repeat(100_000)
  const messages: (string | Uint8Array)[] = [
    '',
    'garbage',
    '{"i":1',
    'null',
    '[]',
    '42',
    '{}',
    deep,
    '{"i":1,"p":null}',
    '{"i":{},"p":{"u":"/projects/list"}}',
    '{"i":1,"p":{"u":"http://evil.example/projects/list"}}',
    '{"i":1,"p":{"u":"/../projects/list?x=1"}}',
    '{"i":1,"t":9,"p":{"u":"/projects/list"}}',
    '{"i":1,"t":3,"p":{"e":"message","d":1}}',
    '{"i":1,"p":{"u":"/projects/list","m":"GET"}}',
    '{"i":1,"p":{"u":"/projects/list","h":{"last-event-id":["a"]}}}',
    randomBytes(100),
    Buffer.from('{"i":1,"p":{"u":"/projects/list"}}\u00ff binary'),
  ]
  for (const message of messages) {
    const socket = await place.socket({}, place.address)
    const answers: unknown[] = []
    socket.on('message', (data) => answers.push(String(data)))
    const code = closed(socket)
    socket.send(message)
    assert([1003, 1007, 1008].includes(await code), String(message).slice(0, 60))
    assert.deepEqual(answers, [])
  }
  await isAlive()
})

test('procedures that are none, and inputs that make no sense, are answered with errors', async () => {
  const socket = await place.socket({}, place.address)
  const ask = (message: unknown) =>
    new Promise<unknown>((resolve) => {
      socket.once('message', (data) => resolve(JSON.parse(String(data))))
      socket.send(JSON.stringify(message))
    })
  const status = (answer: unknown) => (answer as { p: { s?: number } }).p.s ?? 200
  assert.equal(status(await ask({ i: 1, p: { u: '/nothing/here' } })), 404)
  assert.equal(status(await ask({ i: 2, p: { u: '/__proto__/constructor' } })), 404)
  assert(status(await ask({ i: 3, p: { u: '/projects/get', b: { json: { id: '../../etc' } } } })) >= 400)
  assert(
    status(
      await ask({ i: 4, p: { u: '/projects/get', b: { json: { id: 1 }, meta: [[1, '__proto__', 'x']] } } }),
    ) >= 400,
  )
  assert.equal(({} as Record<string, unknown>)['x'], undefined)
  socket.close()
})

test('a message larger than allowed ends its socket', async () => {
  const socket = await place.socket({}, place.address)
  const code = closed(socket)
  socket.send(`"${'x'.repeat(9 << 20)}"`)
  assert.equal(await code, 1009)
  await isAlive()
})

test('a socket with calls without end is closed', async () => {
  const socket = await place.socket({}, place.address)
  const code = closed(socket)
  for (let id = 0; id < 600; id++) socket.send(JSON.stringify({ i: id, p: { u: '/live' } }))
  assert.equal(await code, 1009)
  await isAlive()
})

test('a WebSocket is opened at its address alone, and plain requests there are told so', async () => {
  await assert.rejects(place.socket({}, place.address, ''), /404/)
  await assert.rejects(place.socket({}, place.address, 'rpc/more'), /404/)
  assert.equal((await place.fetch('rpc')).status, 426)
})

test('a peer that gives no sign of life is dropped', async () => {
  const quick = await StationPlace.open({ pulse: 300 })
  try {
    const deaf = await quick.socket({}, quick.address)
    const well = await quick.socket({}, quick.address)
    const gone = closed(deaf)
    // Does not read any more, so that no ping is answered.
    deaf.pause()
    let pings = 0
    await new Promise<void>((resolve) => {
      well.on('ping', () => {
        if (++pings === 3) resolve()
      })
    })
    assert.equal(well.readyState, well.OPEN)
    deaf.resume()
    assert.equal(await gone, 1006)
  } finally {
    await quick.remove()
  }
})

test('a reader that takes nothing does not fill the memory: it is cut off, and others are served', async () => {
  const { client, socket: well } = await place.connect()
  for (let count = 0; count < 60; count++) {
    await client.projects.create({ name: `large ${count}`, description: 'x'.repeat(2000) })
  }
  const { length } = JSON.stringify(await client.projects.list())
  const deaf = await place.socket({}, place.address)
  const gone = closed(deaf)
  deaf.pause()
  // Twice what may wait for it, a few hundred calls at a time.
  const calls = Math.ceil((2 * mostBuffered) / length)
  for (let id = 0; id < calls; id++) {
    deaf.send(JSON.stringify({ i: id, p: { u: '/projects/list', b: {} } }))
    if (id % 100 === 0) await client.projects.get({ id: (await client.projects.list())[0]?.id ?? '' })
  }
  for (let round = 0; round < 20; round++) await client.projects.list()
  deaf.resume()
  assert([1006, 1009].includes(await gone))
  await client.projects.list()
  well.close()
})
