import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import {
  contentSecurityPolicy,
  createAssetHandler,
  pageSecurityPolicy,
  type Handler,
} from '../../../src/main/app/assets.ts'

let folder: string
let handle: Handler

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'flawline-assets-'))
  await mkdir(path.join(folder, 'renderer/assets'), { recursive: true })
  await mkdir(path.join(folder, 'renderer-private'), { recursive: true })
  await writeFile(path.join(folder, 'renderer/index.html'), '<!doctype html><title>Flawline</title>')
  await writeFile(path.join(folder, 'renderer/assets/index.js'), 'export {}')
  await writeFile(path.join(folder, 'renderer/flawline.db'), 'not for the page')
  await writeFile(path.join(folder, 'secret.json'), '{}')
  await writeFile(path.join(folder, 'renderer-private/secret.json'), '{}')
  handle = createAssetHandler(path.join(folder, 'renderer'))
})
after(() => rm(folder, { recursive: true, force: true }))

const get = (address: string, method = 'GET') => handle(new Request(address, { method }))

test('a page is served with its type and the content policy', async () => {
  for (const address of [
    'flawline://app/',
    'flawline://app/index.html',
    'flawline://app/index.html?a=1#/b',
  ]) {
    const response = await get(address)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
    assert.equal(response.headers.get('content-security-policy'), contentSecurityPolicy)
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
    assert.match(await response.text(), /Flawline/)
  }
  const script = await get('flawline://app/assets/index.js')
  assert.equal(script.headers.get('content-type'), 'text/javascript; charset=utf-8')
})

test('the policy lets no script in from elsewhere, nor inline', () => {
  const scripts = contentSecurityPolicy.split('; ').find((rule) => rule.startsWith('script-src'))
  assert.equal(scripts, "script-src 'self'")
  assert.doesNotMatch(contentSecurityPolicy, /https?:|\*|unsafe-eval/)
})

test('a station adds its own WebSocket to the policy and nothing else', () => {
  const [plain, station] = [pageSecurityPolicy(), pageSecurityPolicy('ws://127.0.0.1:4770')]
  assert.equal(station.replace(' ws://127.0.0.1:4770', ''), plain)
  assert.match(station, /connect-src 'self' ws:\/\/127\.0\.0\.1:4770;/)
})

test('files named by their content are kept by the browser, the page itself is not', async () => {
  const caching = async (address: string) => (await get(address)).headers.get('cache-control')
  assert.match((await caching('flawline://app/assets/index.js')) ?? '', /immutable/)
  assert.equal(await caching('flawline://app/'), 'no-cache')
})

test('nothing outside the folder is served, however it is spelt', async () => {
  for (const tail of [
    '../secret.json',
    '..%2fsecret.json',
    '%2e%2e/secret.json',
    '%2e%2e%2fsecret.json',
    'assets/..%2f..%2fsecret.json',
    '..%2frenderer-private%2fsecret.json',
    '%2e%2e%5csecret.json',
    '/secret.json',
    'secret.json%00.html',
    '%E0%A4%A',
  ]) {
    assert.equal((await get(`flawline://app/${tail}`)).status, 404, tail)
  }
})

test('missing files, folders and unknown types are not found', async () => {
  for (const tail of ['missing.html', 'assets', 'assets/', 'flawline.db']) {
    assert.equal((await get(`flawline://app/${tail}`)).status, 404, tail)
  }
})

test('only reading is answered; HEAD has no body', async () => {
  const refused = await get('flawline://app/index.html', 'POST')
  assert.equal(refused.status, 405)
  assert.equal(refused.headers.get('allow'), 'GET, HEAD')
  const head = await get('flawline://app/index.html', 'HEAD')
  assert.equal(head.status, 200)
  assert.equal(await head.text(), '')
})
