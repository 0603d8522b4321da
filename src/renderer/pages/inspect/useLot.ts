import { useQuery } from '@tanstack/vue-query'
import { useStorage } from '@vueuse/core'
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { Inspection, Lot, Summary } from '../../../contract/index.ts'
import { api } from '../../app/client.ts'
import { onLive } from '../../app/live.ts'
import { mergeInspections } from './strip.ts'

export interface LotView {
  /** The lot that is worked on; remembered on this screen. Null: none yet. */
  readonly name: Ref<string | null>
  readonly id: ComputedRef<string | null>
  readonly lots: Ref<readonly Lot[] | undefined>
  /** Newest first, at most a few hundred. */
  readonly inspections: ComputedRef<readonly Inspection[]>
  readonly summary: Ref<Summary | undefined>
  readonly isLoading: ComputedRef<boolean>
  readonly error: ComputedRef<unknown>
  retry(): void
}

const limit = 200

/** The lot of an Inspect page with its verdicts, as they come. */
export function useLot(projectId: string, onlyNg: Ref<boolean>): LotView {
  const remembered = useStorage(`flawline.lot.${projectId}`, '')
  const name = computed({
    get: () => (remembered.value === '' ? null : remembered.value),
    set: (value) => (remembered.value = value ?? ''),
  })
  const {
    data: lots,
    error: lotsError,
    refetch: refetchLots,
  } = useQuery(api.history.lots.queryOptions({ input: { projectId } }))
  // Someone who comes back without a memory on this screen goes on with the newest lot.
  watch(
    lots,
    (list) => {
      if (list === undefined) return
      if (name.value === null) name.value = list[0]?.name ?? null
    },
    { immediate: true },
  )

  /** From live verdicts: a lot that was just made is known before the list is asked again. */
  const toldIds = ref(new Map<string, string>())
  const id = computed(() => {
    const wanted = name.value
    if (wanted === null) return null
    return lots.value?.find((lot) => lot.name === wanted)?.id ?? toldIds.value.get(wanted) ?? null
  })

  const page = useQuery(
    computed(() =>
      api.history.page.queryOptions({
        input: {
          projectId,
          lotId: id.value ?? undefined,
          verdict: onlyNg.value ? 'ng' : undefined,
          limit,
        },
        enabled: id.value !== null,
      }),
    ),
  )
  const summary = useQuery(
    computed(() =>
      api.history.summary.queryOptions({
        input: { projectId, lotId: id.value ?? undefined },
        enabled: id.value !== null,
      }),
    ),
  )

  const live = shallowRef<readonly Inspection[]>([])
  onLive((event) => {
    if (event.kind === 'reset') live.value = []
    if (event.kind !== 'inspected' || event.inspection.projectId !== projectId) return
    const { lotName, lotId } = event.inspection
    if (lotName === null || lotId === null || lotName !== name.value) return
    toldIds.value.set(lotName, lotId)
    live.value = [event.inspection, ...live.value].slice(0, limit)
  })
  // What has been fetched needs no second memory.
  watch(page.data, (data) => {
    const known = new Set(data?.inspections.map((one) => one.id))
    live.value = live.value.filter((one) => !known.has(one.id))
  })

  const inspections = computed(() => {
    if (id.value === null) return []
    const mine = live.value.filter(
      (one) => one.lotId === id.value && (!onlyNg.value || one.finalVerdict === 'ng'),
    )
    return mergeInspections(page.data.value?.inspections ?? [], mine).slice(0, limit)
  })

  return {
    name,
    id,
    lots,
    inspections,
    summary: summary.data,
    isLoading: computed(
      () => lots.value === undefined || (id.value !== null && page.data.value === undefined),
    ),
    error: computed(() => lotsError.value ?? page.error.value),
    retry: () => {
      void refetchLots()
      void page.refetch()
    },
  }
}
