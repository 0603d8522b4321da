/**
 * Two screens on one station see each other; a cut wire and a killed compute process lose nothing and double nothing.
 * The project and its samples are made by the command line, as somebody else's work.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { Contract } from '../../src/contract/index.ts'
import { noBrowser, openBrowser, openPage } from './support/browser.ts'
import { wireTo } from './support/proxy.ts'
import { removeFolder, root, startStation, temporaryFolder, type RunningStation } from './support/station.ts'

const samples = path.join(root, 'resources/sample-project')
const run = promisify(execFile)
const at = (page: Page, name: string) => page.locator(`[data-test="${name}"]`)

const copies = 20
let folder = ''
let station: RunningStation
let browser: Browser
let projectId = ''
let call: ContractRouterClient<Contract>
let socket: WebSocket

const options = { skip: noBrowser, timeout: 240_000 }

before(async () => {
  if (noBrowser !== false) return
  folder = await temporaryFolder()
  const data = path.join(folder, 'data')
  await mkdir(data)
  // Enough parts for a kill to come in the middle.
  for (let copy = 0; copy < copies; copy++)
    await cp(path.join(samples, 'test'), path.join(folder, 'parts', String(copy)), { recursive: true })
  const flawline = (...words: string[]) =>
    run(process.execPath, [path.join(root, 'src/main/cli/index.ts'), ...words, '--data', data])
  await flawline('project', 'create', 'Flange')
  await flawline('samples', 'import', samples, '--project', 'Flange')
  station = await startStation({ dataFolder: data, allow: [path.join(folder, 'parts')] })
  browser = await openBrowser()
  const address = new URL('rpc', station.address)
  address.protocol = 'ws:'
  socket = new WebSocket(address, { origin: new URL(station.address).origin })
  call = createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }))
  projectId = (await call.projects.list())[0]?.id ?? ''
})

after(async () => {
  if (noBrowser !== false) return
  socket.close()
  await browser.close()
  await station.stop()
  await removeFolder(folder)
})

/** Small enough for a second, long enough to be cut, killed and watched. */
const training = (epochs: number, seed: number) => ({
  projectId,
  family: 'ganomaly',
  config: { size: 32, width: 8, latent: 16, batch: 4, epochs, seed },
  engine: 'onnx-cpu' as const,
})

async function open(address: string, route: string): Promise<Page> {
  const { page } = await openPage(browser, `${address}#${route}`)
  return page
}

async function finished(runId: string): Promise<Awaited<ReturnType<typeof call.training.get>>> {
  for (;;) {
    const state = await call.training.get({ id: runId })
    if (!['queued', 'running'].includes(state.run.state)) return state
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Epochs as the page counts them. */
const epochsShown = async (page: Page): Promise<string> => (await at(page, 'fact-epoch').textContent()) ?? ''

test('what one screen does the other shows, without being asked', options, async () => {
  const [one, other] = [await open(station.address, '/projects'), await open(station.address, '/projects')]
  await at(other, 'project-card').first().waitFor()
  await at(one, 'new-project').click()
  await at(one, 'project-name').fill('Cover plate')
  await at(one, 'save-project').click()
  await at(other, 'project-card').filter({ hasText: 'Cover plate' }).waitFor()

  const gallery = await open(station.address, `/project/${projectId}/samples`)
  const twin = await open(station.address, `/project/${projectId}/samples`)
  await at(twin, 'sample').first().waitFor()
  await at(gallery, 'sample').first().click()
  const before = await at(twin, 'filter-unlabelled').textContent()
  await gallery.keyboard.press('u')
  await twin.waitForFunction(
    (text) => document.querySelector('[data-test="filter-unlabelled"]')?.textContent !== text,
    before,
  )
  await gallery.keyboard.press('Control+z')
  await twin.waitForFunction(
    (text) => document.querySelector('[data-test="filter-unlabelled"]')?.textContent === text,
    before,
  )
})

test(
  'the wire is cut in the middle of a training: the page catches up, nothing is doubled',
  options,
  async () => {
    const wire = await wireTo(station.address)
    try {
      const { id } = await call.training.start(training(80, 1))
      const cut = await open(wire.address, `/project/${projectId}/train/${id}`)
      const whole = await open(station.address, `/project/${projectId}/train/${id}`)
      await at(cut, 'run-view').waitFor()
      for (let drops = 0; drops < 2; drops++) {
        const seen = await epochsShown(cut)
        await cut.waitForFunction(
          (text) => document.querySelector('[data-test="fact-epoch"]')?.textContent !== text,
          seen,
        )
        wire.cut()
        await at(cut, 'connection-lost').waitFor()
        wire.mend()
        await at(cut, 'connection-lost').waitFor({ state: 'detached' })
      }
      const { run: result, epochs } = await finished(id)
      assert.equal(result.state, 'finished')
      assert.deepEqual(
        epochs.map(({ epoch }) => epoch),
        Array.from({ length: 80 }, (_, index) => index + 1),
        'every epoch once',
      )
      for (const page of [cut, whole]) {
        await page.locator('[data-test=run-view][data-state=finished]').waitFor()
        assert.match(await epochsShown(page), /80/)
      }
      assert.equal(await epochsShown(cut), await epochsShown(whole))
      // The same log on both: no line lost or doubled.
      assert.deepEqual(
        await at(cut, 'log').locator('p').allTextContents(),
        await at(whole, 'log').locator('p').allTextContents(),
      )
    } finally {
      await wire.close()
    }
  },
)

test(
  'the compute process is killed in the middle of a training: the page says so, the training ends as if nothing had been',
  options,
  async () => {
    const { id: undisturbed } = await call.training.start(training(12, 7))
    const expected = await finished(undisturbed)
    const before = new Set(station.computePids())
    const { id } = await call.training.start(training(12, 7))
    const page = await open(station.address, `/project/${projectId}/train/${id}`)
    await page.waitForFunction(() =>
      /[2-9]/.test(document.querySelector('[data-test="fact-epoch"]')?.textContent ?? ''),
    )
    const trainers = station.computePids().filter((pid) => !before.has(pid))
    assert.ok(trainers.length > 0, 'the training has a process of its own')
    for (const pid of trainers) process.kill(pid, 'SIGKILL')
    await page
      .getByText(/compute process died and was started again/)
      .first()
      .waitFor()
    const { run: result, epochs } = await finished(id)
    assert.equal(result.state, 'finished')
    assert.deepEqual(
      epochs.map(({ epoch, losses }) => ({ epoch, losses })),
      expected.epochs.map(({ epoch, losses }) => ({ epoch, losses })),
    )
    await page.locator('[data-test=run-view][data-state=finished]').waitFor()
  },
)

test(
  'the compute process is killed in the middle of an inspection: every part is judged once',
  options,
  async () => {
    const page = await open(station.address, `/project/${projectId}/inspect`)
    const { jobId } = await call.inspection.start({
      projectId,
      source: { kind: 'paths', paths: [path.join(folder, 'parts')] },
      lot: 'Night shift',
    })
    // The first verdict is there: more are under way.
    for (;;) {
      const { inspections } = await call.history.page({ projectId, limit: 1 })
      if (inspections.length > 0) break
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    for (const pid of station.computePids()) process.kill(pid, 'SIGKILL')
    let job = await call.jobs.get({ id: jobId })
    while (job.state === 'running' || job.state === 'queued') {
      await new Promise((resolve) => setTimeout(resolve, 100))
      job = await call.jobs.get({ id: jobId })
    }
    assert.equal(job.state, 'finished')
    assert.equal(job.restarts, 1)
    const parts = 30 * copies
    const places = new Set<string>()
    let after: Parameters<typeof call.history.page>[0]['after']
    do {
      const found = await call.history.page({ projectId, limit: 500, ...(after ? { after } : {}) })
      for (const { sourcePath } of found.inspections) places.add(sourcePath)
      after = found.next ?? undefined
    } while (after)
    assert.equal((await call.history.summary({ projectId })).count, parts)
    assert.equal(places.size, parts)
    await page.waitForFunction((expected) => {
      const count = (name: string) =>
        Number(document.querySelector(`[data-test="${name}"]`)?.textContent?.replace(/\D/g, '') ?? 0)
      return count('count-ok') + count('count-ng') === expected
    }, parts)
  },
)
