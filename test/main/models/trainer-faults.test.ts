/** What can go wrong in a training, and what is left of it then. */
import assert from 'node:assert/strict'
import { access, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CheckpointError, loadBest, loadLatest } from '../../../src/main/models/checkpoint.ts'
import { TrainingError } from '../../../src/main/models/trainer.ts'
import type { TrainingJob, TrainingSample } from '../../../src/main/models/types.ts'
import { engineNames, openEngine, type EngineName } from '../../../src/main/nn/engines/choose.ts'
import { EngineUnavailableError } from '../../../src/main/nn/engines/engine.ts'
import { Random } from '../../../src/main/nn/random.ts'
import { decodeSafetensors, encodeSafetensors } from '../../../src/main/nn/safetensors.ts'
import { enterFamily, poisonedStep, type Poison } from './support/madeUpFamilies.ts'
import { drawPart, savePart, withDefect, Workshop } from './support/parts.ts'
import { modelFileOf, withoutMetadata } from './support/models.ts'
import { eventsOf, record } from './support/recording.ts'

let workshop: Workshop
before(async () => {
  workshop = await Workshop.open()
})
after(() => workshop.close())

const latestOf = ({ folder }: TrainingJob): string => path.join(folder, 'checkpoints', 'latest.safetensors')

/** The samples and some held-out ones with a plain defect. */
async function withHeldOutDefects(): Promise<TrainingSample[]> {
  const random = new Random('defects')
  const defects: TrainingSample[] = []
  for (let index = 0; index < 3; index++) {
    const file = path.join(workshop.folder, `defect${index}.png`)
    const part = drawPart(random, { width: 48, height: 40 })
    await savePart(file, withDefect(part, { x: 5 + 10 * index, y: 12, side: 9, value: 0.1 }))
    defects.push({ id: `defect${index}`, file, split: 'validation', label: 'defect' })
  }
  return [...workshop.samples, ...defects]
}

describe('numbers that turn infinite or undefined', () => {
  // Ten views in batches of four are three steps an epoch: the seventh run of the program is in the third.
  const cases: readonly [string, Poison, RegExp][] = [
    ['a loss', { after: 6, loss: 'adversarial' }, /the adversarial loss .* in epoch 3/],
    [
      'a parameter in the last step of an epoch, which no loss has seen yet',
      { after: 8, parameter: 'generator/decoder/0/filters' },
      /generator\/decoder\/0\/filters .* in epoch 3/,
    ],
    [
      "the discriminator's parameter, which no validation sees",
      { after: 8, parameter: 'discriminator/code/filters' },
      /discriminator\/code\/filters .* in epoch 3/,
    ],
  ]
  let samples: readonly TrainingSample[] = []
  before(async () => {
    samples = await withHeldOutDefects()
  })

  for (const [title, poison, message] of cases)
    test(`${title}: the run stops, says so, and its last good checkpoint goes on`, async () => {
      let ill = true
      enterFamily('ill', {
        trainingProgram: (config) => poisonedStep(config, { ...poison, after: ill ? poison.after : null }),
      })
      const job = await workshop.job({ epochs: 4 }, { family: 'ill', samples })
      await assert.rejects(record(job), (error) => {
        assert.ok(error instanceof TrainingError)
        assert.match(error.message, message)
        assert.match(error.message, /checkpoint of epoch 2 is kept.*smaller learning rate/)
        return true
      })
      for (const checkpoint of [await loadLatest(job.folder), await loadBest(job.folder)]) {
        assert.ok(checkpoint && checkpoint.progress.epoch <= 2)
        for (const [name, data] of Object.entries(checkpoint.values))
          assert.ok(data.every(Number.isFinite), name)
      }
      await assert.rejects(access(modelFileOf(job)))

      ill = false
      const healed = await record({ ...job, resume: true })
      const sound = await record(await workshop.job({ epochs: 4 }, { family: 'ill', samples }))
      assert.equal(healed.result.state, 'finished')
      assert.deepEqual(healed.epochs, sound.epochs)
    })

  test('in the first epoch there is nothing to keep, and the message says so', async () => {
    enterFamily('born ill', {
      trainingProgram: (config) => poisonedStep(config, { after: 1, loss: 'image' }),
    })
    const job = await workshop.job({}, { family: 'born ill' })
    await assert.rejects(record(job), /the image loss .* in epoch 1\. No epoch was completed/)
    assert.equal(await loadLatest(job.folder), null)
  })
})

describe('a checkpoint that does not serve', () => {
  let sound: TrainingJob
  let bytes: Buffer
  before(async () => {
    sound = await workshop.job({ epochs: 2 })
    await record(sound, (event, stop) => event.kind === 'epoch' && stop())
    bytes = await readFile(latestOf(sound))
  })

  /** A run whose checkpoint is `content`. */
  const left = async (content: Uint8Array, config = {}): Promise<TrainingJob> => {
    const job = await workshop.job({ epochs: 2 })
    await record(job, (event, stop) => event.kind === 'epoch' && stop())
    await writeFile(latestOf(job), content)
    return { ...job, config: { ...job.config, ...config }, resume: true }
  }
  const refused = async (job: TrainingJob, ...messages: readonly RegExp[]): Promise<void> => {
    await assert.rejects(record(job), (error) => {
      assert.ok(error instanceof CheckpointError || error instanceof TrainingError, String(error))
      for (const message of messages) assert.match(error.message, message)
      return true
    })
  }

  test('cut short, empty or garbage: the file is named, and what to do', async () => {
    for (const content of [
      bytes.subarray(0, bytes.length / 2),
      bytes.subarray(0, 100),
      new Uint8Array(0),
      new TextEncoder().encode('not a checkpoint at all'),
    ]) {
      const job = await left(content)
      await refused(job, /damaged/, /Start a new training/)
      await assert.rejects(record(job), (error: Error) => error.message.includes(latestOf(job)))
    }
  })

  test('without its progress', async () => {
    const { tensors } = decodeSafetensors(bytes)
    await refused(await left(encodeSafetensors(tensors)), /latest\.safetensors is damaged/)
    await refused(
      await left(encodeSafetensors(tensors, { progress: '{"epoch": -1}' })),
      /latest\.safetensors is damaged/,
    )
  })

  test('without one of the values', async () => {
    const { tensors, metadata } = decodeSafetensors(bytes)
    const fewer = new Map(tensors)
    fewer.delete('generator/decoder/1/gamma')
    const progress = { progress: metadata.get('progress') ?? '' }
    await refused(await left(encodeSafetensors(fewer, progress)), /'generator\/decoder\/1\/gamma'/)
    const shorter = new Map(tensors).set('generator/decoder/1/beta', {
      shape: [2],
      data: new Float32Array(2),
    })
    await refused(await left(encodeSafetensors(shorter, progress)), /'generator\/decoder\/1\/beta'/)
  })

  test('but one that is older than a setting is gone on with', async () => {
    const { tensors, metadata } = decodeSafetensors(bytes)
    const progress = JSON.parse(metadata.get('progress') ?? '') as { config: Record<string, unknown> }
    delete progress.config['generatorLoss']
    const job = await left(encodeSafetensors(tensors, { progress: JSON.stringify(progress) }))
    assert.equal((await record(job)).result.state, 'finished')
  })

  test('of another configuration', async () => {
    for (const change of [{ width: 8 }, { learningRate: 1e-3 }, { epochs: 3 }, { seed: 6 }])
      await refused(await left(bytes, change), /another configuration/)
  })

  test('that is not there: the training begins anew', async () => {
    const job = await workshop.job({ epochs: 1 }, { resume: true })
    const { events, result } = await record(job)
    assert.equal(eventsOf(events, 'started')[0].resumedFrom, 0)
    assert.equal(result.state, 'finished')
  })

  test('untouched, it does', async () => {
    const job = await left(bytes)
    const { result } = await record(job)
    assert.equal(result.state, 'finished')
    const whole = await workshop.job({ epochs: 2 })
    await record(whole)
    assert.ok((await withoutMetadata(job)).equals(await withoutMetadata(whole)))
  })
})

describe('images', () => {
  const broken = async (name: string, content: Uint8Array | string): Promise<string> => {
    const file = path.join(workshop.folder, name)
    await writeFile(file, content)
    return file
  }

  test('that cannot be read are reported and left out; the training goes on without them', async () => {
    const whole = await readFile(workshop.samples[0].file)
    const bad: TrainingSample[] = []
    for (const [id, file, split] of [
      ['garbage', await broken('garbage.png', 'no picture'), 'train'],
      ['empty', await broken('empty.png', ''), 'train'],
      ['cut', await broken('cut.png', whole.subarray(0, whole.length / 2)), 'validation'],
      ['gone', path.join(workshop.folder, 'gone.png'), 'validation'],
    ] as const)
      bad.push({ id, file, split, label: 'good' })
    const job = await workshop.job({ epochs: 1 }, { samples: [...bad, ...workshop.samples] })
    const { events, epochs, result } = await record(job)
    const skipped = eventsOf(events, 'skipped')
    assert.deepEqual(
      skipped.map(({ sample }) => sample),
      bad.map(({ id }) => id),
    )
    skipped.forEach(({ reason }, index) => assert.ok(reason.includes(bad[index].file), reason))
    assert.equal(result.metadata?.training.images, 10)
    assert.equal(result.metadata.calibration.goodScores.map.length, 5)
    assert.deepEqual(epochs, (await record(await workshop.job({ epochs: 1 }))).epochs)
  })

  const only = (train: number, validation: number): TrainingSample[] => [
    ...workshop.samples.filter(({ split }) => split === 'train').slice(0, train),
    ...workshop.samples.filter(({ split }) => split === 'validation').slice(0, validation),
  ]

  test('too few: the message counts them and says how many are needed', async () => {
    for (const [train, validation] of [
      [0, 0],
      [1, 5],
      [10, 2],
      [10, 0],
    ]) {
      const job = await workshop.job({}, { samples: only(train, validation) })
      await assert.rejects(record(job), (error) => {
        assert.ok(error instanceof TrainingError)
        assert.match(error.message, new RegExp(`${train} to learn from and ${validation} held out`))
        assert.match(error.message, /at least \d+ and \d+ are needed/)
        return true
      })
    }
  })

  test('held-out defects do not count as good ones', async () => {
    const samples = only(10, 5).map((sample) =>
      sample.split === 'validation' ? { ...sample, label: 'defect' as const } : sample,
    )
    await assert.rejects(record(await workshop.job({}, { samples })), /0 held out/)
  })

  test('as few as are needed are enough, also when a batch is larger', async () => {
    const job = await workshop.job({ epochs: 1, batch: 16 }, { samples: only(2, 3) })
    assert.equal((await record(job)).result.state, 'finished')
  })
})

describe('a job', () => {
  test('with a wrong configuration names the field and the range', async () => {
    for (const [config, message] of [
      [{ size: 48 }, /size/],
      [{ epochs: 0 }, /epochs/],
      [{ learningRate: 'fast' }, /learningRate/],
    ] as const)
      await assert.rejects(record(await workshop.job(config)), (error) => {
        assert.ok(error instanceof TrainingError)
        assert.match(error.message, message)
        return true
      })
  })

  test('of an unknown family names those that there are', async () => {
    await assert.rejects(record(await workshop.job({}, { family: 'vae' })), /'vae'.*ganomaly/)
  })

  test('for an engine that is not to be had says which and what to do', async (t) => {
    const missing = await firstMissingEngine()
    if (!missing) return t.skip('every engine loads here')
    const job = await workshop.job({}, { engine: missing })
    await assert.rejects(record(job), (error) => {
      assert.ok(error instanceof TrainingError)
      assert.ok(error.message.includes(missing.replace('onnx-', '')), error.message)
      assert.match(error.message, /another engine, or auto/)
      return true
    })
  })
})

async function firstMissingEngine(): Promise<EngineName | undefined> {
  for (const name of engineNames)
    try {
      await openEngine(name)
    } catch (error) {
      if (error instanceof EngineUnavailableError) return name
      throw error
    }
}
