import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { createCore, type Core } from '../../../src/main/app/core.ts'
import { collectImages } from '../../../src/main/app/files.ts'
import { inspectImages } from '../../../src/main/app/inspection.ts'
import { requireModel } from '../../../src/main/app/models.ts'
import { createProject } from '../../../src/main/app/projects.ts'
import { importSamples } from '../../../src/main/app/samples.ts'
import { checkConfig, lossesOf, startTraining } from '../../../src/main/app/training.ts'
import { createSnapshot } from '../../../src/main/app/samples-snapshot.ts'
import { openStore, type Project } from '../../../src/main/store/index.ts'
import { writeParts } from '../cli/support/parts.ts'
import { randomOf, runAndKill } from './support/kill.ts'

const kills = 50
const config = { size: 32, width: 4, latent: 8, batch: 8, epochs: 1 }
const settings = {
  family: 'ganomaly',
  engine: 'onnx-cpu',
  falseAlarmRate: 0.01,
  validationFraction: 0.25,
} as const

let folder = ''
let data = ''
let project: Project
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'flawline-'))
  data = path.join(folder, 'data')
  await writeParts(path.join(folder, 'parts'))
  await withCore(async (core) => {
    project = createProject(core.store, { name: 'stripes' })
    await importSamples(core.store, { projectId: project.id, source: path.join(folder, 'parts') })
    await startTraining(core, { project, config, ...settings })
  })
})
after(() => rm(folder, { recursive: true }))

async function withCore<T>(work: (core: Core) => Promise<T>): Promise<T> {
  const core = createCore(data)
  try {
    return await work(core)
  } finally {
    await core.close()
  }
}

test(`${kills} kills in a training: sound data, and the same losses as without`, async (context) => {
  const store = openStore(data)
  const run = store.runs.create({
    projectId: project.id,
    snapshotId: createSnapshot(store, project.id, { validationFraction: 0.25, seed: 1 }).id,
    family: 'ganomaly',
    // More epochs than there will ever be time for.
    config: checkConfig('ganomaly', { ...config, epochs: 10_000 }),
    engine: 'onnx-cpu',
    falseAlarmRate: 0.01,
  })
  const random = randomOf(1)
  let reported = 0
  let count = 0
  while (count < kills) {
    // From the start of the compute process over the first checkpoint to some epochs.
    const lines = 1 + Math.floor(5 * random())
    const { said, killed, stderr } = await runAndKill(
      folder,
      [data, 'train', project.name, run.id],
      lines,
      100 * random(),
    )
    assert(killed, `the worker ended by itself: ${stderr}`)
    count += 1
    for (const line of said) {
      const epoch = /^epoch (\d+)$/.exec(line)?.[1]
      // What was reported once is never taken back, though it may be repeated.
      if (epoch !== undefined) reported = Math.max(reported, Number(epoch))
    }
    // Opening the store finds the run interrupted, and everything sound.
    const reopened = openStore(data)
    assert.deepEqual(reopened.check(), { database: [], missingFiles: [] })
    const { state, epochsDone } = reopened.runs.get(run.id)
    reopened.close()
    assert(state === 'interrupted' || (state === 'queued' && reported === 0), state)
    assert(epochsDone >= reported, `${epochsDone} epochs stored, ${reported} reported`)
  }
  const losses = lossesOf(store, run.id)
  store.close()
  context.diagnostic(`${losses.length} epochs in ${count} lives`)
  assert(losses.length > 0)
  assert.deepEqual(
    losses.map(({ epoch }) => epoch),
    losses.map((_, index) => index + 1),
  )
  const unbroken = await withCore(async (core) => {
    const outcome = await startTraining(core, {
      project,
      config: { ...config, epochs: losses.length },
      ...settings,
    })
    return lossesOf(core.store, outcome.run.id)
  })
  assert.deepEqual(losses, unbroken)
})

test(`${kills} kills in inspections: sound data, and all that was reported is there`, async (context) => {
  const random = randomOf(2)
  const reported = new Set<string>()
  let count = 0
  const words = [data, 'inspect', project.name, path.join(folder, 'parts')]
  for (let round = 0; count < kills && round < 4 * kills; round++) {
    const lines = 1 + Math.floor(25 * random())
    const { said, killed, stderr } = await runAndKill(folder, words, lines, 30 * random())
    if (killed) count += 1
    assert(killed || said.includes('finished'), stderr)
    for (const line of said) {
      const id = /^inspected (\S+)$/.exec(line)?.[1]
      if (id !== undefined) reported.add(id)
    }
    const store = openStore(data)
    assert.deepEqual(store.check(), { database: [], missingFiles: [] })
    for (const id of reported) assert(store.inspections.find(id), `${id} was reported and is not there`)
    store.close()
  }
  assert.equal(count, kills)
  assert(reported.size > 0)
  context.diagnostic(`${reported.size} inspections reported in ${count} lives`)
})

test('kills of the compute process in an inspection: every image is reported once, none is lost', async () => {
  await withCore(async (core) => {
    const model = requireModel(core.store, project)
    const images = await collectImages([path.join(folder, 'parts')])
    const random = randomOf(3)
    let deaths = 0
    for (let round = 0; round < 5; round++) {
      const seen = new Set<string>()
      let next = Math.floor(10 * random())
      const report = await inspectImages(
        core,
        // Small batches: something is always under way.
        { project, model, images, keepImages: 'none', minimumArea: 1, limits: { ahead: 4, batch: 2 } },
        {
          onReported: ({ image }) => {
            assert(!seen.has(image.file))
            seen.add(image.file)
            if (seen.size > next && core.compute.pid !== undefined) {
              next += 5 + Math.floor(10 * random())
              kill(core.compute.pid)
            }
          },
          onRestart: () => {
            deaths += 1
          },
        },
      )
      assert.equal(seen.size, images.length)
      assert.equal(report.inspected, images.length)
    }
    assert(deaths > 0)
    assert.deepEqual(core.store.check(), { database: [], missingFiles: [] })
  })
})

/** Kills a process that may have died a moment ago. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
