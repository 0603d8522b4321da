/** The station as a program: how it starts, what it prints, how it ends, and that a kill loses nothing. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { WebSocket } from 'ws'
import { closed, makeFolder, type Client } from './support/place.ts'

const entry = path.resolve(import.meta.dirname, '../../../src/main/station/index.ts')
let folder: string
const running = new Set<ChildProcess>()

before(async () => {
  folder = await makeFolder()
})
afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL')
    await once(child, 'close')
  }
})
after(() => rm(folder, { recursive: true, force: true }))

interface Started {
  readonly child: ChildProcess
  readonly code: Promise<number | null>
  /** The first line on standard output; empty if it ended without one. */
  readonly line: Promise<string>
  readonly output: { stdout: string; stderr: string }
}

function start(...words: string[]): Started {
  const child = spawn(
    process.execPath,
    [entry, '--data', path.join(folder, 'data'), '--renderer', path.join(folder, 'renderer'), ...words],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  running.add(child)
  const output = { stdout: '', stderr: '' }
  const code = new Promise<number | null>((resolve) =>
    child.once('close', (value) => {
      running.delete(child)
      resolve(value)
    }),
  )
  const line = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text
      if (output.stdout.includes('\n')) resolve(output.stdout.split('\n')[0] ?? '')
    })
    void code.then(() => resolve(''))
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  return { child, code, line, output }
}

async function addressOf(started: Started): Promise<string> {
  const line = await started.line
  assert.notEqual(line, '', started.output.stderr)
  return (JSON.parse(line) as { address: string }).address
}

async function connect(address: string): Promise<{ client: Client; socket: WebSocket }> {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/rpc`, { origin: address })
  await once(socket, 'open')
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
  return { client: createORPCClient(link), socket }
}

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
