/**
 * The application's own entry, run as Electron would, with stand-ins for windows and dialogs: everything is wired,
 * a page gets its port, and work reaches the compute process over its parent port.
 */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { registerHooks } from 'node:module'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { MessagePort } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { portRequest } from '../../../src/contract/bridge.ts'
import type { Contract } from '../../../src/contract/index.ts'
import * as electron from './support/electron.ts'
import { ownFrame, settle } from './support/stage.ts'

type Client = ContractRouterClient<Contract>

let client: Client
let port: MessagePort | undefined

before(async () => {
  registerHooks({
    resolve: (name, context, next) =>
      name === 'electron'
        ? { url: new URL('./support/electron.ts', import.meta.url).href, shortCircuit: true }
        : next(name, context),
  })
  process.argv = [process.execPath, '.', '--data', path.join(electron.place, 'line 3')]
  await import('../../../src/main/index.ts')
  await settle()
  const answers: { channel: string; ports: unknown[] }[] = []
  electron.ipcMain.send(portRequest, ownFrame(answers))
  port = answers[0]?.ports[0] as MessagePort
  const link = new RPCLink({ port })
  port.start()
  client = createORPCClient<Client>(link)
})

after(async () => {
  port?.close()
  electron.app.emit('will-quit', { preventDefault: () => undefined })
  while (electron.app.quits === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  rmSync(electron.place, { recursive: true, force: true })
})

test('the scheme is privileged and the sandbox on before Electron is ready, and the window opens', () => {
  assert.equal(electron.app.name, 'Flawline')
  assert.equal(electron.app.sandboxed, true)
  assert.equal(electron.protocol.privileged.length, 1)
  assert.deepEqual(electron.windows[0]?.loaded, ['flawline://app/index.html'])
  assert.ok(Array.isArray(electron.Menu.installed))
  assert.deepEqual(electron.dialog.shown, [])
})

test('the page works on the data folder that was named', async () => {
  assert.equal((await client.system.info()).face, 'desktop')
  assert.equal((await client.system.storage()).folder, path.join(electron.place, 'line 3'))
})

test('work is done in a utility process', async () => {
  const events = await client.live(undefined)
  const { jobId } = await client.system.measureEngines()
  for await (const event of events) {
    if (event.kind !== 'job' || event.job.id !== jobId) continue
    if (event.job.state === 'queued' || event.job.state === 'running') continue
    assert.equal(event.job.state, 'finished', JSON.stringify(event.job.error))
    break
  }
  assert.match(electron.utilityProcess.started[0]?.entry ?? '', /compute[\\/]entry\.ts$/)
  assert.equal(electron.utilityProcess.started[0]?.serviceName, 'Flawline compute')
  assert.ok((await client.system.engines())?.engines.some((engine) => engine.available))
})
