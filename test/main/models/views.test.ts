import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { AugmentOptions } from '../../../src/main/imaging/augment.ts'
import type { Raster } from '../../../src/main/imaging/raster.ts'
import type { TrainingSample } from '../../../src/main/models/types.ts'
import { ViewSource, type ViewSettings } from '../../../src/main/models/views.ts'
import { savePart } from './support/parts.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'flawline-views-'))
})
after(() => rm(folder, { recursive: true }))

const plain: AugmentOptions = {
  flipHorizontal: false,
  flipVertical: false,
  quarterTurns: false,
  shift: 0,
  brightness: 0,
}
const settings = (changes: Partial<ViewSettings> = {}): ViewSettings => ({
  fit: { mode: 'stretch', size: 32, overlap: 0.5, scale: 1 },
  channels: 1,
  augmentation: plain,
  ...changes,
})

/** A picture whose pixels tell their image and place: the grey values of `paint`. */
async function sample(
  name: string,
  width: number,
  height: number,
  paint: (x: number, y: number, channel: number) => number,
  channels: 1 | 3 = 1,
): Promise<TrainingSample> {
  const raster: Raster = { width, height, channels, data: new Float32Array(width * height * channels) }
  for (let i = 0; i < raster.data.length; i++) {
    const pixel = Math.floor(i / channels)
    raster.data[i] = paint(pixel % width, Math.floor(pixel / width), i % channels) / 255
  }
  const file = path.join(folder, `${name}.png`)
  await savePart(file, raster)
  return { id: name, file, split: 'train', label: 'good' }
}

const open = (samples: readonly TrainingSample[], chosen: ViewSettings): Promise<ViewSource> =>
  ViewSource.open(samples, chosen, (_, error) => assert.fail(error.message), new AbortController().signal)

async function epoch(source: ViewSource, seed = 1, number = 1, batch = 4): Promise<Float32Array[]> {
  const batches: Float32Array[] = []
  for await (const values of source.epoch(seed, number, batch)) batches.push(values)
  return batches
}

const greyOf = (value: number): number => Math.round(255 * value)

describe('whole images', () => {
  const area = 32 * 32
  let source: ViewSource
  before(async () => {
    const samples = []
    for (let i = 0; i < 10; i++) samples.push(await sample(`flat${i}`, 32, 32, () => 10 + i))
    source = await open(samples, settings())
  })
  /** Which image each view of a batch shows. */
  const shown = (values: Float32Array): number[] =>
    Array.from({ length: values.length / area }, (_, view) => greyOf(values[view * area]) - 10)

  test('come once each an epoch, the last batch filled up from the start', async () => {
    assert.equal(source.viewsPerEpoch, 10)
    assert.equal(source.images, 10)
    const order = (await epoch(source)).map(shown)
    assert.deepEqual(
      order.map((batch) => batch.length),
      [4, 4, 4],
    )
    const flat = order.flat()
    assert.deepEqual(
      flat.slice(0, 10).sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    )
    assert.deepEqual(flat.slice(10), flat.slice(0, 2))
  })

  test('in an order that the seed and the epoch make', async () => {
    const order = async (seed: number, number: number) => (await epoch(source, seed, number)).flatMap(shown)
    assert.deepEqual(await order(1, 1), await order(1, 1))
    assert.notDeepEqual(await order(1, 1), await order(1, 2))
    assert.notDeepEqual(await order(1, 1), await order(2, 1))
  })

  test('fewer than a batch are repeated until it is full', async () => {
    const two = await open(
      [await sample('a', 32, 32, () => 10), await sample('b', 32, 32, () => 11)],
      settings(),
    )
    const [batch, ...rest] = await epoch(two, 1, 1, 5)
    assert.deepEqual(rest, [])
    assert.deepEqual(
      shown(batch).sort(),
      [...shown(batch).slice(0, 2), ...shown(batch).slice(0, 2), shown(batch)[0]].sort(),
    )
  })
})

test('colours lie side by side, as the training step takes them', async () => {
  const paint = (x: number, y: number, channel: number): number => 3 * x + 2 * y + 40 * channel
  const source = await open([await sample('colours', 32, 32, paint, 3)], settings({ channels: 3 }))
  const [values] = await epoch(source, 1, 1, 2)
  assert.equal(values.length, 2 * 32 * 32 * 3)
  for (const [x, y, channel] of [
    [0, 0, 0],
    [5, 0, 1],
    [31, 7, 2],
    [12, 31, 0],
  ])
    assert.equal(greyOf(values[(y * 32 + x) * 3 + channel]), paint(x, y, channel))
})

describe('tiles', () => {
  const paint = (x: number, y: number): number => 2 * x + y
  const tiles = settings({ fit: { mode: 'tile', size: 32, overlap: 0.5, scale: 1 } })

  test('are as many as see each pixel about once, cut anywhere, unscaled', async () => {
    const source = await open([await sample('large', 80, 70, paint)], tiles)
    assert.equal(source.viewsPerEpoch, 6) // ⌈80·70 / 32²⌉
    const corners = new Set<string>()
    for (let number = 1; number <= 8; number++)
      for (const values of await epoch(source, 1, number, 6))
        for (let view = 0; view < 6; view++) {
          const at = (x: number, y: number): number => greyOf(values[view * 1024 + y * 32 + x])
          assert.equal(at(31, 0) - at(0, 0), 62, 'columns of the original')
          assert.equal(at(0, 31) - at(0, 0), 31, 'rows of the original')
          const corner = at(0, 0)
          assert.ok(corner <= 2 * (80 - 32) + (70 - 32))
          corners.add(String(corner))
        }
    assert.ok(corners.size > 20, `${corners.size} different tiles in eight epochs`)
  })

  test('of images of several sizes; a small one is one padded tile', async () => {
    const source = await open(
      [await sample('wide', 100, 40, paint), await sample('small', 20, 12, paint)],
      tiles,
    )
    assert.equal(source.viewsPerEpoch, 4 + 1)
    const batches = await epoch(source, 1, 1, 5)
    assert.ok(batches.flatMap((values) => [...values]).every((value) => value >= 0 && value <= 1))
  })
})

test('augmentations are drawn anew each time, the same from the same seed', async () => {
  const paint = (x: number, y: number): number => 4 * x + 2 * y
  const file = await sample('slanted', 32, 32, paint)
  const whole = await open([file], settings())
  const changed = await open(
    [file],
    settings({
      augmentation: {
        flipHorizontal: true,
        flipVertical: true,
        quarterTurns: true,
        shift: 0.1,
        brightness: 0.2,
      },
    }),
  )
  const [original] = await epoch(whole, 1, 1, 2)
  const seen = new Set<string>([original.slice(0, 1024).join()])
  for (let number = 1; number <= 5; number++) {
    const [values] = await epoch(changed, 1, number, 2)
    assert.deepEqual((await epoch(changed, 1, number, 2))[0], values)
    seen.add(values.slice(0, 1024).join())
    seen.add(values.slice(1024).join())
    assert.ok(values.every((value) => value >= 0 && value <= 1))
  }
  assert.equal(seen.size, 11)
  // The cached image itself stays as it is.
  assert.deepEqual((await epoch(whole, 1, 1, 2))[0], original)
})

test('what cannot be read is told and left out', async () => {
  const file = path.join(folder, 'broken.png')
  await writeFile(file, 'no picture')
  const skipped: string[] = []
  const source = await ViewSource.open(
    [{ id: 'broken', file, split: 'train', label: 'good' }, await sample('whole', 32, 32, () => 9)],
    settings(),
    ({ id }, error) => skipped.push(`${id}: ${error.problem}`),
    new AbortController().signal,
  )
  assert.deepEqual(skipped, ['broken: not-an-image'])
  assert.equal(source.images, 1)
})

test('a stop while images are being read stops the reading', async () => {
  const controller = new AbortController()
  controller.abort()
  const source = await ViewSource.open(
    [await sample('late', 32, 32, () => 9)],
    settings(),
    () => undefined,
    controller.signal,
  )
  assert.equal(source.images, 0)
})
