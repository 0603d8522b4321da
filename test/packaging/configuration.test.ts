/** The packages' configuration: accepted by electron-builder's own schema, all fuses set, nothing forgotten outside. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { before, test } from 'node:test'
import { FuseV1Options } from '@electron/fuses'
import sharp from 'sharp'
import { icnsFile, icoFile } from '../../scripts/icons/containers.ts'

const root = path.resolve(import.meta.dirname, '../..')
const requireHere = createRequire(path.join(root, 'package.json'))

interface Configuration {
  readonly publish: unknown
  readonly asarUnpack: readonly string[]
  readonly electronFuses: Readonly<Record<string, boolean>>
}
const builder = requireHere('app-builder-lib/out/util/config/config') as {
  getConfig(folder: string, file: null, overrides: null): Promise<Configuration>
  validateConfiguration(configuration: object, log: object): Promise<void>
}
const { DebugLogger } = requireHere('builder-util') as { DebugLogger: new (on: boolean) => object }

let configuration: Configuration
before(async () => {
  configuration = await builder.getConfig(root, null, null)
})

test("electron-builder's schema accepts it, and would not accept anything", async () => {
  await builder.validateConfiguration(configuration, new DebugLogger(false))
  const mistaken = { ...configuration, electronFuses: { ...configuration.electronFuses, runAsNod: true } }
  await assert.rejects(builder.validateConfiguration(mistaken, new DebugLogger(false)))
})

test('every fuse is set, the dangerous ones off', () => {
  const { electronFuses } = configuration
  assert.deepEqual(electronFuses, {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  })
  // Speed and not safety: WebAssembly's bounds checks stay as Electron has them.
  const known = Object.keys(FuseV1Options).filter(
    (name) => Number.isNaN(Number(name)) && name !== 'WasmTrapHandlers',
  )
  assert.equal(Object.keys(electronFuses).length, known.length, `a fuse was added: ${known.join(', ')}`)
})

test('nothing is uploaded', () => {
  assert.equal(configuration.publish, null)
})

test('every production dependency with native code is kept outside the archive', () => {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean; os?: string[]; libc?: string[] }>
  }
  const unpacked = configuration.asarUnpack.join(' ')
  for (const [place, { dev, os }] of Object.entries(lock.packages)) {
    // Packages for one system alone bring native code.
    if (dev || !os || !place.startsWith('node_modules/')) continue
    const [, scope = ''] = place.split('/')
    if (existsSync(path.join(root, place))) assert.ok(unpacked.includes(scope), place)
  }
  for (const name of ['better-sqlite3', 'onnxruntime-node', 'sharp']) assert.ok(unpacked.includes(name), name)
})

test('the icons are there in every format, and hold what they say', async () => {
  const icons = path.join(root, 'resources/icons')
  const ico = readFileSync(path.join(icons, 'icon.ico'))
  assert.equal(ico.readUInt16LE(2), 1)
  const sizes = Array.from(
    { length: ico.readUInt16LE(4) },
    (_, index) => ico.readUInt8(6 + 16 * index) || 256,
  )
  assert.ok(sizes.includes(16) && sizes.includes(256), sizes.join())
  const icns = readFileSync(path.join(icons, 'icon.icns'))
  assert.equal(icns.toString('latin1', 0, 4), 'icns')
  assert.equal(icns.readUInt32BE(4), icns.length)
  for (const size of [16, 32, 48, 64, 128, 256, 512]) {
    const { width, height } = await sharp(path.join(icons, 'linux', `${size}x${size}.png`)).metadata()
    assert.deepEqual([width, height], [size, size])
  }
})

test('icon containers lead to the pictures that were put in', () => {
  const pictures = [16, 256].map((size) => ({ size, png: Buffer.from(`picture of ${size}`) }))
  const ico = icoFile(pictures)
  pictures.forEach(({ png }, index) => {
    const length = ico.readUInt32LE(6 + 16 * index + 8)
    const offset = ico.readUInt32LE(6 + 16 * index + 12)
    assert.deepEqual(ico.subarray(offset, offset + length), png)
  })
  const icns = icnsFile(pictures)
  const types: string[] = []
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4))
    types.push(icns.toString('latin1', at, at + 4))
  assert.deepEqual(types, ['icp4', 'ic08', 'ic13'])
})
