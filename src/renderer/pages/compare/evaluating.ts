/** Evaluates models one after another: side by side they would slow each other down, and their times would be wrong. */
import { ref } from 'vue'
import { client } from '../../app/client.ts'

/** Models still to be evaluated, in order; the first is under way. Goes on when one leaves the page. */
export const awaited = ref<readonly string[]>([])

let isAtWork = false

/**
 * Puts models into the line. Resolves when all have had their turn.
 *
 * @throws what starting an evaluation throws; the rest is then left out
 */
export async function evaluateInTurn(modelIds: readonly string[]): Promise<void> {
  awaited.value = [...awaited.value, ...modelIds.filter((id) => !awaited.value.includes(id))]
  if (isAtWork) return
  isAtWork = true
  try {
    for (let next = awaited.value[0]; next !== undefined; next = awaited.value[0]) {
      const { jobId } = await client.evaluation.run({ modelId: next })
      const state = await endOf(jobId)
      awaited.value = state === 'cancelled' ? [] : awaited.value.slice(1)
    }
  } finally {
    awaited.value = []
    isAtWork = false
  }
}

/** Asked for rather than listened to: an end that a cut connection swallowed must not hold up the line. */
async function endOf(jobId: string) {
  for (;;) {
    const { state } = await client.jobs.get({ id: jobId })
    if (state !== 'queued' && state !== 'running') return state
    await new Promise((resolve) => setTimeout(resolve, 700))
  }
}
