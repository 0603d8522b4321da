/**
 * Finds Electron's runtime, or fetches it. The npm package brings only a downloader that works at first use; left to
 * itself it may try for minutes where there is no network, so the address is tried first.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** How long the place of the download may take to answer, in ms. */
const ANSWER_PATIENCE = 4000
/** How long a copy in the local cache may take to be unpacked, in ms. */
const CACHE_PATIENCE = 20_000
/** How long a download may take, in ms. */
const DOWNLOAD_PATIENCE = 15 * 60_000

export type Runtime = { readonly path: string } | { readonly missing: string }

export interface RuntimeParts {
  /** Folder of the `electron` package. */
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  /** True if the download's place answers. */
  readonly reachable: (patience: number) => Promise<boolean>
  /** Runs the package's downloader; false if it failed or took longer than `patience` ms. */
  readonly install: (patience: number, quiet: boolean) => Promise<boolean>
}

/** The path of Electron's executable, or in a few words why there is none. */
export async function findRuntime(parts: RuntimeParts): Promise<Runtime> {
  const { environment, folder } = parts
  const installed = installedPath(folder, environment)
  if (installed !== undefined) return { path: installed }
  if (environment['ELECTRON_SKIP_BINARY_DOWNLOAD']) {
    return { missing: "Electron's runtime is not installed (ELECTRON_SKIP_BINARY_DOWNLOAD is set)" }
  }
  const reachable = await parts.reachable(ANSWER_PATIENCE)
  // Without a network it may still lie in the downloader's cache.
  const fetched = await parts.install(reachable ? DOWNLOAD_PATIENCE : CACHE_PATIENCE, !reachable)
  const path = fetched ? installedPath(folder, environment) : undefined
  return path === undefined
    ? { missing: "Electron's runtime is not installed and cannot be fetched" }
    : { path }
}

/** Where the package's downloader has put the executable, if it has. */
export function installedPath(folder: string, environment: NodeJS.ProcessEnv): string | undefined {
  let name: string
  try {
    name = readFileSync(path.join(folder, 'path.txt'), 'utf8').trim()
  } catch {
    name = ''
  }
  const override = environment['ELECTRON_OVERRIDE_DIST_PATH']
  const candidate = override
    ? path.join(override, name || 'electron')
    : name === ''
      ? undefined
      : path.join(folder, 'dist', name)
  return candidate !== undefined && existsSync(candidate) ? candidate : undefined
}

/** The parts for the package installed in `root`; undefined if it is not installed at all. */
export function installedParts(root: string, environment: NodeJS.ProcessEnv): RuntimeParts | undefined {
  const requireHere = createRequire(path.join(root, 'package.json'))
  let manifest: string
  try {
    manifest = requireHere.resolve('electron/package.json')
  } catch {
    return undefined
  }
  const folder = path.dirname(manifest)
  return {
    folder,
    environment,
    reachable: (patience) => reachable(manifest, patience),
    install: (patience, quiet) => install(folder, environment, patience, quiet),
  }
}

/** Asks for the head of the very file that would be fetched, mirrors and all. */
async function reachable(manifest: string, patience: number): Promise<boolean> {
  try {
    const downloader = createRequire(manifest).resolve('@electron/get')
    const places = (await import(
      pathToFileURL(path.join(path.dirname(downloader), 'artifact-utils.js')).href
    )) as { getArtifactRemoteURL(details: object): Promise<string> }
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    const address = await places.getArtifactRemoteURL({
      version: `v${version}`,
      artifactName: 'electron',
      platform: process.platform,
      arch: process.arch,
      isGeneric: false,
    })
    const answer = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(patience) })
    return answer.ok
  } catch {
    return false
  }
}

function install(
  folder: string,
  environment: NodeJS.ProcessEnv,
  patience: number,
  quiet: boolean,
): Promise<boolean> {
  if (!quiet) process.stdout.write("Fetching Electron's runtime, once…\n")
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(folder, 'install.js')], {
      stdio: quiet ? 'ignore' : ['ignore', 'inherit', 'inherit'],
      env: environment,
      timeout: patience,
      killSignal: 'SIGKILL',
    })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}
