/**
 * `npm run screenshots`: a picture of every page, light and dark, at 1280 × 800 and 1920 × 1080, in each language,
 * from a real station on a real (small) data folder. To be looked at by people.
 *
 * `--data DIR` takes a data folder that is there (it must hold a project with a model and inspections); without it
 * the sample project is trained first, which takes a minute or two. `--out DIR`: default `out/screenshots`.
 * `--only NAME`: one page.
 */
import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { openBrowser, openPage } from '../test/browser/support/browser.ts'
import { removeFolder, root, startStation, temporaryFolder } from '../test/browser/support/station.ts'

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string', default: path.join(root, 'out/screenshots') },
    only: { type: 'string' },
  },
})

const sizes = [
  [1280, 800],
  [1920, 1080],
] as const

interface Screen {
  readonly name: string
  readonly route: (projectId: string) => string
  /** What is there when the page is ready to be shown. */
  readonly ready?: string
  prepare?(page: Page): Promise<void>
}

const inProject = (page: string) => (projectId: string) => `/project/${projectId}/${page}`
const screens: readonly Screen[] = [
  { name: 'projects', route: () => '/projects', ready: '[data-test=project-card]' },
  { name: 'samples', route: inProject('samples'), ready: '[data-test=sample]' },
  { name: 'samples-import', route: inProject('samples?import=1'), ready: '[role=dialog]' },
  { name: 'train', route: inProject('train') },
  {
    name: 'train-run',
    route: inProject('train'),
    prepare: async (page) => page.locator('[data-test=open-run]').first().click(),
  },
  { name: 'evaluate', route: inProject('evaluate'), ready: '[data-test=threshold-handle]' },
  {
    name: 'inspect',
    route: inProject('inspect'),
    ready: '[data-test=verdict]',
    // A part with something to see.
    prepare: async (page) => {
      await page.locator('[data-test=only-ng]').click()
      await page.waitForTimeout(500)
    },
  },
  {
    name: 'inspect-start',
    route: inProject('inspect'),
    prepare: async (page) => page.locator('[data-test=add-images]').click(),
  },
  { name: 'history', route: inProject('history') },
  {
    name: 'history-detail',
    route: inProject('history'),
    prepare: async (page) => page.locator('[data-test=history-row]').first().click(),
  },
  { name: 'reports', route: inProject('reports'), ready: '[data-test=report-preview]' },
  { name: 'settings', route: () => '/settings', ready: '[data-test=engines]' },
  { name: 'guide', route: () => '/help' },
]

/** The demo on the sample project, by the command line as a user would run it. */
function makeData(folder: string): void {
  const words = [path.join(root, 'src/main/cli/index.ts'), 'demo', '--data', folder]
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' })
  if (status !== 0) throw new Error('the demo failed')
}

async function firstProject(page: Page): Promise<string> {
  await page.locator('[data-test=open-project]').first().waitFor()
  const address = await page.locator('[data-test=open-project]').first().getAttribute('href')
  const [, id] = /project\/(\w+)/.exec(address ?? '') ?? []
  if (id === undefined) throw new Error('there is no project to show')
  return id
}

async function shoot(page: Page, screen: Screen, projectId: string, file: string): Promise<void> {
  const { origin, pathname } = new URL(page.url())
  await page.goto(`${origin}${pathname}#${screen.route(projectId)}`)
  await page.reload()
  if (screen.ready !== undefined) await page.locator(screen.ready).first().waitFor()
  await page.waitForTimeout(1500)
  await screen.prepare?.(page)
  if (screen.prepare) await page.waitForTimeout(1500)
  await page.screenshot({ path: file })
}

const folder = options.data ?? (await temporaryFolder())
if (options.data === undefined) makeData(folder)
await mkdir(options.out, { recursive: true })
const station = await startStation({ dataFolder: folder })
const browser = await openBrowser()
let failures = 0
try {
  for (const [width, height] of sizes) {
    for (const dark of [false, true]) {
      const { page, context } = await openPage(browser, station.address, { width, height, dark })
      const projectId = await firstProject(page)
      for (const screen of screens) {
        if (options.only !== undefined && options.only !== screen.name) continue
        const name = `${screen.name}-${width}${dark ? '-dark' : ''}.png`
        try {
          await shoot(page, screen, projectId, path.join(options.out, name))
          console.log(name)
        } catch (error) {
          failures += 1
          console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
      await context.close()
    }
  }
} finally {
  await browser.close()
  await station.stop()
  if (options.data === undefined) await removeFolder(folder)
}
console.log(`Pictures are in ${options.out}`)
if (failures > 0) process.exitCode = 1
