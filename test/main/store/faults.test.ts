/**
 * Processes killed with SIGKILL at random moments, two at a time on one data folder, as the station and the
 * command line may be. A kill shows that no order of writes is wrong; that a power cut loses nothing either rests
 * on the syncs, which no test on a running machine can cut short.
 *
 * FLAWLINE_FAULT_SEED repeats a run, FLAWLINE_FAULT_ROUNDS makes it longer.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import sharp from 'sharp'
import { openStore, type Store } from '../../../src/main/store/index.ts'
import { addModel, atEnd, seededRandom, temporaryFolder } from './support.ts'

const worker = join(import.meta.dirname, 'fault-worker.ts')
/** Two kills each. */
const rounds = Number(process.env.FLAWLINE_FAULT_ROUNDS ?? 26)
const epochs = 12

interface Campaign {
  readonly folder: string
  readonly source: string
  /** The two workers of a round. */
  readonly modes: (round: number) => readonly [string, string]
  /** Checks everything that was said so far against the reopened store. */
  readonly verify: (store: Store, said: readonly string[][]) => void
}

/** Runs and kills workers, and checks the data folder after each round. */
async function killRepeatedly(t: TestContext, campaign: Campaign): Promise<void> {
  const seed = Number(process.env.FLAWLINE_FAULT_SEED ?? randomInt(2 ** 31))
  const random = seededRandom(seed)
  const said: string[][] = []
  let kills = 0
  for (let round = 0; round < rounds; round++) {
    const lives = campaign.modes(round).map((mode) => {
      // Some die while they open the store, some at the start of their work, the others in the midst of it.
      const draw = random()
      const from = draw < 0.125 ? 'opening' : draw < 0.5 || mode === 'churn' ? 'ready' : 'done'
      return liveAndDie(mode, campaign, from, random() * (from === 'opening' ? 40 : 150))
    })
    for (const lines of await Promise.all(lives)) {
      kills++
      said.push(...lines.map((line) => line.split(' ')))
    }
    const store = openStore(campaign.folder)
    try {
      assert.deepEqual(store.check(), { database: [], missingFiles: [] }, `seed ${seed}, round ${round}`)
      assert.deepEqual(store.runs.list({ state: 'running' }), [], `seed ${seed}, round ${round}`)
      campaign.verify(store, said)
    } finally {
      store.close()
    }
    assert.deepEqual(readdirSync(join(campaign.folder, 'locks')), [])
    for (const area of ['images', 'maps', 'models'])
      assert.deepEqual(temporariesOf(campaign.folder, area), [], area)
  }
  const things = said.filter(([word]) => word === 'done').length
  t.diagnostic(`seed ${seed}: ${kills} kills, ${things} things reported as done, all there`)
  assert.ok(things > rounds / 4, `too few things done (${things}) for the test to mean anything`)
}

/** Starts a worker, kills it some milliseconds after it has said a line with `from`, and gives what it said. */
async function liveAndDie(
  mode: string,
  campaign: Campaign,
  from: string,
  lifetime: number,
): Promise<string[]> {
  const child = spawn(process.execPath, [worker, mode, campaign.folder, campaign.source], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let complaint = ''
  let timer: NodeJS.Timeout | undefined
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.includes(from)) timer ??= setTimeout(() => child.kill('SIGKILL'), lifetime)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  // `close`, not `exit`: everything it said has arrived then.
  const signal = await new Promise((resolve) => child.once('close', (_code, by) => resolve(by)))
  clearTimeout(timer)
  assert.equal(signal, 'SIGKILL', `the worker (${mode}) failed by itself: ${complaint}`)
  // A last line without its end was never written whole.
  return output.split('\n').slice(0, -1)
}

function temporariesOf(folder: string, area: string): string[] {
  const path = join(folder, area, '.temporary')
  return existsSync(path) ? readdirSync(path) : []
}

test('killed while importing: what was reported is there, and importing again goes on', async (t) => {
  const folder = temporaryFolder(t)
  const source = join(folder, 'parts')
  for (const place of ['train/good', 'test/crack', 'ground_truth/crack']) {
    mkdirSync(join(source, place), { recursive: true })
  }
  for (let index = 0; index < 150; index++) {
    const place = index % 5 === 0 ? 'test/crack' : 'train/good'
    const colour = { r: index, g: 7 * (index % 20), b: 90 }
    const picture = sharp({ create: { width: 24, height: 16, channels: 3, background: colour } })
    await picture.png().toFile(join(source, place, `${index}.png`))
    if (index % 5 === 0)
      await picture.grayscale().toFile(join(source, 'ground_truth/crack', `${index}_mask.png`))
  }
  const data = join(folder, 'data')
  await killRepeatedly(t, {
    folder: data,
    source,
    modes: (round) => ['import', round % 2 === 0 ? 'import' : 'churn'],
    verify: (store, said) => {
      const known = new Map<string, Set<string>>()
      for (const project of store.projects.list()) {
        const names = store.samples.list({ projectId: project.id }).map((sample) => sample.originalName)
        assert.equal(new Set(names).size, names.length, `${project.name} has an image twice`)
        known.set(project.name, new Set(names))
      }
      for (const [, word, project = '', name = ''] of said) {
        if (word === 'image') assert.ok(known.get(project)?.has(name), `${project} lost ${name}`)
      }
    },
  })
  const store = openStore(data)
  atEnd(t, () => store.close())
  for (const project of store.projects.list()) {
    if (project.name.startsWith('churn')) store.projects.delete(project.id)
  }
  store.collectGarbage()
  assert.deepEqual(store.check(), { database: [], missingFiles: [] })
})

test('killed while inspecting: each inspection that was reported is there with its map and regions', async (t) => {
  const folder = temporaryFolder(t)
  const first = openStore(folder)
  const { projectId } = await addModel(first)
  first.close()
  await killRepeatedly(t, {
    folder,
    source: '',
    modes: () => ['inspect', 'inspect'],
    verify: (store, said) => {
      const stored = new Map(store.inspections.list({ projectId }).map((one) => [one.id, one]))
      for (const one of stored.values())
        assert.equal(store.inspections.regions(one.id).length, one.regionCount)
      for (const [, word, id = ''] of said)
        if (word === 'inspection') assert.ok(stored.has(id), `${id} is lost`)
      for (const id of stored.keys()) {
        const map = readFileSync(store.files.mapPath(id))
        assert.ok(map.equals(Buffer.alloc(20_000, id)), `the map of ${id} is not whole`)
      }
    },
  })
})

test('killed while training: each epoch that was reported is there, with a checkpoint at least as new', async (t) => {
  const folder = temporaryFolder(t)
  await killRepeatedly(t, {
    folder,
    source: '',
    modes: () => ['train', 'train'],
    verify: (store, said) => {
      const runs = new Map(store.runs.list().map((run) => [run.id, run]))
      for (const [, word, id = '', epoch = ''] of said) {
        if (word === 'epoch')
          assert.ok((runs.get(id)?.epochsDone ?? 0) >= Number(epoch), `run ${id} lost ${epoch}`)
        if (word === 'finished') assert.equal(runs.get(id)?.state, 'finished')
      }
      for (const run of runs.values()) {
        assert.equal(store.runs.metrics(run.id).length, 3 * run.epochsDone, `metrics of ${run.id}`)
        assert.equal(store.models.find(run.id) !== undefined, run.state === 'finished')
        if (run.state === 'finished') assert.equal(run.epochsDone, epochs)
        if (run.epochsDone === 0) continue
        const file = join(store.files.modelFolder(run.id), 'checkpoint.json')
        const checkpoint = JSON.parse(readFileSync(file, 'utf8')) as { epoch: number }
        assert.ok(checkpoint.epoch >= run.epochsDone)
      }
    },
  })
})
