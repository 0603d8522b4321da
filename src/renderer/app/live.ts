/**
 * The live stream: keeps the cache true to what happens in the core, the list of jobs current, and tells listeners
 * of single events. After a cut it goes on where it was; after `reset` everything is fetched anew.
 */
import { reactive, onScopeDispose } from 'vue'
import type { Job, LiveEvent, Topic } from '../../contract/index.ts'
import { api, client, queryClient } from './client.ts'

/** Jobs by id, as the core last told. */
export const jobs = reactive(new Map<string, Job>())

type Listener = (event: LiveEvent) => void
const listeners = new Set<Listener>()

/** Calls `listener` for every event as long as the component (or scope) lives. */
export function onLive(listener: Listener): void {
  listeners.add(listener)
  onScopeDispose(() => listeners.delete(listener))
}

/** Which queries a topic is about; all of a section are asked again, and only those on a page are fetched. */
const sections: Readonly<Record<Topic, readonly (() => readonly unknown[])[]>> = {
  projects: [() => api.projects.key()],
  samples: [() => api.samples.key(), () => api.projects.key(), () => api.history.defectTypes.key()],
  runs: [() => api.training.list.key(), () => api.training.get.key(), () => api.projects.key()],
  models: [() => api.models.key(), () => api.projects.key()],
  evaluations: [() => api.evaluation.key(), () => api.models.key()],
  inspections: [() => api.history.key(), () => api.projects.key()],
  system: [() => api.system.key()],
}

const waiting = new Set<Topic>()
let timer: ReturnType<typeof setTimeout> | undefined

/** A batch of a thousand images changes one topic a thousand times: asked again at most twice a second. */
function invalidate(topic: Topic): void {
  waiting.add(topic)
  timer ??= setTimeout(() => {
    timer = undefined
    const topics = [...waiting]
    waiting.clear()
    for (const one of topics) {
      for (const key of sections[one]) void queryClient.invalidateQueries({ queryKey: key() })
    }
  }, 500)
}

async function fetchJobs(): Promise<void> {
  const list = await client.jobs.list()
  jobs.clear()
  for (const job of list) jobs.set(job.id, job)
}

async function take(event: LiveEvent): Promise<void> {
  if (event.kind === 'reset') {
    await queryClient.invalidateQueries()
    await fetchJobs()
  } else if (event.kind === 'changed') invalidate(event.topic)
  else if (event.kind === 'job') jobs.set(event.job.id, event.job)
  for (const listener of listeners) listener(event)
}

let running = false

/** Starts following; once, when someone is signed in. */
export async function followLive(): Promise<void> {
  if (running) return
  running = true
  try {
    // The stream first: what happens between the two is then told twice rather than not at all.
    const stream = await client.live(undefined, { context: { retry: Number.POSITIVE_INFINITY } })
    await fetchJobs()
    for await (const event of stream) await take(event)
  } catch (error) {
    console.error('The live stream ended.', error)
  } finally {
    running = false
  }
}
