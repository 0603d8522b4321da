/** Knows whether what is built in `out/` was built from the sources as they are. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** What goes into the build: folders and files of the project. */
const inputs = ['src', 'docs/guide', 'package.json', 'package-lock.json', 'electron.vite.config.ts']
/** What comes out of it, one file of each part. */
const outputs = [
  'out/main/index.js',
  'out/main/compute.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
]
const note = 'out/.built'

/** True when a build is needed: nothing is there, sources changed since, or someone else has built since. */
export function isStale(root: string): boolean {
  let noted: string
  try {
    noted = readFileSync(path.join(root, note), 'utf8')
  } catch {
    return true
  }
  return noted !== state(root)
}

/** Notes that `out/` was built from the sources as they are now. */
export function noteBuilt(root: string): void {
  mkdirSync(path.join(root, 'out'), { recursive: true })
  writeFileSync(path.join(root, note), state(root))
}

/** The sources by content (times change with every checkout), the outputs by time. */
function state(root: string): string {
  const sources = createHash('sha256')
  for (const file of inputs.flatMap((input) => filesBelow(root, input))) {
    sources
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0')
  }
  const times = outputs.map(
    (file) => statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 'missing',
  )
  return `${JSON.stringify({ sources: sources.digest('hex'), times })}\n`
}

/** Paths relative to `root`, sorted; those that a build writes among the sources are left out. */
function filesBelow(root: string, name: string): string[] {
  const found = statSync(path.join(root, name), { throwIfNoEntry: false })
  if (!found) return []
  if (found.isFile()) return [name]
  return readdirSync(path.join(root, name))
    .filter((entry) => entry !== 'node_modules' && !entry.startsWith('.') && entry !== 'components.d.ts')
    .toSorted()
    .flatMap((entry) => filesBelow(root, `${name}/${entry}`))
}
