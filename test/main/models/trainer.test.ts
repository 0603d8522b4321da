import assert from 'node:assert/strict'
import { access, readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { loadBest, loadLatest } from '../../../src/main/models/checkpoint.ts'
import { ganomaly, ganomalyStep } from '../../../src/main/models/ganomaly.ts'
import { Inspector } from '../../../src/main/models/inspector.ts'
import { nameOf } from '../../../src/main/nn/program.ts'
import { enterFamily } from './support/madeUpFamilies.ts'
import { modelFileOf, withoutMetadata } from './support/models.ts'
import { tinyConfig, Workshop } from './support/parts.ts'
import { eventsOf, record, type Recording } from './support/recording.ts'

let workshop: Workshop
before(async () => {
  workshop = await Workshop.open()
})
after(() => workshop.close())

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

describe('a training', () => {
  test('tells its way, leaves a model and its description', async () => {
    const job = await workshop.job()
    const { events, epochs, result } = await record(job)
    const [started] = events
    assert.ok(started.kind === 'started')
    assert.deepEqual(
      { ...started, parameters: 0 },
      { kind: 'started', engine: 'onnx-cpu', epochs: 3, resumedFrom: 0, views: 10, parameters: 0 },
    )
    // The generator's parameters and running statistics, counted by hand: 2·(16·(4 + 32 + 128 + 128)
    // + 4·(8 + 16)) + 16·(128 + 128 + 32 + 4) + 4·(16 + 8 + 4).
    assert.equal(started.parameters, 2 * (16 * 292 + 4 * 24) + 16 * 292 + 4 * 28)
    assert.deepEqual(
      epochs.map(({ epoch }) => epoch),
      [1, 2, 3],
    )
    for (const { losses, validation } of epochs) {
      assert.deepEqual(Object.keys(losses).sort(), [
        'adversarial',
        'discriminator',
        'generator',
        'image',
        'latent',
      ])
      assert.ok(
        [...Object.values(losses), validation].every((value) => Number(value) > 0 && Number.isFinite(value)),
      )
    }
    assert.ok(epochs[2].losses.image < epochs[0].losses.image, 'it learns')
    const progress = eventsOf(events, 'progress')
    const fractions = progress.map(({ fraction }) => fraction)
    assert.deepEqual(fractions, [...fractions].sort())
    assert.equal(fractions.at(-1), 1)
    assert.ok(progress.every(({ imagesPerSecond, secondsLeft }) => imagesPerSecond > 0 && secondsLeft >= 0))

    assert.equal(result.state, 'finished')
    assert.equal(result.epochs, 3)
    const { metadata } = result
    assert.ok(metadata)
    assert.deepEqual(JSON.parse(await readFile(path.join(job.folder, 'model.json'), 'utf8')), metadata)
    const { training, input, fit, family, calibration, config } = metadata
    assert.equal(family, 'ganomaly')
    assert.deepEqual(input, { size: 32, channels: 1, range: [0, 1], layout: 'NCHW' })
    assert.equal(fit.mode, 'stretch')
    assert.deepEqual(config, ganomaly.schema.parse(tinyConfig))
    assert.deepEqual(
      { ...training, seconds: 0, finished: '' },
      {
        epochs: 3,
        bestEpoch: training.bestEpoch,
        engine: 'onnx-cpu',
        seconds: 0,
        images: 10,
        views: 10,
        seed: tinyConfig.seed,
        finished: '',
      },
    )
    for (const scores of Object.values(calibration.goodScores)) {
      assert.equal(scores.length, 5, 'a score of each held-out image')
      assert.deepEqual(
        scores,
        scores.toSorted((a, b) => a - b),
      )
    }
    assert.equal(calibration.threshold.mode, 'false-alarm-rate')
    assert.equal(calibration.threshold.falseAlarmRate, 0.05)
    // Nothing half-written stays behind.
    assert.deepEqual((await readdir(job.folder)).sort(), [
      'checkpoints',
      'model.json',
      'model.onnx',
      'previews',
    ])
    assert.deepEqual((await readdir(path.join(job.folder, 'checkpoints'))).sort(), [
      'best.safetensors',
      'latest.safetensors',
    ])
  })

  test('is the same from the same seed, and another from another', async () => {
    const augmented = { flipHorizontal: true, brightness: 0.2 }
    const [job, again, other] = [
      await workshop.job(augmented),
      await workshop.job(augmented),
      await workshop.job({ ...augmented, seed: 6 }),
    ]
    const [first, second, third] = [await record(job), await record(again), await record(other)]
    assert.deepEqual(second.epochs, first.epochs)
    assert.deepEqual(second.result.metadata?.calibration, first.result.metadata?.calibration)
    assert.ok((await withoutMetadata(again)).equals(await withoutMetadata(job)), 'the same model')
    assert.notDeepEqual(third.epochs[0].losses, first.epochs[0].losses)
    assert.ok(!(await withoutMetadata(other)).equals(await withoutMetadata(job)))
  })

  test('learns from good training images alone', async () => {
    const { samples } = workshop
    const mislaid = samples
      .slice(0, 3)
      .map((sample, index) => ({ ...sample, id: `defect${index}`, label: 'defect' as const }))
    const plain = await record(await workshop.job({ epochs: 1 }))
    const mixed = await record(await workshop.job({ epochs: 1 }, { samples: [...mislaid, ...samples] }))
    assert.equal(eventsOf(mixed.events, 'started')[0].views, 10)
    assert.deepEqual(mixed.epochs, plain.epochs)
  })

  test('leaves a checkpoint of every epoch', async () => {
    const job = await workshop.job()
    let seen = 0
    const looks: Promise<void>[] = []
    await record(job, (event) => {
      if (event.kind !== 'epoch') return
      seen += 1
      looks.push(
        exists(path.join(job.folder, 'checkpoints', 'latest.safetensors')).then((there) => assert.ok(there)),
      )
    })
    await Promise.all(looks)
    assert.equal(seen, 3)
    const latest = await loadLatest(job.folder)
    assert.equal(latest?.progress.epoch, 3)
    const states = ganomalyStep(ganomaly.schema.parse(tinyConfig)).states.map(({ node }) => nameOf(node))
    assert.deepEqual(Object.keys(latest.values).sort(), states.sort(), 'all that a run needs to go on')
  })
})

test('stopped at an epoch, it goes on as if it had never been', async () => {
  const whole = await workshop.job({ epochs: 4, shift: 0.1 })
  const unbroken = await record(whole)
  const job = await workshop.job({ epochs: 4, shift: 0.1 })
  const first = await record(job, (event, stop) => event.kind === 'epoch' && event.epoch === 2 && stop())
  assert.deepEqual(first.result, { state: 'cancelled', epochs: 2 })
  assert.ok(!(await exists(modelFileOf(job))), 'no model of a training that has not ended')
  // In the midst of the third: what it had learnt since the checkpoint is let go.
  const second = await record({ ...job, resume: true }, (event, stop) => event.kind === 'progress' && stop())
  assert.deepEqual(second.result, { state: 'cancelled', epochs: 2 })
  assert.equal(eventsOf(second.events, 'started')[0].resumedFrom, 2)
  const third = await record({ ...job, resume: true })
  assert.equal(third.result.state, 'finished')
  assert.deepEqual(first.epochs, unbroken.epochs.slice(0, 2))
  assert.deepEqual(third.epochs, unbroken.epochs, 'earlier epochs are told again')
  assert.deepEqual(
    eventsOf(third.events, 'epoch').map(({ replayed }) => replayed ?? false),
    [true, true, false, false],
  )
  assert.deepEqual(third.result.metadata?.calibration, unbroken.result.metadata?.calibration)
  assert.ok((await withoutMetadata(job)).equals(await withoutMetadata(whole)), 'the same model')
  // A finished one has nothing left to learn, and can be calibrated again.
  const fourth = await record({ ...job, resume: true })
  assert.ok(eventsOf(fourth.events, 'epoch').every(({ replayed }) => replayed))
  assert.equal(fourth.result.state, 'finished')
})

test('stopped before it began, it is cancelled', async () => {
  const job = await workshop.job()
  const { result, epochs } = await record(job, (event, stop) => event.kind === 'started' && stop())
  assert.deepEqual(result, { state: 'cancelled', epochs: 0 })
  assert.deepEqual(epochs, [])
  assert.equal((await record({ ...job, resume: true })).result.state, 'finished')
})

test('without resume, a run begins anew', async () => {
  const job = await workshop.job({ epochs: 2 })
  const first = await record(job)
  const again = await record(job)
  assert.equal(eventsOf(again.events, 'started')[0].resumedFrom, 0)
  assert.deepEqual(again.epochs, first.epochs)
})

test('the best epoch on held-out images becomes the model', async () => {
  // A generator drawn anew on the way: the epochs do not simply get better.
  let step = 0
  enterFamily('forgets', { restart: () => (++step === 9 ? 'generator/' : null) })
  const trainFor = async (epochs: number) => {
    step = 0
    const job = await workshop.job({ epochs, learningRate: 5e-3 }, { family: 'forgets' })
    return { job, ...(await record(job)) }
  }
  const { epochs: seen } = await trainFor(6)
  let lowest = Infinity
  for (const { validation, best } of seen) {
    assert.ok(validation !== null)
    assert.equal(best, validation < lowest)
    lowest = Math.min(lowest, validation)
  }
  // Ended at an epoch that is not the best so far, a training leaves the model of the one that is.
  const last = seen.findIndex(({ best }) => !best) + 1
  assert.ok(last > 1, 'one epoch is not the best so far')
  const { job, epochs, result } = await trainFor(last)
  const best = epochs.findLast((report) => report.best)
  assert.ok(best)
  assert.equal(result.metadata?.training.bestEpoch, best.epoch)
  const kept = await loadBest(job.folder)
  assert.deepEqual(kept?.progress.best, { epoch: best.epoch, validation: best.validation })
  assert.equal(kept.progress.epoch, best.epoch)
  const stoppedThere = await trainFor(best.epoch)
  assert.ok((await withoutMetadata(stoppedThere.job)).equals(await withoutMetadata(job)))
})

test('a discriminator that has won is drawn anew, and nothing else is', async () => {
  let step = 0
  enterFamily('restarts', { restart: () => (++step === 3 ? 'discriminator/' : null) })
  const job = await workshop.job({ epochs: 1 }, { family: 'restarts' })
  const { events } = await record(job)
  const plain = await workshop.job({ epochs: 1 })
  await record(plain)
  const messages = eventsOf(events, 'log').map(({ message }) => message)
  assert.ok(
    messages.some((message) => /discriminator started anew/.test(message)),
    messages.join(),
  )
  const [restarted, trained] = [await loadLatest(job.folder), await loadLatest(plain.folder)]
  assert.ok(restarted && trained)
  const initial = new Map(
    ganomalyStep(ganomaly.schema.parse({ ...tinyConfig, epochs: 1 })).states.map((state) => [
      nameOf(state.node),
      state.initial,
    ]),
  )
  for (const [name, data] of Object.entries(restarted.values)) {
    if (!name.startsWith('discriminator/')) assert.deepEqual(data, trained.values[name], name)
    else if (name.endsWith('/beta'))
      assert.ok(
        data.every((value) => value === 0),
        name,
      )
    else {
      assert.notDeepEqual(data, trained.values[name], name)
      assert.notDeepEqual(data, initial.get(name), `${name} is not what it has lost with before`)
      const deviation = Math.hypot(...data.map((value) => value - (name.endsWith('/gamma') ? 1 : 0)))
      assert.ok(deviation < 0.04 * Math.sqrt(data.length), `${name} is N(·, 0.02)`)
    }
  }
})

describe('augmentation', () => {
  const options = {
    flipHorizontal: true,
    flipVertical: true,
    quarterTurns: true,
    shift: 0.2,
    brightness: 0.3,
  }
  let plain: Recording
  before(async () => {
    plain = await record(await workshop.job({ epochs: 1 }))
  })
  for (const [name, value] of Object.entries(options))
    test(`by ${name} changes what is learnt from`, async () => {
      const changed = await record(await workshop.job({ epochs: 1, [name]: value }))
      assert.equal(changed.result.state, 'finished')
      assert.notEqual(changed.epochs[0].losses.image, plain.epochs[0].losses.image)
    })
})

test('tiles: images of several sizes, larger and smaller than the model, in colour', async () => {
  const colours = await Workshop.open([
    { width: 80, height: 50, channels: 3 },
    { width: 40, height: 70, channels: 3 },
    { width: 20, height: 36, channels: 3 },
  ])
  try {
    const job = await colours.job({ fit: 'tile', channels: 3, epochs: 2, scale: 0.9, overlap: 0.25 })
    const { events, result } = await record(job)
    assert.equal(result.state, 'finished')
    // 72×45, 36×63 and 18×32 (padded to 32×32) working pixels: 4, 3 and 1 tiles of 32×32 an epoch.
    assert.equal(eventsOf(events, 'started')[0].views, 4 * 4 + 3 * 3 + 3 * 1)
    const inspector = await Inspector.open(modelFileOf(job))
    const judgement = await inspector.judge({
      width: 100,
      height: 33,
      channels: 3,
      data: new Float32Array(100 * 33 * 3).fill(0.5),
    })
    assert.deepEqual([judgement.map.width, judgement.map.height], [90, 30])
    assert.ok(judgement.map.data.every(Number.isFinite))
    await inspector.release()
  } finally {
    await colours.close()
  }
})
