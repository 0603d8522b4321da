import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { acquireLock, isLocked, LockedError } from '../../../src/main/compute/lock.ts'

test('a lock has one holder at a time', async () => {
  const name = `test ${process.pid} one`
  const lock = await acquireLock(name)
  assert(await isLocked(name))
  assert(!(await isLocked(`${name} more`)))
  await assert.rejects(acquireLock(name), LockedError)
  const next = acquireLock(name, 5000)
  await lock.release()
  await (await next).release()
  assert(!(await isLocked(name)))
})

test('a killed holder leaves no lock', async () => {
  const name = `test ${process.pid} two`
  const module = new URL('../../../src/main/compute/lock.ts', import.meta.url).href
  const holder = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { acquireLock } = await import(${JSON.stringify(module)})
       await acquireLock(${JSON.stringify(name)})
       console.log('held')
       setInterval(() => undefined, 1000)`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await once(holder.stdout, 'data')
  assert(await isLocked(name))
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  await (await acquireLock(name, 5000)).release()
})
