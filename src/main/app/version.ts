import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The version in the package.json above this file, wherever a bundler has put it. */
export function applicationVersion(): string {
  const manifest = findAbove('package.json')
  if (manifest === undefined) return 'unknown'
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'))
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed
    ? String(parsed.version)
    : 'unknown'
}

/** Absolute path of a file or folder of the package, e.g. `resources/sample-project`; undefined if it is not there. */
export function packagePath(name: string): string | undefined {
  return findAbove(name)
}

/** Looks in this file's folder and in those above it: sources and bundles lie at different depths. */
function findAbove(name: string): string | undefined {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, name)
    if (existsSync(candidate)) return candidate
    if (folder === path.dirname(folder)) return undefined
  }
}
