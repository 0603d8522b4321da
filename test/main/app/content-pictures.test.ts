import assert from 'node:assert/strict'
import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  inspectionHeatmap,
  inspectionImage,
  inspectionMap,
  sampleImage,
  sampleMask,
  trainingPreview,
} from '../../../src/contract/addresses.ts'
import { AbandonedError, Workshop } from '../../../src/main/app/content/workshop.ts'
import { PictureCache } from '../../../src/main/app/content/cache.ts'
import { sharp } from '../../../src/main/imaging/libvips.ts'
import { encodeMap } from '../../../src/main/imaging/mapfile.ts'
import { newId, type Sample, type StoredImage } from '../../../src/main/store/index.ts'
import { addModel, anInspection, temporaryFolder } from '../store/support.ts'
import { temporaryServices, write } from './support/services.ts'

type Setting = ReturnType<typeof temporaryServices>

/** A grey ramp from left to right over the whole range, 600 × 300. */
const [width, height] = [600, 300]
const ramp = Uint16Array.from({ length: width * height }, (_, at) =>
  Math.round((65535 * (at % width)) / (width - 1)),
)
const wide = () => sharp(ramp, { raw: { width, height, channels: 1 } }).toColourspace('grey16')
const colour = () => sharp({ create: { width, height, channels: 3, background: '#c02040' } })

/** 24-bit bottom-up BMP of one colour. */
function bmp(red: number, green: number, blue: number): Buffer {
  const [w, h] = [8, 6]
  const bytes = Buffer.alloc(54 + w * h * 3)
  bytes.write('BM', 0, 'latin1')
  bytes.writeUInt32LE(bytes.length, 2)
  bytes.writeUInt32LE(54, 10)
  bytes.writeUInt32LE(40, 14)
  bytes.writeInt32LE(w, 18)
  bytes.writeInt32LE(h, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  for (let at = 54; at < bytes.length; at += 3) bytes.set([blue, green, red], at)
  return bytes
}

async function addSample(
  { store, outside }: Setting,
  name: string,
  bytes: Uint8Array,
  mask: StoredImage | null = null,
): Promise<Sample> {
  const project = store.projects.findByName('p') ?? store.projects.create({ name: 'p' })
  const stored = await store.files.addImage(write(outside, name, bytes))
  const [sample] = store.samples.createMany([
    {
      projectId: project.id,
      ...stored,
      originalName: name,
      originalPath: `/x/${name}`,
      width,
      height,
      channels: 3,
      bits: 8,
      label: 'good',
      defectType: null,
      split: 'train',
      groupKey: null,
      mask,
    },
  ])
  assert.ok(sample)
  return sample
}

async function pictureOf(response: Response) {
  assert.equal(response.status, 200)
  const bytes = Buffer.from(await response.arrayBuffer())
  assert.equal(Number(response.headers.get('content-length')), bytes.length)
  const image = sharp(bytes)
  const { format, width: wide = 0, height: high = 0, channels } = await image.metadata()
  const { data } = await image.raw().toBuffer({ resolveWithObject: true })
  return { format, wide, high, channels, data, type: response.headers.get('content-type') }
}

test('images of every kind become thumbnails and views that browsers show', async (t) => {
  const setting = temporaryServices(t)
  const { ask } = setting
  const turned = await colour().jpeg().withMetadata({ orientation: 6 }).toBuffer()
  const files: [string, Uint8Array, [number, number], string][] = [
    ['grey16.png', await wide().png().toBuffer(), [256, 128], 'image/png'],
    ['grey16.tif', await wide().tiff().toBuffer(), [256, 128], 'image/png'],
    ['colour.jpg', await colour().jpeg().toBuffer(), [256, 128], 'image/jpeg'],
    ['turned.jpg', turned, [128, 256], 'image/jpeg'],
    ['palette.png', await colour().png({ palette: true }).toBuffer(), [256, 128], 'image/png'],
    ['colour.webp', await colour().webp().toBuffer(), [256, 128], 'image/webp'],
    ['small.bmp', bmp(200, 30, 60), [8, 6], 'image/png'],
    // Named like what it is not.
    ['really-a-jpeg.png', await colour().jpeg({ quality: 50 }).toBuffer(), [256, 128], 'image/jpeg'],
  ]
  for (const [name, bytes, [wideThumb, highThumb], originalType] of files) {
    const sample = await addSample(setting, name, bytes)
    const thumbnail = await pictureOf(await ask(sampleImage(sample.id, 'thumbnail')))
    assert.deepEqual(
      [thumbnail.format, thumbnail.type, thumbnail.wide, thumbnail.high],
      ['webp', 'image/webp', wideThumb, highThumb],
      name,
    )
    const view = await pictureOf(await ask(sampleImage(sample.id, 'view')))
    // Never enlarged.
    assert.equal(Math.max(view.wide, view.high), name === 'small.bmp' ? 8 : 600, name)
    const original = await pictureOf(await ask(sampleImage(sample.id, 'original')))
    assert.equal(original.type, originalType, name)
    if (name.startsWith('grey16')) {
      // Left black, middle grey, right white: the whole range is kept and nothing wraps around.
      const at = (x: number) => thumbnail.data[thumbnail.channels * (64 * thumbnail.wide + x)] ?? -1
      assert.ok(
        at(2) < 12 && Math.abs(at(128) - 128) < 12 && at(253) > 243,
        `${name}: ${at(2)} ${at(128)} ${at(253)}`,
      )
    }
    if (name === 'small.bmp') assert.deepEqual([...original.data.subarray(0, 3)], [200, 30, 60])
  }
})

test('pictures are kept by the browser for good, told by their tag, and HEAD gives no body', async (t) => {
  const setting = temporaryServices(t)
  const { ask, store } = setting
  const sample = await addSample(setting, 'a.png', await colour().png().toBuffer())
  for (const size of ['thumbnail', 'view', 'original'] as const) {
    const address = sampleImage(sample.id, size)
    const first = await ask(address)
    const tag = first.headers.get('etag') ?? ''
    assert.match(tag, /^"[^"]+"$/)
    assert.equal(first.headers.get('cache-control'), 'private, max-age=31536000, immutable')
    assert.equal(first.headers.get('x-content-type-options'), 'nosniff')
    await first.body?.cancel()
    const again = await ask(address, { headers: { 'if-none-match': `"other", W/${tag}` } })
    assert.deepEqual([again.status, again.headers.get('etag'), await again.text()], [304, tag, ''])
    const other = await ask(address, { headers: { 'if-none-match': '"other"' } })
    assert.equal(other.status, 200)
    const head = await ask(address, { method: 'HEAD' })
    assert.deepEqual([head.status, await head.text()], [200, ''])
    assert.equal(head.headers.get('content-length'), other.headers.get('content-length'))
    await other.body?.cancel()
  }
  const post = await ask(sampleImage(sample.id, 'view'), { method: 'POST', body: 'x' })
  assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD'])
  // The cache is a memory and no more.
  const cache = path.join(store.folder, 'cache')
  assert.ok(readdirSync(cache).length > 0)
  rmSync(cache, { recursive: true })
  await pictureOf(await ask(sampleImage(sample.id, 'thumbnail')))
})

test('a damaged or missing image is a plain answer that names no path', async (t) => {
  const setting = temporaryServices(t)
  const { ask, store } = setting
  const png = await wide().png().toBuffer()
  const cut = await addSample(setting, 'cut.png', png.subarray(0, png.length / 2))
  const text = await addSample(setting, 'text.png', Buffer.from('no picture'))
  const svg = await addSample(
    setting,
    'svg.png',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  )
  const gone = await addSample(setting, 'gone.png', png)
  rmSync(store.files.imagePath(gone))
  for (const { id, originalName } of [cut, text, svg, gone]) {
    const response = await ask(sampleImage(id, 'thumbnail'))
    assert.equal(response.status, 422, originalName)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.ok(!(await response.text()).includes(store.folder))
  }
  for (const address of [
    'pictures',
    'pictures/samples',
    `pictures/samples/${cut.id}`,
    `pictures/samples/${cut.id}/huge`,
    `pictures/samples/${cut.id}/view/more`,
    `pictures/samples/${cut.id}/mask`,
    `pictures/samples/..%2f..%2fflawline.db/view`,
    'pictures/samples/nothing123/view',
    'pictures/inspections/nothing123/map',
    'pictures/models/nothing123/samples/nothing456/heatmap',
    'pictures/runs/nothing123/previews/1',
    'elsewhere',
    '',
  ]) {
    assert.equal((await ask(address)).status, 404, address)
  }
})

test('a mask is white on transparent', async (t) => {
  const setting = temporaryServices(t)
  const { ask, store, outside } = setting
  const grey = Uint8Array.from({ length: 40 }, (_, at) => (at % 8 < 4 ? 0 : 255))
  const maskFile = write(
    outside,
    'mask.png',
    await sharp(grey, { raw: { width: 8, height: 5, channels: 1 } })
      .png()
      .toBuffer(),
  )
  const mask = await store.files.addImage(maskFile)
  const sample = await addSample(setting, 'a.png', await colour().png().toBuffer(), mask)
  const { data, wide: w, high, channels, format } = await pictureOf(await ask(sampleMask(sample.id)))
  assert.deepEqual([format, w, high, channels], ['png', 8, 5, 4])
  assert.equal(data[3], 0)
  assert.deepEqual([...data.subarray(4 * 5, 4 * 5 + 4)], [255, 255, 255, 255])
})

test('an inspection gives its map as stored and its heatmap to lay over the image', async (t) => {
  const setting = temporaryServices(t)
  const { ask, store, outside } = setting
  const bench = await addModel(store)
  const id = newId()
  const values = Float32Array.from({ length: 64 }, (_, at) => (at < 32 ? 0.1 : 0.9))
  const map = await encodeMap({ width: 8, height: 8, data: values })
  await store.files.writeMap(id, map)
  store.inspections.create(anInspection(bench, { id, hasMap: true }))
  const stored = await ask(inspectionMap(id))
  assert.deepEqual(Buffer.from(await stored.arrayBuffer()), map)
  const heatmap = await pictureOf(await ask(inspectionHeatmap(id)))
  assert.deepEqual([heatmap.wide, heatmap.high, heatmap.channels], [8, 8, 4])
  assert.equal(heatmap.data[3], 0)
  assert.equal(heatmap.data.at(-1), 255)
  // Its image was not kept.
  assert.equal((await ask(inspectionImage(id, 'view'))).status, 404)
  const kept = await store.files.addImage(write(outside, 'kept.png', await colour().png().toBuffer()))
  const other = store.inspections.create(
    anInspection(bench, { imageSha256: kept.sha256, imageExtension: kept.extension }),
  )
  assert.equal((await pictureOf(await ask(inspectionImage(other.id, 'view')))).wide, 600)
  assert.equal((await ask(inspectionHeatmap(other.id))).status, 404)
})

test('a training preview is asked for again after it was drawn anew', async (t) => {
  const { ask, store } = temporaryServices(t)
  const { modelId } = await addModel(store)
  const file = write(
    path.join(store.files.modelFolder(modelId), 'previews'),
    '3.png',
    await colour().png().toBuffer(),
  )
  const first = await ask(trainingPreview(modelId, 3))
  assert.deepEqual([first.status, first.headers.get('cache-control')], [200, 'private, no-cache'])
  await first.body?.cancel()
  const tag = first.headers.get('etag') ?? ''
  const known = { headers: { 'if-none-match': tag } }
  assert.equal((await ask(trainingPreview(modelId, 3), known)).status, 304)
  writeFileSync(file, await wide().png().toBuffer())
  const second = await ask(trainingPreview(modelId, 3), known)
  assert.equal(second.status, 200)
  await second.body?.cancel()
  assert.equal((await ask(trainingPreview(modelId, 4))).status, 404)
})

test('work is done a few at a time, the newest first, once for all who ask, and not for those who left', async () => {
  const workshop = new Workshop<string>(1)
  const done: string[] = []
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  const order = (key: string, signal?: AbortSignal) =>
    workshop.do(key, signal, async () => {
      await gate
      done.push(key)
      return key
    })
  const first = order('first')
  await Promise.resolve()
  const leaving = new AbortController()
  const left = order('left', leaving.signal)
  const half = new AbortController()
  const shared = [order('shared', half.signal), order('shared')] as const
  const newest = order('newest')
  leaving.abort()
  half.abort()
  await assert.rejects(left, AbandonedError)
  await assert.rejects(shared[0], AbandonedError)
  open()
  assert.deepEqual(await Promise.all([first, shared[1], newest]), ['first', 'shared', 'newest'])
  assert.deepEqual(done, ['first', 'newest', 'shared'])
  await assert.rejects(
    workshop.do('fails', undefined, () => Promise.reject(new Error('no'))),
    /no/,
  )
  // A failure is not remembered.
  assert.equal(await workshop.do('fails', undefined, () => Promise.resolve('yes')), 'yes')
  await assert.rejects(order('never', AbortSignal.abort()), AbandonedError)
})

test('of a full cache the oldest go', async (t) => {
  const folder = temporaryFolder(t)
  const cache = new PictureCache(folder, 1000)
  let made = 0
  const get = (name: string) =>
    cache.get(name, () => {
      made += 1
      return Promise.resolve(Buffer.alloc(300, name))
    })
  for (const [index, name] of ['aa', 'bb', 'cc'].entries()) {
    await get(name)
    utimesSync(path.join(folder, 'cache', name, name), 1000 + index, 1000 + index)
  }
  await get('aa')
  assert.equal(made, 3)
  await get('dd')
  const left = readdirSync(path.join(folder, 'cache'), { recursive: true, withFileTypes: true })
  assert.deepEqual(
    left
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort(),
    ['cc', 'dd'],
  )
})
