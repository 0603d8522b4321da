/**
 * The whole story as a person without a command line lives it, in a real browser against a real station: from a
 * folder of good parts to a report that says what was found.
 */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { demandAccessible, demandQuiet, noBrowser, openBrowser, openPage } from './support/browser.ts'
import { removeFolder, root, startStation, temporaryFolder } from './support/station.ts'

const samples = path.join(root, 'resources/sample-project')
const hasPoppler = spawnSync('pdftotext', ['-v']).error === undefined

const at = (page: Page, name: string) => page.locator(`[data-test="${name}"]`)

async function setNumber(page: Page, field: string, value: number): Promise<void> {
  const input = at(page, `field-${field}`).locator('input')
  await input.fill(String(value))
  await input.press('Tab')
}

async function choose(page: Page, field: string, option: string): Promise<void> {
  await at(page, `field-${field}`).getByRole('combobox').click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

async function go(page: Page, name: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Main navigation' })
    .getByRole('link', { name, exact: true })
    .click()
}

test(
  'from a folder of good parts to a verdict, a review and a report',
  { skip: noBrowser, timeout: 420_000 },
  async (t) => {
    const folder = await temporaryFolder()
    const station = await startStation({ dataFolder: path.join(folder, 'data') })
    const browser = await openBrowser()
    /** The steps build on each other: after a failed one the others say nothing. */
    const step = async (name: string, work: () => Promise<void>): Promise<void> => {
      let isDone = false
      await t.test(name, async () => {
        await work()
        isDone = true
      })
      if (!isDone) throw new Error(`the story ended at: ${name}`)
    }
    try {
      const { page, watch } = await openPage(browser, station.address)

      await step('a newcomer is led to a first project', async () => {
        await at(page, 'first-steps').waitFor()
        await demandAccessible(page, 'empty projects page')
        await at(page, 'first-create').click()
        await at(page, 'project-name').fill('Flange')
        await demandAccessible(page, 'new project')
        await at(page, 'save-project').click()
        await page.waitForURL(/#\/project\/\w+\/samples/)
      })

      await step('a folder is dropped in; what it holds is told before it is imported', async () => {
        await at(page, 'empty-import').or(at(page, 'import')).first().click()
        await page.locator('[role=dialog] input[webkitdirectory]').setInputFiles(samples)
        await at(page, 'plan').waitFor()
        await demandAccessible(page, 'import')
        await at(page, 'start-import').click()
        await at(page, 'import-result').waitFor({ timeout: 60_000 })
        assert.match((await at(page, 'imported').textContent()) ?? '', /70/)
        await at(page, 'close-import').click()
        await at(page, 'sample').first().waitFor()
        await demandAccessible(page, 'samples')
      })

      await step('labels change by key, and change back', async () => {
        const labelled = (label: string) => at(page, `filter-${label}`)
        const before = await labelled('unlabelled').textContent()
        await at(page, 'sample').first().click()
        await page.keyboard.press('u')
        await page.waitForFunction(
          (old) => document.querySelector('[data-test="filter-unlabelled"]')?.textContent !== old,
          before,
        )
        await page.keyboard.press('Control+z')
        await page.waitForFunction(
          (old) => document.querySelector('[data-test="filter-unlabelled"]')?.textContent === old,
          before,
        )
        await page.keyboard.press('Escape')
      })

      await step('a small model is trained for real, watched live', async () => {
        await go(page, 'Train')
        await at(page, 'preset-quick').click()
        await at(page, 'all-settings').click()
        await choose(page, 'size', '32')
        await setNumber(page, 'width', 8)
        await setNumber(page, 'latent', 16)
        await setNumber(page, 'batch', 8)
        await setNumber(page, 'epochs', 25)
        await demandAccessible(page, 'train')
        await at(page, 'start-training').click()
        await at(page, 'run-view').waitFor()
        await page.locator('[data-test=run-view][data-state=finished]').waitFor({ timeout: 180_000 })
        await at(page, 'previews').locator('img').first().waitFor()
        await demandAccessible(page, 'finished training')
      })

      await step('it is measured, a threshold is chosen and the model published', async () => {
        await go(page, 'Evaluate')
        await at(page, 'evaluate').click()
        const handle = at(page, 'threshold-handle')
        await handle.waitFor({ timeout: 60_000 })
        const auroc = Number(await at(page, 'imageAuroc').textContent())
        assert.ok(auroc > 0.5 && auroc <= 1, `image AUROC ${auroc}`)
        const counts = async () => [
          Number(await at(page, 'false-alarms').textContent()),
          Number(await at(page, 'escapes').textContent()),
        ]
        await handle.focus()
        for (let press = 0; press < 30; press++) await page.keyboard.press('Shift+ArrowLeft')
        assert.deepEqual(await counts(), [10, 0], 'at the lowest threshold every part is NG')
        for (let press = 0; press < 30; press++) await page.keyboard.press('Shift+ArrowRight')
        assert.deepEqual(await counts(), [0, 20], 'above the highest score every part is OK')
        await at(page, 'best-f1').click()
        await page
          .getByText(/The threshold is .* from now on/)
          .first()
          .waitFor()
        assert.equal(await at(page, 'f1').textContent(), await at(page, 'bestF1').textContent())
        await at(page, 'rate').fill('5')
        await at(page, 'set-rate').click()
        await page.getByText(/for 5\s?% false alarms/).waitFor()
        await demandAccessible(page, 'evaluate')
        await at(page, 'publish').click()
        await at(page, 'published').waitFor()
      })

      await step('parts are inspected, and one verdict is overridden with a reason', async () => {
        await go(page, 'Inspect')
        await at(page, 'lot').fill('Early shift')
        await page.locator('input[webkitdirectory]').first().setInputFiles(path.join(samples, 'test'))
        await at(page, 'verdict').waitFor({ timeout: 60_000 })
        await page.waitForFunction(() => {
          const count = (name: string) =>
            Number(document.querySelector(`[data-test="${name}"]`)?.textContent ?? 0)
          return count('count-ok') + count('count-ng') === 30
        })
        await demandAccessible(page, 'inspect')
        const ok = Number(await at(page, 'count-ok').textContent())
        // The last inspected part; whatever it was judged, a person says otherwise.
        const judged = await at(page, 'verdict')
          .first()
          .locator('[data-verdict]')
          .or(page.locator('[data-test=verdict][data-verdict]'))
          .first()
          .getAttribute('data-verdict')
        await at(page, 'override').click()
        await demandAccessible(page, 'override')
        const type = at(page, 'defect-type')
        if (await type.isVisible()) await type.locator('input').fill('dent')
        await at(page, 'reason').locator('input').fill('oil film, wiped off')
        await at(page, 'save-override').click()
        await page.waitForFunction(
          (before) => Number(document.querySelector('[data-test="count-ok"]')?.textContent) !== before,
          ok,
        )
        assert.equal(Number(await at(page, 'count-ok').textContent()), judged === 'ok' ? ok - 1 : ok + 1)
      })

      await step('the history finds the overridden part, with the verdict as it was judged', async () => {
        await go(page, 'History')
        await at(page, 'history-row').first().waitFor()
        await demandAccessible(page, 'history')
        await at(page, 'filter-overridden').click()
        await page.waitForFunction(() => document.querySelectorAll('[data-test="history-row"]').length === 1)
        await at(page, 'history-row').first().click()
        await page.getByText('oil film, wiped off').first().waitFor()
        await demandAccessible(page, 'history detail')
      })

      await step('the report of the lot says what was found', async () => {
        await go(page, 'Reports')
        await at(page, 'report-preview').waitFor()
        await demandAccessible(page, 'reports')
        const download = page.waitForEvent('download')
        await at(page, 'download-pdf').click()
        const file = path.join(folder, 'report.pdf')
        await (await download).saveAs(file)
        assert.equal((await readFile(file)).subarray(0, 5).toString(), '%PDF-')
        if (!hasPoppler) {
          t.diagnostic('pdftotext (poppler-utils) is not installed: the PDF was not read')
          return
        }
        const run = promisify(execFile)
        const { stdout: text } = await run('pdftotext', ['-layout', file, '-'])
        assert.match(text, /Flange/)
        assert.match(text, /oil film, wiped off/)
        assert.match(text, /\b30\b/)
        const { stdout: info } = await run('pdfinfo', [file])
        const pages = Number(/^Pages:\s+(\d+)/m.exec(info)?.[1])
        assert.ok(pages >= 2, `${pages} pages`)
      })

      await step('settings, guide and projects have no barrier either', async () => {
        await go(page, 'Settings')
        await at(page, 'data-folder').waitFor()
        await demandAccessible(page, 'settings')
        await go(page, 'Guide')
        await page.getByRole('heading').nth(1).waitFor()
        await demandAccessible(page, 'guide')
        await go(page, 'Projects')
        await at(page, 'project-card').waitFor()
        await demandAccessible(page, 'projects')
      })

      demandQuiet(watch)
    } catch (error) {
      await mkdir(path.join(root, 'out'), { recursive: true })
      const [page] = browser.contexts().flatMap((context) => context.pages())
      await page?.screenshot({ path: path.join(root, 'out/failed-story.png') })
      throw error
    } finally {
      await browser.close()
      await station.stop()
      await removeFolder(folder)
    }
  },
)
