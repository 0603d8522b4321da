/** What `npm start` decides: whether to build, which face to open, whether Electron can be had. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { isStale, noteBuilt } from '../../scripts/start/built.ts'
import { chooseFace, hasDisplay, type Surroundings } from '../../scripts/start/choose.ts'
import { findRuntime, type RuntimeParts } from '../../scripts/start/runtime.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'flawline-start-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text = ''): string {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

function buildOnce(): void {
  for (const name of ['main/index.js', 'main/compute.js', 'preload/index.cjs', 'renderer/index.html']) {
    write(`out/${name}`)
  }
  noteBuilt(folder)
}

test('it builds when nothing is built, and not again', () => {
  write('src/main/index.ts', 'one')
  assert.equal(isStale(folder), true)
  buildOnce()
  assert.equal(isStale(folder), false)
})

test('it builds after a change, a new file, a removed one; not for a file that was only touched', () => {
  const source = write('src/main/index.ts', 'one')
  buildOnce()
  utimesSync(source, new Date(0), new Date(0))
  assert.equal(isStale(folder), false, 'a checkout changes times')
  write('src/main/index.ts', 'two')
  assert.equal(isStale(folder), true)
  write('src/main/index.ts', 'one')
  assert.equal(isStale(folder), false)
  const added = write('src/renderer/page.vue', '')
  assert.equal(isStale(folder), true)
  rmSync(added)
  assert.equal(isStale(folder), false)
})

test('it builds when someone else has built since, or has taken the build away', () => {
  write('src/main/index.ts', 'one')
  buildOnce()
  utimesSync(path.join(folder, 'out/main/index.js'), new Date(0), new Date(0))
  assert.equal(isStale(folder), true)
  buildOnce()
  rmSync(path.join(folder, 'out/renderer'), { recursive: true })
  assert.equal(isStale(folder), true)
})

const desktop: Surroundings = {
  platform: 'linux',
  environment: { DISPLAY: ':0' },
  root: false,
  runtime: async () => ({ path: '/electron' }),
}

test('with a display and the runtime, the window opens', async () => {
  assert.deepEqual(await chooseFace(desktop), { face: 'desktop', electron: '/electron' })
})

test('without a display it says so in one line, and fetches no runtime', async () => {
  const runtime = () => assert.fail('a hundred megabytes for nothing')
  const choice = await chooseFace({ ...desktop, environment: { DISPLAY: '' }, runtime })
  assert.equal(choice.face, 'station')
  assert.ok(choice.face === 'station' && !choice.browser && !choice.because.includes('\n'))
})

test('without the runtime, or as root, the station opens in the browser', async () => {
  const missing = await chooseFace({ ...desktop, runtime: async () => ({ missing: 'It is not there' }) })
  assert.deepEqual(missing, {
    face: 'station',
    because: 'It is not there, so the station opens in the browser instead.',
    browser: true,
  })
  const root = await chooseFace({ ...desktop, root: true })
  assert.ok(root.face === 'station' && root.browser && /sandbox/.test(root.because))
})

test('a display is a matter of the session on Linux alone', () => {
  assert.equal(hasDisplay('linux', {}), false)
  assert.equal(hasDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' }), true)
  assert.equal(hasDisplay('win32', {}), true)
  assert.equal(hasDisplay('darwin', {}), true)
})

function parts(changes: Partial<RuntimeParts> = {}): RuntimeParts {
  return {
    folder,
    environment: {},
    reachable: async () => assert.fail('it need not be asked'),
    install: async () => assert.fail('it need not be fetched'),
    ...changes,
  }
}

function putRuntime(): void {
  write('path.txt', 'electron')
  write('dist/electron')
}

test('a runtime that is there is used', async () => {
  putRuntime()
  assert.deepEqual(await findRuntime(parts()), { path: path.join(folder, 'dist', 'electron') })
  write('elsewhere/electron')
  const environment = { ELECTRON_OVERRIDE_DIST_PATH: path.join(folder, 'elsewhere') }
  assert.deepEqual(await findRuntime(parts({ environment })), {
    path: path.join(folder, 'elsewhere', 'electron'),
  })
})

test('a runtime that may not be fetched is not', async () => {
  const found = await findRuntime(parts({ environment: { ELECTRON_SKIP_BINARY_DOWNLOAD: '1' } }))
  assert.match('missing' in found ? found.missing : '', /ELECTRON_SKIP_BINARY_DOWNLOAD/)
})

test('offline it is looked for in the cache for a short while and then given up', async () => {
  let given = 0
  const found = await findRuntime(
    parts({
      reachable: async () => false,
      install: async (patience, quiet) => {
        given = patience
        assert.equal(quiet, true)
        return false
      },
    }),
  )
  assert.ok('missing' in found)
  assert.ok(given <= 30_000, `${given} ms`)
})

test('online it is fetched, and that is as long as it takes', async () => {
  const found = await findRuntime(
    parts({
      reachable: async () => true,
      install: async (patience) => {
        assert.ok(patience > 60_000)
        putRuntime()
        return true
      },
    }),
  )
  assert.ok('path' in found)
})

test('a download that says it is done and is not, is missing', async () => {
  const found = await findRuntime(parts({ reachable: async () => true, install: async () => true }))
  assert.ok('missing' in found)
})
