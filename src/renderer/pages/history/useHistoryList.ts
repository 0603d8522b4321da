import { useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef, type Ref } from 'vue'
import type { HistoryFilter, Inspection, Summary } from '../../../contract/index.ts'
import { api } from '../../app/client.ts'

const pageSize = 200

type Cursor = { readonly inspectedAt: string; readonly id: string }

export interface HistoryList {
  /** Those fetched so far, newest first. */
  readonly inspections: ComputedRef<readonly Inspection[]>
  readonly summary: Ref<Summary | undefined>
  readonly isLoading: Ref<boolean>
  readonly isFetchingMore: Ref<boolean>
  readonly error: Ref<unknown>
  more(): void
  retry(): void
}

/** What matches, page by page as it is scrolled to: a cursor keeps the thousandth page as fast as the first. */
export function useHistoryList(filter: ComputedRef<HistoryFilter>): HistoryList {
  const list = useInfiniteQuery(
    computed(() =>
      api.history.page.infiniteOptions({
        input: (after: Cursor | undefined) => ({ ...filter.value, after, limit: pageSize }),
        initialPageParam: undefined as Cursor | undefined,
        getNextPageParam: (last) => last.next ?? undefined,
      }),
    ),
  )
  const summary = useQuery(computed(() => api.history.summary.queryOptions({ input: filter.value })))
  return {
    // A part that came in while pages were fetched may stand at the end of one and the start of the next.
    inspections: computed(() => {
      const all = (list.data.value?.pages ?? []).flatMap((page) => page.inspections)
      return [...new Map(all.map((one) => [one.id, one])).values()]
    }),
    summary: summary.data,
    isLoading: list.isLoading,
    isFetchingMore: list.isFetchingNextPage,
    error: list.error,
    more: () => {
      if (list.hasNextPage.value && !list.isFetching.value) void list.fetchNextPage()
    },
    retry: () => void list.refetch(),
  }
}
