import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { useThrottle } from '@vueuse/core'
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { inspectionHeatmap, inspectionImage } from '../../../contract/addresses.ts'
import type { Inspection } from '../../../contract/index.ts'
import { api } from '../../app/client.ts'
import { neighbour } from './strip.ts'

/** While a batch runs fast, the newest is shown about once a second and a half: long enough to be seen. */
const followEvery = 1500

/** Which part is looked at: the newest as it comes, or one that was chosen. */
export function useSelection(inspections: ComputedRef<readonly Inspection[]>, lotName: Ref<string | null>) {
  const queryClient = useQueryClient()
  const chosenId = ref<string | null>(null)
  const follows = computed(() => chosenId.value === null)
  const newestId = useThrottle(
    computed(() => inspections.value[0]?.id ?? null),
    followEvery,
  )
  const id = computed(() => {
    if (chosenId.value !== null) return chosenId.value
    // Of another lot or filter the newest is shown at once.
    const isListed = inspections.value.some((one) => one.id === newestId.value)
    return isListed ? newestId.value : (inspections.value[0]?.id ?? null)
  })
  watch(lotName, () => (chosenId.value = null))

  const { data: detail, error } = useQuery(
    computed(() =>
      api.history.get.queryOptions({ input: { id: id.value ?? '' }, enabled: id.value !== null }),
    ),
  )
  const inspection = computed<Inspection | null>(
    () =>
      inspections.value.find((one) => one.id === id.value) ??
      (detail.value?.inspection.id === id.value ? detail.value.inspection : null) ??
      (follows.value ? (inspections.value[0] ?? null) : null),
  )
  /** Regions and the like; null while they are fetched. */
  const details = computed(() =>
    detail.value !== undefined && detail.value.inspection.id === inspection.value?.id ? detail.value : null,
  )
  const previous = computed(() => neighbour(inspections.value, inspection.value?.id ?? null, -1))
  const next = computed(() => neighbour(inspections.value, inspection.value?.id ?? null, 1))

  // What is beside is fetched ahead: the next press of a key is then answered at once.
  watch([previous, next], (beside) => {
    for (const one of beside) {
      if (one === null) continue
      void queryClient.prefetchQuery(api.history.get.queryOptions({ input: { id: one.id } }))
      if (one.hasImage) new Image().src = inspectionImage(one.id, 'view')
      if (one.hasMap) new Image().src = inspectionHeatmap(one.id)
    }
  })

  /** Whoever goes to the newest follows again: a new part must not come in unseen. */
  function choose(one: Inspection): void {
    chosenId.value = one.id === inspections.value[0]?.id ? null : one.id
  }

  return {
    inspection,
    details,
    error,
    follows,
    previous,
    next,
    choose,
    step: (step: 1 | -1): void => {
      const to = step === 1 ? next.value : previous.value
      if (to !== null) choose(to)
    },
    /** Shows the newest as it comes, or stays with what is shown. */
    setFollowing: (wanted: boolean): void => {
      chosenId.value = wanted ? null : (inspection.value?.id ?? null)
    },
  }
}
