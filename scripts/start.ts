/**
 * `npm start`: builds what is stale and opens the application; where Electron's runtime or a display is missing it
 * says so and opens the station instead. What stands after `--` is handed on, e.g. `npm start -- --data DIR`.
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { isStale, noteBuilt } from './start/built.ts'
import { chooseFace } from './start/choose.ts'
import { findRuntime, installedParts } from './start/runtime.ts'

/** An Electron that ends sooner than this with an error has not opened: a library or the sandbox is missing. */
const STILLBORN = 5000

const root = path.resolve(import.meta.dirname, '..')
const words = process.argv.slice(2)

process.exitCode = await start()

async function start(): Promise<number> {
  if (isStale(root)) {
    process.stdout.write('Building what has changed…\n')
    const code = await build()
    if (code !== 0) return code
    noteBuilt(root)
  }
  const parts = installedParts(root, process.env)
  const choice = await chooseFace({
    platform: process.platform,
    environment: process.env,
    root: process.getuid?.() === 0,
    runtime: async () => (parts ? findRuntime(parts) : { missing: 'Electron is not installed' }),
  })
  if (choice.face === 'station') {
    process.stdout.write(`${choice.because}\n`)
    return station(choice.browser)
  }
  const began = performance.now()
  const code = await run(choice.electron, ['.', ...words], withoutNodeMode(process.env))
  if (code === 0 || performance.now() - began > STILLBORN) return code
  process.stdout.write(
    'Electron could not open a window here, so the station opens in the browser instead.\n',
  )
  return station(true)
}

/** The build's own output is of interest only when it fails. */
async function build(): Promise<number> {
  const requireHere = createRequire(path.join(root, 'package.json'))
  const folder = path.dirname(requireHere.resolve('electron-vite/package.json'))
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(folder, 'bin/electron-vite.js'), 'build'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => (output += text))
    }
    child.once('close', (code) => {
      if (code !== 0) process.stderr.write(output)
      resolve(code ?? 1)
    })
  })
}

function station(browser: boolean): Promise<number> {
  const entry = path.join(root, 'src/main/station/index.ts')
  // The page to begin with is a matter of the window.
  const given = words.filter((word, index) => !word.startsWith('--page') && words[index - 1] !== '--page')
  return run(process.execPath, [entry, ...given, ...(browser ? ['--open'] : [])], process.env)
}

/** Runs a program in this terminal and hands on what ends it. */
function run(program: string, given: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, given, { cwd: root, stdio: 'inherit', env })
    // Ctrl-C goes to the child as well, which ends in order; this process waits for it.
    process.on('SIGINT', () => undefined)
    process.on('SIGTERM', () => child.kill('SIGTERM'))
    child.once('error', (error) => {
      process.stderr.write(`${program}: ${error.message}\n`)
      resolve(1)
    })
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

/** With that variable set (some editors do so) Electron would run as plain Node. */
function withoutNodeMode(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = { ...environment }
  delete rest['ELECTRON_RUN_AS_NODE']
  return rest
}
