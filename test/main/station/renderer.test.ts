import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { readyRenderer, rendererState } from '../../../src/main/station/renderer.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'flawline-renderer-'))
  for (const folder of ['src/renderer/pages', 'src/contract', 'out/renderer']) {
    await mkdir(path.join(root, folder), { recursive: true })
  }
})
afterEach(() => rm(root, { recursive: true, force: true }))

const place = (hasSource: boolean) => ({ root, folder: path.join(root, 'out/renderer'), hasSource })
/** Writes a file as if that many seconds after the start of 2026. */
async function write(file: string, seconds: number): Promise<void> {
  await writeFile(path.join(root, file), '')
  const time = Date.UTC(2026, 0, 1) / 1000 + seconds
  await utimes(path.join(root, file), time, time)
}

test('a missing interface is said to need a build', async () => {
  assert.equal(rendererState(place(false)), 'missing')
  await assert.rejects(
    readyRenderer(place(false), () => undefined),
    /run "npm run build"/,
  )
})

test('one that is older than its source is stale, generated declarations aside', async () => {
  await write('out/renderer/index.html', 10)
  await write('src/renderer/pages/Page.vue', 5)
  await write('src/renderer/components.d.ts', 20)
  assert.equal(rendererState(place(true)), 'current')
  await write('src/contract/common.ts', 15)
  assert.equal(rendererState(place(true)), 'stale')
  assert.equal(rendererState(place(false)), 'current', 'an installed one has no source')
  const said: string[] = []
  // There is nothing here to build it with: it is served as it is, with a word.
  assert.equal(await readyRenderer(place(true), (text) => said.push(text)), place(true).folder)
  assert.match(said.join(), /older than its source/)
})
