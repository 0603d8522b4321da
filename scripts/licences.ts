/**
 * Writes out/THIRD-PARTY-LICENCES.txt for the packages: name, version, licence and licence text of everything that
 * is shipped, be it as a production dependency or inside the built pages.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const root = path.resolve(import.meta.dirname, '..')
/** Left out of the packages, see electron-builder.yml. */
const notShipped = new Set(['@tensorflow/tfjs-node-gpu'])

/** Names of packages that the pages import, and fonts and icons that their styles name. */
function importedByPages(folder: string): Set<string> {
  const found = new Set<string>()
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) for (const name of importedByPages(file)) found.add(name)
    else if (/\.(ts|vue|css)$/.test(entry.name)) {
      for (const [, name] of readFileSync(file, 'utf8').matchAll(
        /(?:from|import)\s*\(?['"]((?:@[\w.-]+\/)?[\w-][\w.-]*)/g,
      )) {
        if (name !== undefined) found.add(name)
      }
    }
  }
  return found
}

/** Folder of a package as seen from another; undefined if it is not installed (optional, another system's). */
function locate(name: string, from: string): string | undefined {
  const folders = createRequire(path.join(from, 'package.json')).resolve.paths(name) ?? []
  return folders.map((folder) => path.join(folder, name)).find((folder) => manifestOf(folder) !== undefined)
}

function manifestOf(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest
  } catch {
    return undefined
  }
}

/** The named packages and all that they depend on, by folder. */
function closure(names: Iterable<string>): Map<string, Manifest> {
  const packages = new Map<string, Manifest>()
  const visit = (name: string, from: string): void => {
    if (notShipped.has(name)) return
    const folder = locate(name, from)
    const manifest = folder === undefined ? undefined : manifestOf(folder)
    if (folder === undefined || !manifest || packages.has(folder)) return
    packages.set(folder, manifest)
    for (const next of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
      visit(next, folder)
  }
  for (const name of names) visit(name, root)
  return packages
}

function textsOf(folder: string): string {
  return readdirSync(folder)
    .filter(
      (name) => /^(licen[cs]e|notice|copying|ofl|thirdpartynotices)/i.test(name) && !/\.(js|ts)$/.test(name),
    )
    .toSorted()
    .map((name) => {
      try {
        return readFileSync(path.join(folder, name), 'utf8').trim()
      } catch {
        return ''
      }
    })
    .join('\n\n')
}

const own = manifestOf(root)
const names = [
  ...Object.keys(own?.dependencies ?? {}),
  ...importedByPages(path.join(root, 'src/renderer')),
  '@iconify-json/lucide',
  'tailwindcss',
]
const parts = [...closure(names)]
  .toSorted(([, a], [, b]) => a.name.localeCompare(b.name, 'en'))
  .map(([folder, { name, version, license = 'see below' }]) => {
    const title = `${name} ${version} (${license})`
    return `${title}\n${'-'.repeat(title.length)}\n\n${textsOf(folder) || `Licence: ${license}`}\n`
  })
mkdirSync(path.join(root, 'out'), { recursive: true })
writeFileSync(
  path.join(root, 'out/THIRD-PARTY-LICENCES.txt'),
  `Flawline contains these packages. Electron's and Chromium's own licences lie beside its binary.\n\n${parts.join('\n')}`,
)
process.stdout.write(`${parts.length} licences\n`)
