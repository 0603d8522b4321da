/** The samples that a filter shows, by place: loaded as they are looked at, kept true by the live stream. */
import { useDebounceFn, useThrottleFn } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { Sample, SampleFilter } from '../../../contract/index.ts'
import { api, client, queryClient } from '../../app/client.ts'
import { onLive } from '../../app/live.ts'
import { PageCache } from './page-cache.ts'

export type GalleryFilter = Omit<SampleFilter, 'projectId'>

export interface Gallery {
  /** Undefined until it is known. */
  readonly total: ComputedRef<number | undefined>
  readonly error: Readonly<Ref<unknown>>
  /** Grows with whatever is loaded or changes. */
  readonly version: Readonly<Ref<number>>
  at(index: number): Sample | undefined
  /** These places are in sight. */
  want(first: number, last: number): void
  /** Ids of all that match, in their order. */
  allIds(): Promise<readonly string[]>
  idsBetween(first: number, last: number): Promise<readonly string[]>
  /** Shows a change before the core has told of it. */
  replace(change: (sample: Sample) => Sample): void
  refresh(): void
}

export function useGallery(projectId: string, filter: Ref<GalleryFilter>): Gallery {
  const version = shallowRef(0)
  const error = shallowRef<unknown>(null)
  let span: readonly [number, number] = [0, 99]
  const cache = new PageCache<Sample>({
    fetch: async (offset, limit, signal) => {
      const { total, samples } = await client.samples.page(
        { projectId, ...filter.value, offset, limit },
        { signal },
      )
      return { total, items: samples }
    },
    onChange: () => {
      error.value = null
      version.value += 1
    },
    onError: (reason) => (error.value = reason),
  })
  onScopeDispose(() => cache.clear())

  /** A dragged scroll bar passes a thousand pages: only where it rests is fetched. */
  const ask = useDebounceFn(() => cache.want(...span), 40)
  cache.want(...span)

  watch(filter, () => {
    cache.clear()
    version.value += 1
    span = [0, 99]
    cache.want(...span)
  })

  const refreshSoon = useThrottleFn(() => cache.refresh(), 700, true)
  onLive((event) => {
    const isOurs =
      event.kind === 'changed' &&
      event.topic === 'samples' &&
      (event.projectId === null || event.projectId === projectId)
    if (isOurs || event.kind === 'reset') void refreshSoon()
  })

  const idsQuery = () => api.samples.ids.queryOptions({ input: { projectId, ...filter.value } })
  const at = (index: number): Sample | undefined => {
    void version.value
    return cache.at(index)
  }
  return {
    total: computed(() => (version.value >= 0 ? cache.total : undefined)),
    error,
    version,
    at,
    want(first, last) {
      span = [first, last]
      void ask()
    },
    allIds: () => queryClient.fetchQuery(idsQuery()),
    async idsBetween(first, last) {
      const loaded: string[] = []
      for (let index = first; index <= last; index++) {
        const sample = cache.at(index)
        if (!sample) return (await queryClient.fetchQuery(idsQuery())).slice(first, last + 1)
        loaded.push(sample.id)
      }
      return loaded
    },
    replace: (change) => cache.replace(change),
    refresh() {
      error.value = null
      cache.refresh()
    },
  }
}
