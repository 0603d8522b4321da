/** One training run as it is now: what is stored, and what was told live since. */
import { useQuery } from '@tanstack/vue-query'
import { useThrottleFn } from '@vueuse/core'
import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { Epoch, Job, Message, Run } from '../../../contract/index.ts'
import { api } from '../../app/client.ts'
import { jobs, onLive } from '../../app/live.ts'
import { bestOf, mergeEpochs, mergeNumbers, stateOf } from './run-model.ts'

export interface RunState {
  readonly run: ComputedRef<Run | undefined>
  readonly state: ComputedRef<Run['state'] | undefined>
  readonly job: ComputedRef<Job | undefined>
  readonly epochs: ComputedRef<Epoch[]>
  readonly best: ComputedRef<{ epoch: number; validation: number } | null>
  readonly previews: ComputedRef<number[]>
  readonly log: ComputedRef<readonly { readonly at: string; readonly message: Message }[]>
  readonly error: Ref<unknown>
  retry(): void
}

export function useRun(runId: string): RunState {
  const { data, error, refetch } = useQuery(api.training.get.queryOptions({ input: { id: runId } }))
  const liveEpochs = shallowRef<readonly Epoch[]>([])
  const livePreviews = shallowRef<readonly number[]>([])
  const job = computed(() => jobs.get(runId))

  onLive((event) => {
    if (event.kind === 'epoch' && event.runId === runId) liveEpochs.value = [...liveEpochs.value, event.epoch]
    else if (event.kind === 'preview' && event.runId === runId)
      livePreviews.value = [...livePreviews.value, event.epoch]
    else if (event.kind === 'reset') {
      liveEpochs.value = []
      livePreviews.value = []
    }
  })
  // What is stored by now need not be remembered from the stream: a resumed run may tell those epochs differently.
  watch(data, (now) => {
    const last = now?.epochs.at(-1)?.epoch ?? 0
    liveEpochs.value = liveEpochs.value.filter(({ epoch }) => epoch > last)
    livePreviews.value = livePreviews.value.filter((epoch) => now?.previews.includes(epoch) !== true)
  })
  // The log has no event of its own: asked again when the job's state or note changes, and at
  // a new best epoch.
  watch(
    () => `${job.value?.state} ${job.value?.note?.key} ${job.value?.restarts}`,
    () => void refetch(),
  )

  const epochs = computed(() => mergeEpochs(data.value?.epochs ?? [], liveEpochs.value))
  const best = computed(() => bestOf(epochs.value))
  const askAgain = useThrottleFn(() => refetch(), 3000, true)
  watch(
    () => best.value?.epoch,
    () => void askAgain(),
  )
  return {
    run: computed(() => data.value?.run),
    state: computed(() => (data.value ? stateOf(data.value.run, job.value) : undefined)),
    job,
    epochs,
    best,
    previews: computed(() => mergeNumbers(data.value?.previews ?? [], livePreviews.value)),
    log: computed(() => data.value?.log ?? []),
    error,
    retry: () => void refetch(),
  }
}
