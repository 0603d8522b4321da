/** Menu, window state, downloads, words, log. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { pages } from '../../../src/main/desktop/arguments.ts'
import { createDownloadListener, safeName } from '../../../src/main/desktop/downloads.ts'
import { createLog } from '../../../src/main/desktop/log.ts'
import { menuTemplate, type MenuItem } from '../../../src/main/desktop/menu.ts'
import { readWindowState, usableBounds, writeWindowState } from '../../../src/main/desktop/window-state.ts'
import { wordsFor } from '../../../src/main/desktop/words.ts'

let folder: string
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'flawline-desktop-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

function menu({ mac = false, development = false } = {}): MenuItem[] {
  const nothing = () => undefined
  return menuTemplate({ words: wordsFor('en'), mac, development, send: nothing, showDataFolder: nothing })
}
const flat = (items: MenuItem[]): MenuItem[] => items.flatMap((item) => [item, ...flat(item.submenu ?? [])])

test('every page has its shortcut, in the order of the interface', () => {
  const view = menu().find(({ label }) => label === 'View')?.submenu ?? []
  assert.deepEqual(
    view.slice(0, pages.length).map(({ label, accelerator }) => [label, accelerator]),
    ['Projects', 'Samples', 'Train', 'Evaluate', 'Inspect', 'History', 'Reports', 'Settings'].map(
      (label, index) => [label, `CmdOrCtrl+${index + 1}`],
    ),
  )
})

test('no shortcut means two things', () => {
  for (const mac of [false, true]) {
    const used = flat(menu({ mac, development: true })).flatMap(({ accelerator }) => accelerator ?? [])
    assert.equal(new Set(used).size, used.length, used.join(' '))
  }
})

test('reload and developer tools are there while developing, and in no package', () => {
  const roles = (development: boolean) => flat(menu({ development })).map(({ role }) => role)
  assert.ok(roles(true).includes('toggleDevTools'))
  assert.ok(!roles(false).includes('toggleDevTools'))
  assert.ok(!roles(false).includes('reload'))
})

test('quitting stands in the first menu on every system', () => {
  assert.equal(menu({ mac: true })[0]?.label, 'Flawline')
  assert.equal(menu()[0]?.label, 'File')
  for (const mac of [false, true]) {
    assert.equal(menu({ mac })[0]?.submenu?.at(-1)?.role, 'quit')
  }
})

test('a language that has no words speaks English', () => {
  for (const language of [undefined, '', 'xx', 'en-GB', '__proto__', 'constructor']) {
    assert.equal(wordsFor(language).file, 'File', language)
  }
})

test('a window state is read back; damaged, missing or mad ones count for nothing', () => {
  const file = path.join(folder, 'deep', 'window.json')
  assert.deepEqual(readWindowState(file), {})
  const state = {
    bounds: { x: -5, y: 3, width: 900, height: 700 },
    maximised: false,
    appearance: { language: 'en', theme: 'dark' as const },
  }
  writeWindowState(file, state)
  assert.deepEqual(readWindowState(file), state)
  assert.deepEqual(readdirSync(path.dirname(file)), ['window.json'], 'no temporary files stay')
  for (const text of [
    '',
    '{',
    '[]',
    '{"bounds":{"x":0}}',
    '{"bounds":{"x":0,"y":0,"width":1e9,"height":5}}',
    '{"appearance":{"language":"<script>","theme":"dark"}}',
  ]) {
    writeFileSync(file, text)
    assert.deepEqual(readWindowState(file), {}, text)
  }
})

test('a window comes back where a display shows it, and no larger than that', () => {
  const displays = [
    { x: 0, y: 0, width: 1280, height: 800 },
    { x: 1280, y: 0, width: 1920, height: 1080 },
  ]
  const second = { x: 1400, y: 50, width: 1500, height: 900 }
  assert.deepEqual(usableBounds(second, displays), second)
  assert.equal(usableBounds(second, displays.slice(0, 1)), undefined, 'the second screen was unplugged')
  assert.equal(
    usableBounds({ x: 1270, y: 0, width: 900, height: 700 }, displays.slice(0, 1)),
    undefined,
    'a strip',
  )
  assert.deepEqual(usableBounds({ x: 0, y: -200, width: 5000, height: 4000 }, displays.slice(0, 1)), {
    x: 0,
    y: 0,
    width: 1280,
    height: 800,
  })
  assert.equal(usableBounds(undefined, displays), undefined)
})

test('our own files are saved where the user says, under a proper name; others are not fetched', () => {
  const failed: string[] = []
  const listen = createDownloadListener({
    folder: '/downloads',
    title: () => 'Save as',
    failed: (name) => failed.push(name),
  })
  const download = (address: string, name = 'report.pdf', state = 'completed') => {
    let prevented = false
    let options: { title: string; defaultPath: string } | undefined
    listen(
      { preventDefault: () => (prevented = true) },
      {
        getURL: () => address,
        getFilename: () => name,
        setSaveDialogOptions: (given) => (options = given),
        once: (_event, listener) => listener({}, state),
      },
    )
    return { prevented, options }
  }
  assert.deepEqual(download('flawline://app/downloads/reports/a.pdf'), {
    prevented: false,
    options: { title: 'Save as', defaultPath: path.join('/downloads', 'report.pdf') },
  })
  assert.equal(download('blob:flawline://app/3f2a').prevented, false)
  for (const address of [
    'https://example.com/a.exe',
    'flawline://app/index.html',
    'data:,a',
    'blob:https://example.com/1',
  ]) {
    assert.deepEqual(download(address), { prevented: true, options: undefined }, address)
  }
  download('flawline://app/downloads/a.csv', '../../evil.csv', 'cancelled')
  assert.deepEqual(failed, [], 'the user cancelled')
  download('flawline://app/downloads/a.csv', '../../evil.csv', 'interrupted')
  assert.deepEqual(failed, ['evil.csv'])
})

test('names of files have no folders and nothing that a system forbids', () => {
  assert.equal(safeName('..\\..\\a.pdf'), 'a.pdf')
  assert.equal(safeName('lot: 7?.pdf'), 'lot_ 7_.pdf')
  assert.equal(safeName('..'), 'flawline')
  assert.equal(safeName(''), 'flawline')
  assert.equal(safeName('Prüflos 7 – 合格.pdf'), 'Prüflos 7 – 合格.pdf')
})

test('the log grows to a bound and never stops the application', () => {
  const file = path.join(folder, 'flawline.log')
  writeFileSync(file, 'x'.repeat(1_000_001))
  createLog(file)('something happened')
  assert.match(readFileSync(file, 'utf8'), /^\S+Z something happened\n$/)
  assert.equal(readFileSync(`${file}.old`, 'utf8').length, 1_000_001)
  createLog('/dev/null/flawline.log')('nobody hears')
})
