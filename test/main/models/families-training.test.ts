/** Every family through trainer, checkpoints, export and inspector: what the application does with it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { families } from '../../../src/main/models/families.ts'
import { phasesOf } from '../../../src/main/models/family.ts'
import { Inspector } from '../../../src/main/models/inspector.ts'
import { Random } from '../../../src/main/nn/random.ts'
import { assertClose } from '../nn/compare.ts'
import { modelFileOf, withoutMetadata } from './support/models.ts'
import { drawPart, tinyConfig, Workshop } from './support/parts.ts'
import { eventsOf, record } from './support/recording.ts'

let workshop: Workshop
before(async () => {
  workshop = await Workshop.open()
})
after(() => workshop.close())

/** What keeps a family quick enough for a test. */
const small: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  anogan: { steps: 12, validationSteps: 3 },
}

for (const family of Object.values(families))
  describe(family.title, () => {
    const config = { ...tinyConfig, epochs: 4, brightness: 0.1, ...small[family.name] }
    const jobOf = () => workshop.job(config, { family: family.name })

    test('stopped at any epoch and resumed, it ends as an unbroken run: losses, validation, model', async () => {
      const whole = await jobOf()
      const unbroken = await record(whole)
      assert.equal(unbroken.result.state, 'finished')
      assert.ok(unbroken.epochs.every(({ losses }) => Object.values(losses).every(Number.isFinite)))
      const job = await jobOf()
      for (let epoch = 1; epoch <= config.epochs; epoch++) {
        const part = await record(
          { ...job, resume: epoch > 1 },
          (event, stop) => event.kind === 'epoch' && event.epoch === epoch && stop(),
        )
        assert.deepEqual(part.epochs, unbroken.epochs.slice(0, epoch))
      }
      await record({ ...job, resume: true })
      assert.ok((await withoutMetadata(job)).equals(await withoutMetadata(whole)), 'the same model')
    })

    test('another seed gives another model', async () => {
      const [one, other] = [
        await record(await jobOf()),
        await record(await workshop.job({ ...config, seed: 6 }, { family: family.name })),
      ]
      assert.notDeepEqual(other.epochs[0].losses, one.epochs[0].losses)
    })

    test('validates in every epoch in which it can inspect, and leaves a calibrated model', async () => {
      const job = await jobOf()
      const { epochs, events, result } = await record(job)
      const settings = family.schema.parse(config)
      const inspecting = phasesOf(family, settings)
        .flatMap(({ epochs: count, inspects }) => Array.from({ length: count }, () => inspects))
        .map((inspects, index) => inspects && (family.validates?.(index + 1, settings) ?? true))
      assert.deepEqual(
        epochs.map(({ validation }) => validation !== null),
        inspecting,
      )
      const best = result.metadata?.training.bestEpoch ?? 0
      assert.ok(inspecting[best - 1])
      assert.ok(eventsOf(events, 'started')[0].parameters > 0)
      assert.equal(result.metadata?.calibration.goodScores.latent.length, 5)
    })

    test('judges an image alone as in company', async () => {
      const job = await jobOf()
      await record(job)
      const inspector = await Inspector.open(modelFileOf(job))
      const random = new Random('company')
      const parts = Array.from({ length: 5 }, () => drawPart(random, { width: 48, height: 40 }))
      const together = await inspector.judgeMany(parts)
      for (const [index, part] of parts.entries()) {
        const alone = await inspector.judge(part)
        const { scores, map } = together[index]
        for (const name of ['latent', 'map', 'combined'] as const)
          assert.ok(
            Math.abs(scores[name] - alone.scores[name]) <= 1e-5 * (1 + Math.abs(alone.scores[name])),
            `${name}: ${scores[name]}, alone ${alone.scores[name]}`,
          )
        assertClose(map.data, alone.map.data, 1e-4, 'map')
      }
      await inspector.release()
    })

    test('its presets are valid settings', () => {
      for (const [name, preset] of Object.entries(family.presets))
        assert.ok(family.schema.safeParse(preset).success, name)
    })
  })
