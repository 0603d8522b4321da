/** What pages may not do: go elsewhere, open windows, use devices, reach the network. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { lockSession } from '../../../src/main/desktop/permissions.ts'
import { createDevelopmentHandler, createRequestHandler } from '../../../src/main/desktop/requests.ts'
import {
  isOwnPage,
  ownPath,
  registerScheme,
  schemePrivileges,
  startAddress,
} from '../../../src/main/desktop/scheme.ts'
import { lockContents } from '../../../src/main/desktop/window.ts'
import { FakeSession } from './support/stage.ts'

class Contents extends EventEmitter {
  answer: { action: string } | undefined
  setWindowOpenHandler(handler: () => { action: 'deny' }): void {
    this.answer = handler()
  }
  /** True if the page may go there. */
  goes(url: string, { isMainFrame = true, event = 'will-navigate' } = {}): boolean {
    let prevented = false
    this.emit(event, { url, isMainFrame, preventDefault: () => (prevented = true) })
    return !prevented
  }
}

function locked(): Contents {
  const contents = new Contents()
  lockContents(contents)
  return contents
}

const foreign = [
  'https://example.com/',
  'http://localhost:5173/',
  'file:///etc/passwd',
  'data:text/html,<script>1</script>',
  'javascript:alert(1)',
  'blob:https://example.com/1',
  'flawline://other/index.html',
  'flawline://app.example.com/index.html',
  'flawline://app@example.com/',
  'flawline://user@app/index.html',
  'flawline://app:80/index.html',
  'flawlines://app/index.html',
  'about:blank',
  'not an address',
]

test('the scheme is an origin of its own and does not bypass the content policy', () => {
  const mounted: string[] = []
  registerScheme({ handle: (name) => mounted.push(name) }, async () => new Response(null))
  assert.deepEqual(mounted, ['flawline'])
  assert.deepEqual(schemePrivileges.privileges, { standard: true, secure: true, supportFetchAPI: true })
})

test('addresses are ours only if scheme and host are, and nothing else is in them', () => {
  assert.equal(ownPath(startAddress), '/index.html')
  assert.equal(isOwnPage('flawline://app/?a=1#/projects'), true)
  assert.equal(isOwnPage('flawline://app/pictures/a'), false)
  for (const address of foreign) assert.equal(ownPath(address), undefined, address)
})

test('a page opens no windows and embeds no web views', () => {
  const contents = locked()
  assert.deepEqual(contents.answer, { action: 'deny' })
  assert.equal(contents.goes('flawline://app/', { event: 'will-attach-webview' }), false)
})

test('a page stays where it is, whichever way it tries to leave', () => {
  const contents = locked()
  for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
    for (const address of foreign)
      assert.equal(contents.goes(address, { event }), false, `${event} ${address}`)
    assert.equal(contents.goes('flawline://app/index.html#/history', { event }), true, 'loading itself again')
  }
})

test('a download becomes a file; a report never takes the place of the page, but may be framed', () => {
  const contents = locked()
  const report = 'flawline://app/downloads/reports/abc123.html?lotId=def456'
  assert.equal(contents.goes('flawline://app/downloads/history/abc123.csv'), true)
  assert.equal(contents.goes(report), false)
  const frame = { isMainFrame: false, event: 'will-frame-navigate' }
  assert.equal(contents.goes(report, frame), true)
  assert.equal(contents.goes('about:blank', frame), true)
  assert.equal(contents.goes('flawline://app/index.html', frame), false, 'the page does not frame itself')
  for (const address of foreign.filter((one) => one !== 'about:blank')) {
    assert.equal(contents.goes(address, frame), false, address)
  }
})

function lockedSession(): FakeSession {
  const session = new FakeSession()
  lockSession(session, undefined)
  return session
}

test('a page gets full screen, copying and the camera; nothing else', () => {
  const session = lockedSession()
  const own = { isMainFrame: true, requestingUrl: startAddress }
  assert.equal(session.grants('fullscreen', own), true)
  assert.equal(session.grants('clipboard-sanitized-write', own), true)
  assert.equal(session.grants('media', { ...own, mediaTypes: ['video'] }), true)
  assert.equal(session.grants('media', { ...own, mediaType: 'video' }), true)
  for (const mediaTypes of [['audio'], ['video', 'audio'], []]) {
    assert.equal(session.grants('media', { ...own, mediaTypes }), false, mediaTypes.join())
  }
  assert.equal(session.grants('media', { ...own, mediaType: 'unknown' }), false)
  assert.equal(session.grants('media', own), false)
  for (const permission of [
    'geolocation',
    'notifications',
    'openExternal',
    'clipboard-read',
    'usb',
    'hid',
    'serial',
    'display-capture',
    'fileSystem',
    'unknown',
  ]) {
    assert.equal(session.grants(permission, own), false, permission)
  }
  assert.equal(session.deviceAnswer, false)
})

test('frames and foreign pages get no permission at all', () => {
  const session = lockedSession()
  assert.equal(session.grants('fullscreen', { isMainFrame: false, requestingUrl: startAddress }), false)
  assert.equal(session.grants('fullscreen', { isMainFrame: true }), false)
  for (const requestingUrl of foreign) {
    assert.equal(session.grants('fullscreen', { isMainFrame: true, requestingUrl }), false, requestingUrl)
  }
})

test('nothing is asked of the network or read from files, and the spell checker fetches no dictionaries', () => {
  const session = lockedSession()
  assert.equal(session.spellChecker, false)
  for (const protocol of ['http:', 'https:', 'ws:', 'wss:', 'file:']) {
    assert.ok(
      session.filter.some((pattern) => pattern.startsWith(`${protocol}//`)),
      protocol,
    )
  }
  for (const url of ['https://example.com/', 'ws://localhost:1/', 'file:///etc/passwd']) {
    assert.equal(session.block?.(url), true, url)
  }
})

function handler() {
  const log: string[] = []
  const handle = createRequestHandler({
    assets: async ({ url }) => new Response(`page ${url}`),
    content: async ({ url }) => {
      if (url.includes('broken')) throw new Error('/secret/place is not there')
      return new Response(`content ${url}`)
    },
    log: (message) => log.push(message),
  })
  return { handle, log }
}

test('the scheme answers for its own host alone, and to its own pages alone', async () => {
  const { handle } = handler()
  assert.match(await (await handle(new Request('flawline://app/uploads'))).text(), /^content/)
  assert.match(await (await handle(new Request('flawline://app/downloads/history/a.csv'))).text(), /^content/)
  assert.match(await (await handle(new Request('flawline://app/picturesque.js'))).text(), /^page/)
  assert.equal((await handle(new Request('flawline://elsewhere/index.html'))).status, 404)
  const from = (origin: string) => handle(new Request('flawline://app/pictures/a', { headers: { origin } }))
  assert.equal((await from('flawline://app')).status, 200)
  assert.equal((await from('https://example.com')).status, 403)
  assert.equal((await from('null')).status, 403)
})

test('what goes wrong inside is logged and not told', async () => {
  const { handle, log } = handler()
  const response = await handle(new Request('flawline://app/pictures/broken'))
  assert.equal(response.status, 500)
  assert.doesNotMatch(await response.text(), /secret/)
  assert.match(log.join('\n'), /secret/)
})

test('bodies reach the core as they are sent', async () => {
  let received = ''
  const handle = createRequestHandler({
    assets: async () => new Response(null),
    content: async (request) => {
      received = await request.text()
      return new Response(null, { status: 204 })
    },
    log: () => undefined,
  })
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('first '))
      controller.enqueue(new TextEncoder().encode('second'))
      controller.close()
    },
  })
  const init = { method: 'PUT', body, duplex: 'half' as const }
  assert.equal((await handle(new Request('flawline://app/uploads/abc123/a.png', init))).status, 204)
  assert.equal(received, 'first second')
})

test('while developing, pages come from the development server under their own origin', async (context) => {
  const asked: string[] = []
  context.mock.method(globalThis, 'fetch', async (address: URL) => {
    asked.push(address.href)
    return new Response('page')
  })
  const handle = createDevelopmentHandler('http://localhost:5173')
  assert.equal(await (await handle(new Request('flawline://app/src/main.ts?t=1'))).text(), 'page')
  assert.deepEqual(asked, ['http://localhost:5173/src/main.ts?t=1'])
})
