import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { storedExtension } from '../../../src/main/store/files.ts'
import { StorageError, newId, openStore } from '../../../src/main/store/index.ts'
import { atEnd, temporaryFolder, temporaryStore } from './support.ts'

test('an image is stored once under its hash, and again if its copy was damaged', async (t) => {
  const store = temporaryStore(t)
  const source = join(temporaryFolder(t), 'Part 7.JPEG')
  writeFileSync(source, 'picture')
  const image = await store.files.addImage(source)
  const path = store.files.imagePath(image)
  assert.equal(readFileSync(path, 'utf8'), 'picture')
  assert.ok(path.endsWith(`${image.sha256.slice(0, 2)}/${image.sha256}.jpg`))
  assert.deepEqual(await store.files.addImage(source), image)
  truncateSync(path, 3)
  await store.files.addImage(source)
  assert.equal(readFileSync(path, 'utf8'), 'picture')
})

test('a file that changes while it is read is not stored under the wrong hash', async (t) => {
  const store = temporaryStore(t)
  const source = join(temporaryFolder(t), 'part.png')
  writeFileSync(source, 'the first half')
  const { sha256 } = await store.files.hash(source)
  writeFileSync(source, 'the first half and the second')
  await assert.rejects(store.files.addImage(source, sha256), /part\.png changed while it was being read/)
  assert.equal(store.files.hasImage({ sha256, extension: 'png' }), false)
})

test('a source that is not there is named', async (t) => {
  const store = temporaryStore(t)
  await assert.rejects(
    store.files.addImage('/nowhere/part.png'),
    (error) =>
      error instanceof StorageError && error.problem === 'missing-file' && error.path === '/nowhere/part.png',
  )
})

test('maps of a batch are all there when the call returns', async (t) => {
  const store = temporaryStore(t)
  const maps = Array.from({ length: 20 }, (_, index) => ({ id: newId(), png: Buffer.from(`map ${index}`) }))
  await store.files.writeMaps(maps)
  for (const { id, png } of maps) assert.deepEqual(readFileSync(store.files.mapPath(id)), png)
})

test('the file store makes folders again that somebody removed meanwhile', async (t) => {
  const store = temporaryStore(t)
  await store.files.writeMap(newId(), Buffer.from('map'))
  rmSync(join(store.folder, 'maps'), { recursive: true })
  const id = newId()
  await assert.rejects(store.files.writeMap(id, Buffer.from('map')), StorageError)
  mkdirSync(join(store.folder, 'maps'))
  await store.files.writeMap(id, Buffer.from('map'))
  assert.ok(store.files.hasMap(id))
})

test('an extension is in lower case, in one spelling, and cannot leave the folder', () => {
  const given = [
    'a.PNG',
    'a.jpeg',
    'a.JPG',
    'a.tiff',
    'a.tar.webp',
    'a',
    'a.',
    '.png',
    'a.p/../g',
    'a.längst',
  ]
  assert.deepEqual(given.map(storedExtension), [
    'png',
    'jpg',
    'jpg',
    'tif',
    'webp',
    'bin',
    'bin',
    'bin',
    'bin',
    'bin',
  ])
})

test('an id that would leave the folder is refused', (t) => {
  const { files } = temporaryStore(t)
  assert.throws(() => files.mapPath('../../secret'), StorageError)
  assert.throws(() => files.modelFolder('..'), StorageError)
})

test('temporary files of a dead process are swept, those of a living one stay', async (t) => {
  const folder = temporaryFolder(t)
  const living = openStore(folder)
  atEnd(t, () => living.close())
  await living.files.writeMap(newId(), Buffer.from('map'))
  const temporary = join(folder, 'maps', '.temporary')
  const [owner] = readdirSync(temporary)
  assert.ok(owner)
  writeFileSync(join(temporary, owner, 'half'), 'being written')
  const dead = newId()
  mkdirSync(join(temporary, dead))
  writeFileSync(join(temporary, dead, 'half'), 'never finished')
  writeFileSync(join(folder, 'locks', `${dead}.lock`), '')

  const second = openStore(folder)
  assert.equal(existsSync(join(temporary, dead)), false)
  assert.equal(existsSync(join(folder, 'locks', `${dead}.lock`)), false)
  assert.equal(readFileSync(join(temporary, owner, 'half'), 'utf8'), 'being written')
  second.close()
})

test('a closed store leaves no temporary folder and no lock', async (t) => {
  const folder = temporaryFolder(t)
  const store = openStore(folder)
  await store.files.writeMap(newId(), Buffer.from('map'))
  store.close()
  assert.deepEqual(readdirSync(join(folder, 'locks')), [])
  assert.deepEqual(readdirSync(join(folder, 'maps', '.temporary')), [])
  assert.deepEqual(readdirSync(folder).sort(), ['flawline.db', 'images', 'locks', 'maps', 'models'])
})
