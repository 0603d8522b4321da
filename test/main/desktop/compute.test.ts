/** The compute process in Electron: the same client drives it, and its death is reported with its last words. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { ComputeClient } from '../../../src/main/compute/client.ts'
import { ComputeDiedError } from '../../../src/main/compute/errors.ts'
import { utilityLaunch, type UtilityOptions } from '../../../src/main/desktop/compute.ts'

/** Stands in for Electron's `UtilityProcess`: ready at once, answers jobs as told. */
class FakeUtility extends EventEmitter {
  readonly stderr = new PassThrough()
  readonly received: { kind: string; id?: number }[] = []
  pid: number | undefined = undefined
  kills = 0
  answer: (message: { kind: string; id?: number }) => void = () => undefined
  constructor() {
    super()
    setImmediate(() => {
      this.pid = 4711
      this.emit('message', { kind: 'ready', pid: 4711 })
    })
  }
  postMessage(message: { kind: string; id?: number }): void {
    this.received.push(message)
    this.answer(message)
  }
  kill(): boolean {
    this.kills++
    this.die(15)
    return true
  }
  die(code: number, words = ''): void {
    this.emit('exit', code)
    this.stderr.end(words)
  }
}

function launched(environment: NodeJS.ProcessEnv = {}) {
  const children: FakeUtility[] = []
  const asked: { entry: string; options: UtilityOptions }[] = []
  const launch = utilityLaunch({
    entry: '/application/out/main/compute.js',
    fork: (entry, _words, options) => {
      asked.push({ entry, options })
      const child = new FakeUtility()
      children.push(child)
      return child
    },
    end: (child) => child.kill(),
    environment,
  })
  return { client: new ComputeClient(launch), children, asked }
}

const input = { steps: 1 } as never

test('it is started by name, with its standard error kept and enough threads for decoding', async () => {
  const { client, children, asked } = launched({ PATH: '/bin', UV_THREADPOOL_SIZE: '9' })
  const job = client.run('measure-engines', input)
  const [child] = children
  assert.ok(child)
  child.answer = ({ kind, id }) => {
    if (kind === 'start') child.emit('message', { kind: 'done', id, result: { measured: true } })
  }
  assert.deepEqual(await job, { measured: true })
  assert.equal(asked[0]?.entry, '/application/out/main/compute.js')
  assert.deepEqual(asked[0]?.options.stdio, ['ignore', 'ignore', 'pipe'])
  assert.equal(asked[0]?.options.serviceName, 'Flawline compute')
  assert.deepEqual(asked[0]?.options.env, { PATH: '/bin', UV_THREADPOOL_SIZE: '9' })
  assert.equal(client.pid, 4711)
  child.answer = ({ kind }) => {
    if (kind === 'shutdown') child.die(0)
  }
  await client.close()
  assert.equal(child.kills, 0, 'it ended in order')
})

test('its death fails the job with its last words, and the next job gets a new process', async () => {
  const { client, children } = launched()
  const job = client.run('measure-engines', input)
  const [first] = children
  assert.ok(first)
  first.answer = () => {
    first.emit('error', 'FatalError', 'v8::AllocateHeap', '{}')
    first.die(134, 'terminate called\nError: out of memory on device 0\n')
  }
  await assert.rejects(job, (error) => {
    assert.ok(error instanceof ComputeDiedError)
    assert.match(error.message, /code 134: Error: out of memory on device 0/)
    return true
  })
  assert.equal(client.pid, undefined)

  const next = client.run('measure-engines', input)
  const second = children[1]
  assert.ok(second)
  second.answer = ({ kind, id }) => {
    if (kind === 'start') second.emit('message', { kind: 'done', id, result: 'again' })
  }
  assert.equal(await next, 'again')
  client.kill()
  assert.equal(second.kills, 1)
})

test('nothing is sent to a process that has ended', async () => {
  const { children, client } = launched()
  const job = client.run('measure-engines', input)
  const [child] = children
  assert.ok(child)
  child.answer = () => child.die(1)
  await assert.rejects(job, ComputeDiedError)
  const before = child.received.length
  client.kill()
  assert.equal(child.received.length, before)
  assert.equal(child.kills, 0)
})
