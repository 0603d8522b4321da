import type { Job } from '../../../contract/jobs.ts'
import { measuredEngines, reportEngines } from '../engines.ts'
import type { Services } from '../services.ts'

/** Measures the engines of this machine anew: a job. */
export function startEngines({ core, live, jobs }: Pick<Services, 'core' | 'live' | 'jobs'>): Job {
  const total = measuredEngines.length
  return jobs.start({ kind: 'engines', projectId: null, subject: '', total }, async (task) => {
    let done = 0
    await reportEngines(core, {
      again: true,
      onMeasured: ({ name, available, imagesPerSecond }) => {
        done += 1
        task.job.progress(done, total)
        if (available)
          task.job.note('engineMeasured', {
            engine: name,
            imagesPerSecond: Math.round(imagesPerSecond ?? 0),
          })
        else task.job.note('engineUnavailable', { engine: name })
      },
      signal: task.signal,
    })
    live.changed('system', null)
    return { state: 'finished', result: { kind: 'engines' } }
  })
}
