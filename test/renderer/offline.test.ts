/** Factories have no internet: everything the pages show is in the bundle. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'

const root = path.resolve(import.meta.dirname, '../..')
const renderer = path.join(root, 'src/renderer')

function files(folder: string, extension: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && extension.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
}

test('every icon that the source names is in the bundled collection', () => {
  const collection = createRequire(import.meta.url)('@iconify-json/lucide/icons.json') as {
    icons: Record<string, unknown>
    aliases?: Record<string, unknown>
  }
  let named = 0
  for (const file of files(renderer, /\.(vue|ts)$/)) {
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/i-lucide-([a-z0-9-]+)/g)) {
      named++
      assert.ok(
        name in collection.icons || name in (collection.aliases ?? {}),
        `${path.relative(root, file)} names the icon ${name}, which is not there: it would be asked for on the internet`,
      )
    }
  }
  assert.ok(named > 20)
})

test('icon names are never put together at run time: such icons would not be bundled', () => {
  for (const file of files(renderer, /\.(vue|ts)$/)) {
    assert.doesNotMatch(readFileSync(file, 'utf8'), /i-lucide-\$\{/, path.relative(root, file))
  }
})

test('the source names no remote address that a page could load', () => {
  for (const file of files(renderer, /\.(vue|ts|css|html)$/)) {
    const text = readFileSync(file, 'utf8')
    assert.doesNotMatch(
      text,
      /(?:src|href|url\(|fetch\(|import\()\s*[=(]?\s*["'`]?https?:\/\//,
      path.relative(root, file),
    )
  }
})
