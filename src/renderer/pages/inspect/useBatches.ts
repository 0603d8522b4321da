import { computed, ref, type ComputedRef } from 'vue'
import type { Job } from '../../../contract/index.ts'
import { jobs, onLive } from '../../app/live.ts'
import { mergeRejected, type RejectedFile } from './strip.ts'

export interface Batches {
  /** Under way or waiting, oldest first. */
  readonly active: ComputedRef<readonly Job[]>
  /** The newest that ended with something to tell (failed, or files that could not be judged); null if there is none. */
  readonly ended: ComputedRef<Job | null>
  rejected(job: Job): readonly RejectedFile[]
  dismiss(job: Job): void
}

/** The inspection jobs of a project. */
export function useBatches(projectId: string): Batches {
  const told = ref(new Map<string, readonly RejectedFile[]>())
  const dismissed = ref(new Set<string>())
  onLive((event) => {
    if (event.kind !== 'rejected' || event.projectId !== projectId) return
    told.value.set(event.jobId, [...(told.value.get(event.jobId) ?? []), event])
  })

  const mine = computed(() =>
    [...jobs.values()]
      .filter((job) => job.kind === 'inspection' && job.projectId === projectId)
      .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
  )
  const rejected = (job: Job): readonly RejectedFile[] =>
    mergeRejected(told.value.get(job.id) ?? [], job.result?.kind === 'inspection' ? job.result.rejected : [])

  return {
    active: computed(() => mine.value.filter((job) => job.state === 'queued' || job.state === 'running')),
    ended: computed(() => {
      const last = mine.value.findLast((job) => job.endedAt !== null)
      if (last === undefined || dismissed.value.has(last.id)) return null
      const isNews =
        last.error !== null || last.state === 'interrupted' || last.restarts > 0 || rejected(last).length > 0
      return isNews ? last : null
    }),
    rejected,
    dismiss: (job) => dismissed.value.add(job.id),
  }
}
