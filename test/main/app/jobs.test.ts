import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Job } from '../../../src/contract/jobs.ts'
import type { LiveEvent } from '../../../src/contract/live.ts'
import { JobRegistry, type Outcome, type Task } from '../../../src/main/app/jobs/registry.ts'
import { Remaining } from '../../../src/main/app/jobs/remaining.ts'
import { LiveEvents } from '../../../src/main/app/live.ts'
import { StoppedError } from '../../../src/main/app/stopped.ts'
import { StorageError } from '../../../src/main/store/index.ts'

function registry(t: TestContext) {
  const live = new LiveEvents('here')
  const jobs = new JobRegistry(live)
  const told: LiveEvent[] = []
  const listening = (async () => {
    for await (const event of live.subscribe(undefined)) told.push(event)
  })()
  t.after(async () => {
    await jobs.close()
    live.close()
    await listening
  })
  const states = (id: string): Job[] =>
    told.flatMap((event) => (event.kind === 'job' && event.job.id === id ? [event.job] : []))
  return { jobs, told, states }
}

const inspection = { kind: 'inspection', projectId: null, subject: 'Monday' } as const
const done: Outcome = { state: 'finished', result: { kind: 'engines' } }

/** Work that ends when it is told to. */
function gate() {
  let open: (outcome: Outcome) => void = () => undefined
  let fail: (error: unknown) => void = () => undefined
  const opened = new Promise<Outcome>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  const tasks: Task[] = []
  return {
    tasks,
    open: (outcome = done) => open(outcome),
    fail: (error: unknown) => fail(error),
    work: (task: Task) => {
      tasks.push(task)
      return opened
    },
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20))

test('jobs of a kind run one after the other, those of different kinds side by side', async (t) => {
  const { jobs } = registry(t)
  const [first, second, other] = [gate(), gate(), gate()]
  const one = jobs.start(inspection, first.work)
  const two = jobs.start(inspection, second.work)
  const three = jobs.start({ ...inspection, kind: 'import' }, other.work)
  await settled()
  const states = () => [one, two, three].map(({ id }) => jobs.get(id).state)
  assert.deepEqual(states(), ['running', 'queued', 'running'])
  assert.deepEqual(
    jobs.list().map(({ id }) => id),
    [three.id, two.id, one.id],
  )
  first.open()
  await settled()
  assert.deepEqual(states(), ['finished', 'running', 'running'])
  second.open()
  other.open()
})

test('a job that waits is cancelled at once; one that runs keeps what it did', async (t) => {
  const { jobs } = registry(t)
  const [first, second] = [gate(), gate()]
  const running = jobs.start(inspection, first.work)
  const waiting = jobs.start(inspection, second.work)
  await settled()
  assert.equal(jobs.cancel(waiting.id).state, 'cancelled')
  assert.equal(jobs.cancel(running.id).state, 'running')
  assert.equal(first.tasks[0]?.signal.aborted, true)
  first.open({ state: 'cancelled', result: { kind: 'engines' } })
  await settled()
  assert.deepEqual(
    [jobs.get(running.id).state, jobs.get(running.id).result],
    ['cancelled', { kind: 'engines' }],
  )
  assert.equal(second.tasks.length, 0)
  assert.equal(jobs.cancel(running.id).state, 'cancelled')
})

test('a failure says why in words that can be translated; what nobody foresaw says nothing of the machine', async (t) => {
  const { jobs } = registry(t)
  const logged = t.mock.method(console, 'error', () => undefined)
  const outcomeOf = async (error: unknown) => {
    const work = gate()
    const { id } = jobs.start(inspection, work.work)
    await settled()
    work.fail(error)
    await settled()
    const job = jobs.get(id)
    return [job.state, job.error?.key]
  }
  const full = new StorageError('disk-full', '/data', 'The disk is full.')
  assert.deepEqual(await outcomeOf(full), ['failed', 'diskFull'])
  assert.deepEqual(await outcomeOf(new StoppedError('stopped')), ['cancelled', undefined])
  assert.equal(logged.mock.callCount(), 0)
  assert.deepEqual(await outcomeOf(new TypeError('/home/ada/secret is undefined')), ['failed', 'jobFailed'])
  assert.equal(logged.mock.callCount(), 1)
  assert.ok(!JSON.stringify(jobs.list()).includes('secret'))
})

test('much progress is told seldom, the last of it always, and time left comes with it', async (t) => {
  const { jobs, states } = registry(t)
  const work = gate()
  const { id } = jobs.start(inspection, work.work)
  await settled()
  for (let count = 0; count <= 10_000; count++) work.tasks[0]?.job.progress(count, 10_000)
  work.open()
  await settled()
  const told = states(id)
  assert.ok(told.length < 10, String(told.length))
  assert.deepEqual([told.at(-1)?.state, told.at(-1)?.done, told.at(-1)?.total], ['finished', 10_000, 10_000])
  assert.deepEqual(told.at(0)?.state, 'queued')
})

test('a death of the compute process is told and counted', async (t) => {
  const { jobs, told } = registry(t)
  const work = gate()
  const { id } = jobs.start(inspection, work.work)
  await settled()
  work.tasks[0]?.job.restarted('It was killed.')
  await settled()
  assert.deepEqual(jobs.get(id).restarts, 1)
  assert.deepEqual(
    told.filter(({ kind }) => kind === 'compute-restarted'),
    [{ kind: 'compute-restarted', jobId: id, reason: 'It was killed.' }],
  )
  work.open()
})

test('only the last hundred that ended are remembered', async (t) => {
  const { jobs } = registry(t)
  for (let count = 0; count < 120; count++) jobs.start(inspection, () => Promise.resolve(done))
  await settled()
  jobs.start(inspection, () => Promise.resolve(done))
  assert.equal(jobs.list().length, 101)
})

test('time left follows the speed without jumping', () => {
  const remaining = new Remaining()
  assert.equal(remaining.update(0, 100, 0), null)
  assert.equal(remaining.update(1, 100, 0.5), null, 'too early to tell')
  assert.equal(remaining.update(4, 100, 2), 48)
  const steady = remaining.update(6, 100, 3) ?? 0
  assert.ok(Math.abs(steady - 47) < 0.01)
  // One slow image among fast ones changes it a little.
  const after = remaining.update(7, 100, 5) ?? 0
  assert.ok(after > 46 && after < 60, String(after))
  assert.equal(remaining.update(100, 100, 60), 0)
  assert.equal(remaining.update(3, null, 70), null, 'begun anew')
})
