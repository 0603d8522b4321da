/** The life of the application: one instance, its window, its data folder, its end. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, test } from 'node:test'
import type { DesktopParts } from '../../../src/main/desktop/application.ts'
import { startDesktop } from '../../../src/main/desktop/application.ts'
import { startAddress } from '../../../src/main/desktop/scheme.ts'
import { StorageError, type StorageProblem } from '../../../src/main/store/index.ts'
import { setUp, settle, type Stage } from './support/stage.ts'

const stages: Stage[] = []
afterEach(() => {
  for (const stage of stages.splice(0)) stage.clear()
})

function prepared(changes: Partial<DesktopParts> = {}): Stage {
  const stage = setUp(changes)
  stages.push(stage)
  return stage
}

async function started(changes: Partial<DesktopParts> = {}): Promise<Stage> {
  const stage = prepared(changes)
  await startDesktop(stage.parts)
  return stage
}

test('the window is isolated, sandboxed and loads the own scheme', async () => {
  const stage = await started()
  assert.deepEqual(stage.window().loaded, [startAddress])
  assert.deepEqual(stage.options[0]?.webPreferences, {
    preload: '/application/preload/index.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webviewTag: false,
    webSecurity: true,
    spellcheck: false,
    devTools: false,
  })
})

test('the scheme serves pages and, below their roots, what the core gives', async () => {
  const { handlers } = await started()
  const get = async (address: string) => (await handlers[0]?.(new Request(address)))?.text()
  assert.equal(await get(startAddress), 'page')
  assert.equal(await get('flawline://app/pictures/samples/abc123/view'), 'content')
  assert.equal(handlers.length, 1)
})

test('it is shown only when there is something to see, in the colour of the page', async () => {
  const stage = await started()
  assert.equal(stage.window().shown, 0)
  stage.window().emit('ready-to-show')
  assert.equal(stage.window().shown, 1)
  assert.equal(stage.options[0]?.backgroundColor, '#f3f5f7')
})

test('a second instance ends itself without touching the data folder', async () => {
  const second = prepared({ words: ['--page', 'history'] })
  second.application.first = false
  await startDesktop(second.parts)
  assert.equal(second.application.quits, 1)
  assert.equal(second.windows.length, 0)
  assert.equal(second.hosts.length, 0)
  assert.deepEqual(second.application.handedOver, { page: 'history' })
})

test('the first instance comes to the front and goes where the second was asked to go', async () => {
  const stage = await started()
  const window = stage.window()
  window.minimised = true
  stage.application.emit('second-instance', {}, [], '/', { page: 'history' })
  assert.equal(window.minimised, false)
  assert.equal(window.focused, 1)
  assert.deepEqual(window.webContents.sent.at(-1)?.message, { kind: 'go', page: 'history' })

  // Whatever else was handed over is not acted on.
  const before = window.webContents.sent.length
  for (const data of [undefined, null, 'text', { page: 'javascript:alert(1)' }]) {
    stage.application.emit('second-instance', {}, [], '/', data)
  }
  assert.equal(window.webContents.sent.length, before)
  assert.equal(stage.questions.length, 0)
})

test('a second start with another data folder is told that one is open', async () => {
  const stage = await started()
  stage.answers.push(0)
  stage.application.emit('second-instance', {}, [], '/', { data: '/somewhere/else' })
  await settle()
  assert.match(stage.questions[0]?.detail ?? '', /\/somewhere\/else/)
  assert.equal(stage.hosts.length, 1)
})

test('--data names the data folder, relative to where it was typed', async () => {
  const usual = await started()
  assert.equal(usual.hosts[0]?.dataFolder, path.join(usual.folder, 'data'))
  const other = await started({ words: ['--data', 'line-3'] })
  assert.equal(other.hosts[0]?.dataFolder, path.join(other.parts.workingFolder, 'line-3'))
})

test('wrong arguments are said in a box, and nothing starts', async () => {
  for (const words of [['--data'], ['--data='], ['--data', '--page'], ['--page', 'nowhere']]) {
    const stage = await started({ words })
    assert.deepEqual(stage.application.exits, [1], words.join(' '))
    assert.equal(stage.errors.length, 1)
    assert.equal(stage.windows.length, 0)
  }
})

test('a data folder that cannot be opened is explained, with the cure', async () => {
  const cases: [StorageProblem, RegExp][] = [
    ['newer-version', /newer Flawline/],
    ['corrupt', /damaged/],
    ['read-only', /cannot be written/],
    ['disk-full', /full/],
  ]
  for (const [problem, title] of cases) {
    const stage = await started({
      openHost: () => {
        throw new StorageError(problem, '/data', 'The reason. The cure.')
      },
    })
    assert.match(stage.errors[0]?.title ?? '', title)
    assert.match(stage.errors[0]?.message ?? '', /The reason\. The cure\./)
    assert.ok(stage.errors[0]?.message.includes(stage.folder), 'it names the folder')
    assert.deepEqual(stage.application.exits, [1])
    assert.equal(stage.windows.length, 0)
  }
})

test('closing the window ends the application; activating opens one only if there is none', async () => {
  const stage = await started()
  stage.application.emit('activate')
  assert.equal(stage.windows.length, 1)
  stage.window().close()
  stage.application.emit('second-instance', {}, [], '/', {})
  stage.application.emit('activate')
  assert.equal(stage.windows.length, 2)
  stage.application.emit('window-all-closed')
  assert.equal(stage.application.quits, 1)
})

test('the data folder is closed once before the application ends', async () => {
  const { application, hosts } = await started()
  let prevented = 0
  const quit = () => application.emit('will-quit', { preventDefault: () => prevented++ })
  quit()
  quit()
  assert.equal(prevented, 2)
  await settle()
  assert.equal(hosts[0]?.closed, 1)
  assert.equal(application.quits, 1)
  quit()
  assert.equal(prevented, 2, 'the second time it may go')
})

test('an application whose data folder does not close ends all the same', async () => {
  const { application, hosts, log } = await started()
  const [host] = hosts
  assert.ok(host)
  host.close = () => Promise.reject(new Error('the disk is gone'))
  application.emit('will-quit', { preventDefault: () => undefined })
  await settle()
  assert.equal(application.quits, 1)
  assert.match(log.join('\n'), /the disk is gone/)
})

test('closing while a model is trained asks first', async () => {
  const stage = await started()
  const window = stage.window()
  await stage.hosts[0]?.train('running', 3)
  let closed = 0
  window.once('closed', () => closed++)

  stage.answers.push(1)
  window.close()
  await settle()
  assert.equal(closed, 0, 'kept open')
  assert.match(stage.questions[0]?.detail ?? '', /goes on from its last checkpoint/)

  stage.answers.push(0)
  window.close()
  await settle()
  assert.equal(closed, 1, 'stopped and closed')
})

test('closing is not asked about when nothing is trained, nor when the system ends', async () => {
  const idle = await started()
  await idle.hosts[0]?.train('running')
  await idle.hosts[0]?.train('finished')
  idle.window().close()
  assert.equal(idle.questions.length, 0)

  const ending = await started()
  await ending.hosts[0]?.train('running')
  ending.window().emit('session-end')
  ending.window().close()
  assert.equal(ending.questions.length, 0)
})

test('the machine stays awake and the taskbar shows progress while a model is trained', async () => {
  const stage = await started()
  assert.equal(stage.awake.size, 0)
  await stage.hosts[0]?.train('running', 4)
  assert.equal(stage.awake.size, 1)
  assert.equal(stage.window().progress.at(-1), 0.4)
  await stage.hosts[0]?.train('running', 5)
  assert.equal(stage.awake.size, 1)
  await stage.hosts[0]?.train('cancelled')
  assert.equal(stage.awake.size, 0)
  assert.equal(stage.window().progress.at(-1), -1)
})

test('a page that crashed is loaded again when the user says so', async () => {
  const stage = await started()
  const page = stage.window().webContents
  stage.answers.push(0)
  page.emit('render-process-gone', {}, { reason: 'crashed' })
  await settle()
  assert.equal(page.reloads, 1)
  stage.answers.push(1)
  page.emit('render-process-gone', {}, { reason: 'oom' })
  await settle()
  assert.equal(page.reloads, 1)
  assert.equal(stage.application.quits, 1)
  page.emit('render-process-gone', {}, { reason: 'clean-exit' })
  assert.equal(stage.questions.length, 2)
})

test('a page that does not answer: wait or load again, and the question goes when it answers', async () => {
  const stage = await started()
  const window = stage.window()
  window.emit('unresponsive')
  window.emit('unresponsive')
  assert.equal(stage.questions.length, 1, 'asked once')
  window.emit('responsive')
  await settle()
  assert.equal(window.webContents.crashes, 0)

  stage.answers.push(1)
  window.emit('unresponsive')
  await settle()
  assert.equal(window.webContents.crashes, 1)
  window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
  assert.equal(window.webContents.reloads, 1, 'without another question')
})

test('place, size and theme of the window are remembered', async () => {
  const stage = await started()
  const window = stage.window()
  window.bounds = { x: 100, y: 90, width: 1200, height: 800 }
  window.maximised = true
  window.close()
  assert.deepEqual(JSON.parse(readFileSync(stage.parts.stateFile, 'utf8')), {
    bounds: { x: 100, y: 90, width: 1200, height: 800 },
    maximised: true,
  })

  const again = prepared({ stateFile: stage.parts.stateFile })
  await startDesktop(again.parts)
  const { x, y, width, height } = again.options[0] ?? {}
  assert.deepEqual({ x, y, width, height }, { x: 100, y: 90, width: 1200, height: 800 })
  assert.equal(again.window().maximised, true)
})

test('a place that cannot be remembered stops nothing', async () => {
  const stage = await started({ stateFile: path.join('/dev/null', 'window.json') })
  stage.window().close()
  assert.match(stage.log.join('\n'), /could not be remembered/)
  assert.equal(existsSync('/dev/null/window.json'), false)
})

test('pages of a development server come under the own scheme too', async () => {
  const stage = await started({ developmentAddress: 'http://localhost:5173' })
  assert.deepEqual(stage.window().loaded, [startAddress])
  assert.equal(stage.session.block?.('http://localhost:5173/src/main.ts'), false)
  assert.equal(stage.session.block?.('http://localhost:9999/'), true)
})

test('every page that is made is locked', async () => {
  class Contents extends EventEmitter {
    answer: { action: string } | undefined
    setWindowOpenHandler(handler: () => { action: 'deny' }): void {
      this.answer = handler()
    }
  }
  const { application } = await started()
  const contents = new Contents()
  application.emit('web-contents-created', {}, contents)
  assert.deepEqual(contents.answer, { action: 'deny' })
  assert.ok(contents.listenerCount('will-navigate') > 0)
})
