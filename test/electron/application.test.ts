/**
 * The application in Electron itself. Where its runtime or a display is missing, one line says so and the suite
 * counts as skipped: everything else about the shell is tested with stand-ins in test/main/desktop.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { hasDisplay } from '../../scripts/start/choose.ts'
import { installedPath } from '../../scripts/start/runtime.ts'

const root = path.resolve(import.meta.dirname, '../..')
const executable = installedPath(path.join(root, 'node_modules/electron'), process.env)

/** Why the suite cannot run here, or undefined. */
function obstacle(): string | undefined {
  if (executable === undefined) return "Electron's runtime is not installed here"
  if (!hasDisplay(process.platform, process.env)) return 'there is no display here'
  if (process.platform !== 'win32' && process.getuid?.() === 0)
    return "Electron's sandbox does not run as root"
  if (!existsSync(path.join(root, 'out/main/index.js'))) return 'the application is not built (npm run build)'
  return undefined
}

const missing = obstacle()
if (missing !== undefined) console.log(`The Electron suite is skipped: ${missing}.`)

describe('the application in Electron', { skip: missing ?? false }, () => {
  let folder: string
  let application: ElectronApplication
  let page: Page
  const problems: string[] = []

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'flawline-electron-'))
    application = await _electron.launch({
      ...(executable === undefined ? {} : { executablePath: executable }),
      args: [root, `--user-data-dir=${path.join(folder, 'user')}`, '--data', path.join(folder, 'data')],
    })
    page = await application.firstWindow()
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(error.message))
  })
  after(async () => {
    await application?.close()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  test('a newcomer sees the projects page, served from the own scheme', async () => {
    await page.waitForURL(/^flawline:\/\/app\/index\.html#\/projects/)
    await page.getByRole('heading', { level: 1 }).waitFor()
  })

  test('a project that is made is there: calls reach the core and come back', async () => {
    // By the menu, so that its way to the page is seen too.
    await application.evaluate(({ Menu }) => {
      const [file] = Menu.getApplicationMenu()?.items ?? []
      file?.submenu?.items[0]?.click()
    })
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').first().fill('flange')
    await dialog.getByRole('button', { name: /create/i }).click()
    await page.getByText('flange').first().waitFor()
  })

  test('the page has the bridge, and nothing of Node or Electron', async () => {
    const found = await page.evaluate(() => ({
      bridge: Object.keys(Reflect.get(window, 'flawline') as object).toSorted(),
      node: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer'].filter(
        (name) => name in window,
      ),
    }))
    assert.deepEqual(found.node, [])
    assert.deepEqual(found.bridge, [
      'chooseFiles',
      'chooseFolder',
      'onMenu',
      'platform',
      'setAppearance',
      'showDataFolder',
    ])
  })

  test('no other window opens, and the page stays where it is', async () => {
    const before = page.url()
    const opened = await page.evaluate(() => window.open('https://example.com/') === null)
    assert.equal(opened, true)
    await page.evaluate(() => {
      location.href = 'https://example.com/'
    })
    await page.getByRole('heading', { level: 1 }).waitFor()
    assert.equal(page.url(), before)
    assert.equal(application.windows().length, 1)
  })

  test('nothing can be fetched from elsewhere, and no script runs that is not ours', async () => {
    const outcome = await page.evaluate(async () => {
      const fetched = await fetch('https://example.com/').then(
        () => 'answered',
        () => 'refused',
      )
      const script = document.createElement('script')
      script.textContent = 'window.injected = true'
      document.head.append(script)
      return { fetched, injected: 'injected' in window }
    })
    assert.deepEqual(outcome, { fetched: 'refused', injected: false })
    problems.length = 0
  })

  test('uploads are taken as streams under the own scheme', async () => {
    const status = await page.evaluate(async () => {
      const begun = await fetch('uploads', { method: 'POST' })
      const { id } = (await begun.json()) as { id: string }
      const put = await fetch(`uploads/${id}/good/1.png`, {
        method: 'PUT',
        body: new Blob([new Uint8Array(3e6)]),
      })
      return [begun.status, put.ok]
    })
    assert.deepEqual(status, [200, true])
  })

  test('permissions are refused', async () => {
    const state = await page.evaluate(async () => Notification.requestPermission())
    assert.equal(state, 'denied')
  })

  test('the page has said nothing that is an error', () => {
    assert.deepEqual(problems, [])
  })
})
