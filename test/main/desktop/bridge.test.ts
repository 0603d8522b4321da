/** The messages of the preload script: what they do, and that only our own page is answered. */
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { bridgeChannels, portReply, portRequest } from '../../../src/contract/bridge.ts'
import { startDesktop } from '../../../src/main/desktop/application.ts'
import type { SenderPart } from '../../../src/main/desktop/bridge.ts'
import { FakePort, ownFrame, setUp, type Stage } from './support/stage.ts'

const stages: Stage[] = []
afterEach(() => {
  for (const stage of stages.splice(0)) stage.clear()
})

async function started(): Promise<Stage> {
  const stage = setUp()
  stages.push(stage)
  await startDesktop(stage.parts)
  return stage
}

const frame = (url: string, parent: unknown = null): SenderPart => ({
  senderFrame: { url, parent, postMessage: () => assert.fail('a foreign frame was answered') },
})
const strangers: [string, SenderPart][] = [
  ['another site', frame('https://example.com/')],
  ['another host', frame('flawline://elsewhere/index.html')],
  ['a frame in our page', frame('flawline://app/index.html', {})],
  ['a report', frame('flawline://app/downloads/reports/a.html')],
  ['a frame that is gone', { senderFrame: null }],
]

test('the page gets a port of its own, started, with the core at its other end', async () => {
  const stage = await started()
  const answers: { channel: string; ports: unknown[] }[] = []
  stage.ipc.send(portRequest, ownFrame(answers))
  stage.ipc.send(portRequest, ownFrame(answers))
  assert.deepEqual(
    answers.map(({ channel, ports }) => [channel, ports.length]),
    [
      [portReply, 1],
      [portReply, 1],
    ],
  )
  const served = stage.hosts[0]?.served ?? []
  assert.equal(served.length, 2, 'a page that is loaded again asks again')
  for (const port of served) assert.ok(port instanceof FakePort && port.started === 1)
})

test('strangers get no port, no dialog, no folder and change nothing', async () => {
  const stage = await started()
  stage.chosen = ['/secret']
  for (const [who, sender] of strangers) {
    stage.ipc.send(portRequest, sender)
    stage.ipc.send(bridgeChannels.appearance, sender, { language: 'en', theme: 'dark' })
    for (const channel of [
      bridgeChannels.chooseFolder,
      bridgeChannels.chooseFiles,
      bridgeChannels.showDataFolder,
    ]) {
      await assert.rejects(stage.ipc.invoke(channel, sender, 'Title'), /Not allowed/, who)
    }
  }
  assert.equal(stage.hosts[0]?.served.length, 0)
  assert.deepEqual(stage.hosts[0]?.allowed, [])
  assert.deepEqual(stage.shownFolders, [])
  assert.equal(stage.theme.themeSource, 'system')
})

test('what is chosen in a dialog may be read from then on; what is cancelled may not', async () => {
  const stage = await started()
  stage.chosen = ['/photos/good']
  assert.equal(await stage.ipc.invoke(bridgeChannels.chooseFolder, ownFrame(), 'Good parts'), '/photos/good')
  stage.chosen = ['/photos/1.png', '/photos/2.png']
  assert.deepEqual(await stage.ipc.invoke(bridgeChannels.chooseFiles, ownFrame(), 'Parts'), [
    '/photos/1.png',
    '/photos/2.png',
  ])
  stage.chosen = undefined
  assert.equal(await stage.ipc.invoke(bridgeChannels.chooseFolder, ownFrame(), 'Good parts'), undefined)
  assert.deepEqual(stage.hosts[0]?.allowed, ['/photos/good', '/photos/1.png', '/photos/2.png'])
})

test('the data folder is shown, whatever the page sends along', async () => {
  const stage = await started()
  await stage.ipc.invoke(bridgeChannels.showDataFolder, ownFrame(), '/etc')
  assert.deepEqual(stage.shownFolders, [stage.hosts[0]?.dataFolder])
})

test('titles and appearances that make no sense are refused', async () => {
  const stage = await started()
  for (const title of [undefined, 7, {}, 'x'.repeat(201)]) {
    await assert.rejects(stage.ipc.invoke(bridgeChannels.chooseFolder, ownFrame(), title))
  }
  for (const value of [
    undefined,
    {},
    { language: '../de', theme: 'dark' },
    { language: 'en', theme: 'pink' },
  ]) {
    stage.ipc.send(bridgeChannels.appearance, ownFrame(), value)
  }
  assert.equal(stage.theme.themeSource, 'system')
})

test('theme and language of the page become those of the window and menu, and stay', async () => {
  const stage = await started()
  stage.ipc.send(bridgeChannels.appearance, ownFrame(), { language: 'en-GB', theme: 'dark' })
  assert.equal(stage.theme.themeSource, 'dark')
  assert.equal(stage.window().colour, '#0b1220')
  assert.equal(stage.menus.length, 2, 'the menu is drawn anew')
  stage.ipc.send(bridgeChannels.appearance, ownFrame(), { language: 'en-GB', theme: 'dark' })
  assert.equal(stage.menus.length, 2, 'but not without need')

  const again = setUp({ stateFile: stage.parts.stateFile })
  stages.push(again)
  await startDesktop(again.parts)
  assert.equal(again.theme.themeSource, 'dark')
  assert.equal(again.options[0]?.backgroundColor, '#0b1220', 'no white flash')
})

test('choices in the menu reach the page', async () => {
  const stage = await started()
  const [menu] = stage.menus
  const items = menu?.flatMap(({ submenu }) => submenu ?? []) ?? []
  items.find(({ label }) => label === 'History')?.click?.()
  items.find(({ label }) => label === 'New project…')?.click?.()
  assert.deepEqual(stage.window().webContents.sent, [
    { channel: bridgeChannels.menu, message: { kind: 'go', page: 'history' } },
    { channel: bridgeChannels.menu, message: { kind: 'new-project' } },
  ])
})
