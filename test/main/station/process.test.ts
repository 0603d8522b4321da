/** The station as a program: how it starts, what it prints, how it ends, and that a kill loses nothing. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import { closed, makeFolder } from './support/place.ts'
import { addressOf, connect, Programs } from './support/programs.ts'

let folder: string
let programs: Programs

before(async () => {
  folder = await makeFolder()
  programs = new Programs(folder)
})
afterEach(() => programs.killAll())
after(() => rm(folder, { recursive: true, force: true }))

const start = (...words: string[]) => programs.start(...words)

test('it prints its address, serves, and ends in order at SIGTERM', async () => {
  const started = start('--port', '0', '--json')
  const address = await addressOf(started)
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.match(await (await fetch(address)).text(), /Flawline/)
  const { client, socket } = await connect(address)
  await client.projects.create({ name: 'kept' })
  const stream = await client.live()
  await stream.next()
  const code = closed(socket)
  started.child.kill('SIGTERM')
  assert.equal(await code, 1001, 'the page is told')
  assert.equal(await started.code, 0, started.output.stderr)
  await assert.rejects(fetch(address))
})

test('a killed station loses nothing, and the next one takes its place', async () => {
  const first = start('--port', '0', '--json')
  const { client, socket } = await connect(await addressOf(first))
  const project = await client.projects.create({ name: 'made just before' })
  const gone = closed(socket)
  first.child.kill('SIGKILL')
  await Promise.all([first.code, gone])

  const second = start('--port', '0', '--json')
  const again = await connect(await addressOf(second))
  assert.equal((await again.client.projects.get({ id: project.id })).name, 'made just before')
  again.socket.terminate()
  second.child.kill('SIGINT')
  assert.equal(await second.code, 0, second.output.stderr)
})

test('one data folder has one station: a second is told where the first is', async () => {
  const first = start('--port', '0', '--json')
  const address = await addressOf(first)
  const second = start('--port', '0')
  assert.equal(await second.code, 1)
  assert.equal(second.output.stdout, '')
  assert.match(second.output.stderr, /^flawline: Another station serves the data folder .*data already/)
  assert(
    second.output.stderr.includes(address) && second.output.stderr.includes(`process ${first.child.pid}`),
  )
  assert.equal((await fetch(address)).status, 200)
})

test('a taken port is said in one line; people see one line with the address', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const taken = holder.address()
  assert(typeof taken === 'object' && taken)
  const refused = start('--port', String(taken.port))
  assert.equal(await refused.code, 1)
  assert.equal(
    refused.output.stderr,
    `flawline: Port ${taken.port} is in use by another program. Choose another with --port.\n`,
  )
  holder.close()

  const plain = start('--port', '0')
  assert.match(await plain.line, /^Flawline station: http:\/\/127\.0\.0\.1:\d+$/)
  plain.child.kill('SIGTERM')
  assert.equal(await plain.code, 0)
})

test('on the network it prints the link that sets the administrator’s password', async () => {
  const started = start('--port', '0', '--host', '0.0.0.0', '--json')
  const { setupLink } = JSON.parse(await started.line) as { setupLink: string }
  assert.match(setupLink, /^http:\/\/[\w.]+:\d+\/#\/setup\?token=[\w-]{43}$/)
  started.child.kill('SIGTERM')
  assert.equal(await started.code, 0)
})

test('wrong words are explained', async () => {
  const wrong = start('--port', 'seventy')
  assert.equal(await wrong.code, 2)
  assert.match(wrong.output.stderr, /--port.*It takes a number from 0 to 65535/)
  const help = start('--help')
  assert.equal(await help.code, 0)
  assert.match(help.output.stdout, /--new-link/)
})
