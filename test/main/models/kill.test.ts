/** A training that is killed at random moments, again and again, ends as one that never was. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { loadLatest } from '../../../src/main/models/checkpoint.ts'
import type { TrainingEvent, TrainingJob } from '../../../src/main/models/types.ts'
import { Random } from '../../../src/main/nn/random.ts'
import { withoutMetadata } from './support/models.ts'
import { Workshop } from './support/parts.ts'
import { epochsOf, eventsOf, record } from './support/recording.ts'

let workshop: Workshop
before(async () => {
  workshop = await Workshop.open()
})
after(() => workshop.close())

const child = fileURLToPath(new URL('./support/trainChild.ts', import.meta.url))

interface Attempt {
  readonly events: readonly TrainingEvent[]
  readonly done: boolean
}

/** When to kill: so many milliseconds after this epoch was told of, 0 for the start. */
interface Moment {
  readonly epoch: number
  readonly delay: number
}

/** Trains in a process of its own, killed at a moment; null: left to end. */
async function attempt(job: TrainingJob, moment: Moment | null): Promise<Attempt> {
  const worker = spawn(process.execPath, [child, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 600_000,
    killSignal: 'SIGKILL',
  })
  const events: TrainingEvent[] = []
  let done = false
  let timer: NodeJS.Timeout | undefined
  for await (const line of createInterface({ input: worker.stdout })) {
    if (line === 'done') {
      done = true
      continue
    }
    const event = JSON.parse(line) as TrainingEvent
    events.push(event)
    const at = event.kind === 'epoch' ? event.epoch : event.kind === 'started' ? 0 : null
    if (at === moment?.epoch) timer = setTimeout(() => worker.kill('SIGKILL'), moment?.delay)
  }
  clearTimeout(timer)
  return { events, done }
}

// f-AnoGAN's runs go through two programs, one after the other.
for (const family of ['ganomaly', 'f-anogan'])
  test(`${family} killed at random moments and resumed ends as an unbroken run does`, async (t) => {
    const config = { epochs: 8, brightness: 0.1, flipHorizontal: true }
    const jobOf = () => workshop.job(config, { family })
    const whole = await jobOf()
    const unbroken = await record(whole)
    const epochTime = Math.max(...eventsOf(unbroken.events, 'epoch').map(({ seconds }) => 1000 * seconds))
    const job = { ...(await jobOf()), resume: true }
    const random = new Random('kills')
    let kills = 0
    let reached = 0
    let last: Attempt
    do {
      // Within an epoch or its checkpoint's writing; where exactly the kill hits is as it comes.
      const epoch = reached + (kills === 0 ? 0 : random.integer(2))
      last = await attempt(job, epoch < config.epochs ? { epoch, delay: random.next() * epochTime } : null)
      if (last.done) break
      kills += 1
      const { progress } = (await loadLatest(job.folder)) ?? { progress: { epoch: 0 } }
      assert.ok(progress.epoch >= reached, 'no epoch is ever lost')
      reached = progress.epoch
      // What it told of so far is what the unbroken run told.
      const told = epochsOf(last.events)
      assert.deepEqual(told, unbroken.epochs.slice(0, told.length))
      assert.ok(told.length <= reached, 'and is in the checkpoint')
    } while (kills < 6)
    t.diagnostic(`killed ${kills} times`)
    if (!last.done) last = await attempt(job, null)
    assert.ok(kills > 0)
    assert.ok(last.done)
    assert.deepEqual(epochsOf(last.events), unbroken.epochs, 'the same losses and validation in every epoch')
    assert.ok((await withoutMetadata(job)).equals(await withoutMetadata(whole)), 'the same model')
  })

test('what a killed writer left half-written is no obstacle and does not stay', async () => {
  const job = await workshop.job({ epochs: 2 })
  await record(job, (event, stop) => event.kind === 'epoch' && stop())
  const folder = path.join(job.folder, 'checkpoints')
  await writeFile(path.join(folder, 'latest.safetensors.tmp'), new Uint8Array(100))
  const { result } = await record({ ...job, resume: true })
  assert.equal(result.state, 'finished')
  assert.deepEqual((await readdir(folder)).sort(), ['best.safetensors', 'latest.safetensors'])
})
