import { useQueryClient } from '@tanstack/vue-query'
import { ref, type Ref } from 'vue'
import type { Inspection, Verdict } from '../../../contract/index.ts'
import { api, client } from '../../app/client.ts'
import { useProblem } from '../../composables/useProblem.ts'

/** A person's word on an inspection. */
export interface Judgement {
  readonly verdict: Verdict
  readonly defectType: string | null
  readonly reason: string
}

export interface Reviewing {
  readonly isBusy: Readonly<Ref<boolean>>
  /** Agrees with the model. */
  confirm(inspection: Inspection): Promise<void>
  judge(inspection: Inspection, judgement: Judgement): Promise<boolean>
  /** Takes the newest review back. */
  withdraw(inspection: Inspection): Promise<void>
}

/** Confirms, overrides and takes back. No note pops up: the undo stands where the verdict is, and covers nothing. */
export function useReviewing(): Reviewing {
  const { report } = useProblem()
  const queryClient = useQueryClient()
  const isBusy = ref(false)

  /** One at a time: a second press of the key while the first is under way does nothing. */
  async function act(action: () => Promise<unknown>): Promise<boolean> {
    if (isBusy.value) return false
    isBusy.value = true
    try {
      await action()
      await queryClient.invalidateQueries({ queryKey: api.history.key() })
      return true
    } catch (error) {
      report(error)
      return false
    } finally {
      isBusy.value = false
    }
  }

  async function withdraw(inspection: Inspection): Promise<void> {
    await act(() => client.history.withdrawReview({ id: inspection.id }))
  }

  return {
    isBusy,
    withdraw,
    confirm: async (inspection) => {
      await act(() => client.history.review({ id: inspection.id, verdict: inspection.verdict }))
    },
    judge: (inspection, { verdict, defectType, reason }) =>
      act(() => client.history.review({ id: inspection.id, verdict, defectType, reason: reason.trim() })),
  }
}
