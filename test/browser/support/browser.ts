/** A real Chromium, and what it must never do: complain, or ask anything of another machine. */
import { existsSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

const candidates = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** The browser's path, or undefined where there is none. */
export const browserPath = candidates.find((file) => file !== undefined && file !== '' && existsSync(file))
/** What `test({ skip })` says where there is none. */
export const noBrowser =
  browserPath === undefined ? 'no Chromium on this machine: install it, or name it in CHROMIUM_PATH' : false

export async function openBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('no Chromium on this machine')
  return chromium.launch({
    executablePath: browserPath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

/** What went wrong in a page without anybody seeing it. */
export interface Watch {
  /** Errors in the console, and exceptions nobody caught. */
  readonly complaints: string[]
  /** Requests to anywhere but the station. */
  readonly strangers: string[]
}

export interface PageSettings {
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
  /** Console errors that a test causes on purpose. */
  readonly expected?: RegExp
}

/** A page with a profile of its own, watched. */
export async function openPage(
  browser: Browser,
  address: string,
  settings: PageSettings = {},
): Promise<{ page: Page; context: BrowserContext; watch: Watch }> {
  const context = await browser.newContext({
    viewport: { width: settings.width ?? 1280, height: settings.height ?? 800 },
    colorScheme: settings.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
  })
  const watch: Watch = { complaints: [], strangers: [] }
  const own = new URL(address)
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  page.on('console', (message) => {
    // Playwright's own attempt to look into the report's preview, whose sandbox lets nobody.
    if (/sandboxed and the 'allow-scripts'/.test(message.text())) return
    if (message.type() === 'error' && !settings.expected?.test(message.text()))
      watch.complaints.push(`${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => watch.complaints.push(error.stack ?? error.message))
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url())
    if (/^(https?|wss?):$/.test(protocol) && host !== own.host) watch.strangers.push(request.url())
  })
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== own.host) watch.strangers.push(socket.url())
  })
  await page.goto(address)
  return { page, context, watch }
}

/** @throws AssertionError naming each serious or critical violation and where it is */
export async function demandAccessible(page: Page, name: string): Promise<void> {
  // All rules of axe but its experimental ones.
  const { violations } = await new AxeBuilder({ page })
    // Around a toast the component library puts two invisible stops that lead the keyboard into and out of it.
    .exclude('span[aria-hidden="true"][tabindex="0"][style*="position: fixed"]')
    // The report's preview is a document without scripts, which axe cannot enter.
    .setLegacyMode(true)
    .exclude('iframe')
    .analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    serious.map(
      ({ id, help, nodes }) =>
        `${name}: ${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
    ),
    [],
  )
}

export function demandQuiet(watch: Watch): void {
  assert.deepEqual(watch.complaints, [], 'the page complained')
  assert.deepEqual(watch.strangers, [], 'the page asked another machine')
}
