/** The core behind the window: the contract over a port, pictures and uploads over requests, one owner of the folder. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { createORPCClient, isDefinedError, safe } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../../src/contract/index.ts'
import { createCore } from '../../../src/main/app/core.ts'
import { forkedProcess } from '../../../src/main/compute/launch.ts'
import { openHost, type Host } from '../../../src/main/desktop/host.ts'
import { createRequestHandler } from '../../../src/main/desktop/requests.ts'
import { StorageError } from '../../../src/main/store/index.ts'

type Client = ContractRouterClient<Contract>

let folder: string
let host: Host
const ports: MessagePort[] = []

before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'flawline-host-'))
  host = openHost(path.join(folder, 'data'), forkedProcess(), () => undefined)
})
after(async () => {
  for (const port of ports) port.close()
  await host.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A page as it connects: its end of a channel, the other served by the host. */
function connect(): Client {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1)
  host.serve(port1)
  const link = new RPCLink({ port: port2 })
  port2.start()
  return createORPCClient<Client>(link)
}

test('a page is told whom it works for: nobody signs in at the machine itself', async () => {
  const info = await connect().system.info()
  assert.equal(info.face, 'desktop')
  assert.equal(info.signIn, false)
  assert.equal(info.user.role, 'administrator')
})

test('a call changes the data folder, and another page hears of it', async () => {
  const watching = connect()
  const stop = new AbortController()
  const events = await watching.live(undefined, { signal: stop.signal })
  const acting = connect()
  const created = await acting.projects.create({ name: 'flange' })
  for await (const event of events) {
    if (event.kind === 'changed' && event.topic === 'projects') break
  }
  stop.abort()
  const listed = await watching.projects.list({})
  assert.ok(listed.some((project) => project.id === created.id))
})

test('errors cross as the contract types them', async () => {
  const { error } = await safe(connect().samples.get({ id: 'nothing1' }))
  assert.ok(isDefinedError(error))
  assert.equal(error.code, 'NOT_FOUND')
})

test('uploads and pictures are answered under the own scheme', async () => {
  const handle = createRequestHandler({
    assets: async () => new Response('page'),
    content: host.content,
    log: () => undefined,
  })
  const begun = await handle(new Request('flawline://app/uploads', { method: 'POST' }))
  assert.equal(begun.status, 200)
  const { id } = (await begun.json()) as { id: string }
  const put = await handle(
    new Request(`flawline://app/uploads/${id}/good/1.png`, {
      method: 'PUT',
      body: new Uint8Array([1, 2, 3]),
    }),
  )
  assert.ok(put.ok, `${put.status} ${await put.text()}`)
  assert.equal((await handle(new Request('flawline://app/pictures/samples/nothing1/view'))).status, 404)
})

test('a folder that a station serves is left alone, and the station is named', async () => {
  const data = path.join(folder, 'served')
  const station = createCore(data)
  try {
    assert.equal(station.store.stations.claim(4242), undefined)
    station.store.stations.setAddress('http://127.0.0.1:4770/')
    assert.throws(
      () => openHost(data, forkedProcess(), () => undefined),
      (error) => {
        assert.ok(error instanceof StorageError)
        assert.equal(error.problem, 'busy')
        assert.match(error.message, /127\.0\.0\.1:4770/)
        return true
      },
    )
  } finally {
    await station.close()
  }
  // And it is free again afterwards, for whoever comes next.
  const next = openHost(data, forkedProcess(), () => undefined)
  await next.close()
  const last = openHost(data, forkedProcess(), () => undefined)
  await last.close()
})
