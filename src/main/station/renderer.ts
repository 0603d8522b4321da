/** The built interface: where it is, whether it is up to date, and building it where the source is at hand. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { packagePath } from '../app/version.ts'
import { acquireLock } from '../compute/lock.ts'

export interface RendererPlace {
  /** The package's folder. */
  readonly root: string
  /** The folder that is served. */
  readonly folder: string
  /** True if the source is beside it, so that it can be built. */
  readonly hasSource: boolean
}

/** Whether the interface is there and as new as its source. */
export type RendererState = 'current' | 'stale' | 'missing'

/** How long a build by another process is waited for. Milliseconds. */
const buildPatience = 5 * 60_000

/** @param fromSource true where this program itself runs from its source */
export function rendererPlace(fromSource: boolean): RendererPlace {
  const manifest = packagePath('package.json')
  const root = manifest === undefined ? process.cwd() : path.dirname(manifest)
  return {
    root,
    folder: path.join(root, 'out/renderer'),
    hasSource: fromSource && existsSync(path.join(root, 'src/renderer/index.html')),
  }
}

export function rendererState({ root, folder, hasSource }: RendererPlace): RendererState {
  const built = statSync(path.join(folder, 'index.html'), { throwIfNoEntry: false })
  if (built === undefined) return 'missing'
  if (!hasSource) return 'current'
  const sources = ['src/renderer', 'src/contract'].map((name) => path.join(root, name))
  return Math.max(...sources.map(newest)) > built.mtimeMs ? 'stale' : 'current'
}

/**
 * The folder to serve, built first where it is missing or stale and can be built.
 *
 * @param say tells people what is going on
 * @throws Error in a sentence for people, where there is nothing to serve
 */
export async function readyRenderer(place: RendererPlace, say: (text: string) => void): Promise<string> {
  if (rendererState(place) === 'current') return place.folder
  const tool = path.join(place.root, 'node_modules/electron-vite/bin/electron-vite.js')
  if (place.hasSource && existsSync(tool)) {
    // Two builds at once would delete each other's files.
    const lock = await acquireLock(`build of ${place.root}`, buildPatience)
    try {
      if (rendererState(place) === 'current') return place.folder
      say('Building the interface; this takes a minute.')
      const problem = await build(place.root, tool)
      if (problem === undefined) return place.folder
      say(`The interface could not be built ("npm run build" shows all of it): ${problem}`)
    } finally {
      await lock.release()
    }
  }
  if (rendererState(place) === 'missing') {
    throw new Error(`The interface is not built: run "npm run build" in ${place.root} first.`)
  }
  say('The interface is older than its source: "npm run build" brings it up to date.')
  return place.folder
}

/** Newest change of a file in a folder, generated ones aside; in milliseconds since 1970. */
function newest(folder: string): number {
  let time = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    // Written by the build itself.
    if (!entry.isFile() || entry.name.endsWith('.d.ts')) continue
    const file = path.join(entry.parentPath, entry.name)
    time = Math.max(time, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)
  }
  return time
}

/** Returns the last words of a build that failed. */
function build(root: string, tool: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [tool, 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
    let words = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-2000)
    })
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code) => resolve(code === 0 ? undefined : words.trim() || `exit code ${code}`))
  })
}
