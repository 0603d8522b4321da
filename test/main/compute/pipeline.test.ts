import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import type { Rejected } from '../../../src/main/compute/messages.ts'
import { judgeImages, type Judge, type Judged } from '../../../src/main/compute/pipeline.ts'
import type { Raster } from '../../../src/main/imaging/raster.ts'
import type { Judgement, ModelMetadata } from '../../../src/main/models/types.ts'
import { calibration } from './fixtures/jobs.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'flawline-'))
})
after(() => rm(folder, { recursive: true }))

async function image(name: string, width: number, height: number, grey: number): Promise<string> {
  const file = path.join(folder, `${name}.png`)
  await sharp({ create: { width, height, channels: 3, background: { r: grey, g: grey, b: grey } } })
    .png()
    .toFile(file)
  return file
}

const metadata: ModelMetadata = {
  version: 1,
  family: 'made-up',
  config: {},
  input: { size: 8, channels: 1, range: [0, 1], layout: 'NCHW' },
  fit: { mode: 'stretch', size: 8, overlap: 0, scale: 1 },
  calibration,
  training: {
    epochs: 1,
    bestEpoch: 1,
    engine: 'none',
    seconds: 0,
    images: 1,
    views: 1,
    seed: 1,
    finished: '2026-01-01T00:00:00.000Z',
  },
  application: 'test',
}

/** Scores an image by its first pixel, keeps the batches, and fails on the grey values it is told to. */
class GreyJudge implements Judge {
  readonly metadata = metadata
  readonly batches: Raster[][] = []
  readonly failOn: ReadonlySet<number>
  readonly pause: number

  constructor(options: { failOn?: readonly number[]; pause?: number } = {}) {
    this.failOn = new Set(options.failOn)
    this.pause = options.pause ?? 0
  }

  async judgeMany(rasters: readonly Raster[]): Promise<Judgement[]> {
    this.batches.push([...rasters])
    await sleep(this.pause)
    return rasters.map((raster) => {
      const grey = Math.round((raster.data[0] ?? 0) * 255)
      if (this.failOn.has(grey)) throw new Error(`cannot judge grey ${grey}`)
      return {
        scores: { latent: grey, map: grey, combined: grey },
        score: grey,
        map: { width: 8, height: 8, data: new Float32Array(64) },
      }
    })
  }
}

interface Item {
  readonly id: string
  readonly file: string
}

function collector(onJudged: (judged: Judged<Item>) => Promise<void> | void = () => undefined) {
  const scores = new Map<string, number>()
  const rejected = new Map<string, Rejected>()
  const abort = new AbortController()
  return {
    scores,
    rejected,
    abort,
    hooks: {
      signal: abort.signal,
      judged: async (judged: Judged<Item>) => {
        await onJudged(judged)
        assert(!scores.has(judged.item.id))
        scores.set(judged.item.id, judged.judgement.score)
      },
      rejected: async (event: Rejected) => {
        assert(!rejected.has(event.id))
        rejected.set(event.id, event)
      },
    },
  }
}

test('images of equal size are judged together, each gets its own score', async () => {
  const items: Item[] = []
  for (let index = 0; index < 40; index++) {
    const [width, height] = index % 2 ? [8, 8] : [12, 6]
    items.push({ id: `${index}`, file: await image(`mixed${index}`, width, height, index) })
  }
  const judge = new GreyJudge()
  const { hooks, scores, rejected } = collector()
  const summary = await judgeImages(judge, items, hooks)
  assert.equal(rejected.size, 0)
  assert.equal(summary.judged, 40)
  for (const item of items) assert.equal(scores.get(item.id), Number(item.id))
  for (const batch of judge.batches) {
    assert(batch.length <= 8)
    assert.equal(new Set(batch.map(({ width, height }) => `${width}x${height}`)).size, 1)
  }
  assert(judge.batches.length <= 8, `${judge.batches.length} batches for 40 images of two sizes`)
})

test('unusable images are rejected with their reason and stop nothing', async () => {
  const broken = path.join(folder, 'broken.png')
  await writeFile(broken, 'no image at all, but long enough to be looked at')
  const empty = path.join(folder, 'empty.png')
  await writeFile(empty, '')
  const items = [
    { id: 'good', file: await image('good', 8, 8, 10) },
    { id: 'missing', file: path.join(folder, 'nowhere.png') },
    { id: 'broken', file: broken },
    { id: 'empty', file: empty },
    { id: 'last', file: await image('last', 8, 8, 20) },
  ]
  const { hooks, scores, rejected } = collector()
  const summary = await judgeImages(new GreyJudge(), items, hooks)
  assert.deepEqual([...scores.keys()].sort(), ['good', 'last'])
  assert.equal(rejected.get('missing')?.problem, 'missing')
  assert.equal(rejected.get('broken')?.problem, 'not-an-image')
  assert.equal(rejected.get('empty')?.problem, 'empty')
  for (const event of rejected.values()) {
    assert(event.message.includes(items.find(({ id }) => id === event.id)?.file ?? '?'))
  }
  assert.equal(summary.rejected, 3)
})

test('when the model fails on one image of a batch, the others of the batch are judged', async () => {
  const items: Item[] = []
  for (let index = 0; index < 8; index++) {
    items.push({ id: `${index}`, file: await image(`same${index}`, 8, 8, 100 + index) })
  }
  const { hooks, scores, rejected } = collector()
  await judgeImages(new GreyJudge({ failOn: [103] }), items, hooks)
  assert.deepEqual([...rejected.keys()], ['3'])
  assert.equal(rejected.get('3')?.problem, 'failed')
  assert.match(rejected.get('3')?.message ?? '', /same3\.png: cannot judge grey 103/)
  assert.equal(scores.size, 7)
})

test('an image whose result cannot be written is rejected alone', async () => {
  const items = [
    { id: 'a', file: await image('a', 8, 8, 1) },
    { id: 'b', file: await image('b', 8, 8, 2) },
  ]
  const { hooks, scores, rejected } = collector(({ item }) => {
    if (item.id === 'a') throw new Error('no space left')
  })
  await judgeImages(new GreyJudge(), items, hooks)
  assert.deepEqual([...scores.keys()], ['b'])
  assert.match(rejected.get('a')?.message ?? '', /a\.png: no space left/)
})

test('what is in flight is bounded in number and pixels, and nothing is lost by it', async () => {
  const file = await image('large', 100, 100, 5)
  const items = Array.from({ length: 30 }, (_, index) => ({ id: `${index}`, file }))
  const judge = new GreyJudge({ pause: 1 })
  let inFlight = 0
  let most = 0
  const { hooks, scores } = collector(async () => {
    inFlight += 1
    most = Math.max(most, inFlight)
    await sleep(5)
    inFlight -= 1
  })
  // Room for two and a half images: never more than two at once, from decoding to the last write.
  await judgeImages(judge, items, hooks, { pixels: 25_000 })
  assert.equal(scores.size, 30)
  assert(most <= 2, `${most} images at once`)
  assert(judge.batches.every((batch) => batch.length <= 2))
})

test('an image larger than the bound still passes, alone', async () => {
  const large = await image('huge', 200, 200, 7)
  const small = await image('small', 8, 8, 3)
  const items = [small, large, small, large, small].map((file, index) => ({ id: `${index}`, file }))
  const { hooks, scores } = collector()
  await judgeImages(new GreyJudge(), items, hooks, { pixels: 10_000 })
  assert.equal(scores.size, 5)
})

test('cancelling stops reading; what was judged is dealt with', async () => {
  const file = await image('again', 8, 8, 9)
  const items = Array.from({ length: 200 }, (_, index) => ({ id: `${index}`, file }))
  const { hooks, scores, abort } = collector(async () => {
    await sleep(1)
    abort.abort()
  })
  const summary = await judgeImages(new GreyJudge(), items, hooks, { ahead: 8, batch: 4 })
  assert.equal(summary.cancelled, true)
  assert.equal(scores.size, summary.judged)
  assert(summary.judged > 0 && summary.judged < 50)
})

test('no images are no trouble', async () => {
  const { hooks } = collector()
  const summary = await judgeImages(new GreyJudge(), [], hooks)
  assert.equal(summary.judged, 0)
  assert.equal(summary.cancelled, false)
})
