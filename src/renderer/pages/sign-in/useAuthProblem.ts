/** What went wrong with a sign-in or setup, in words that count down where one has to wait. */
import { useIntervalFn } from '@vueuse/core'
import { computed, ref, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { AuthProblem } from '../../../contract/index.ts'
import type { AuthAnswer } from '../../app/session.ts'
import { problemOf } from './answers.ts'

export interface AuthProblemWords {
  /** Absent: nothing is wrong. */
  readonly words: ComputedRef<string | undefined>
  readonly key: ComputedRef<AuthProblem['key'] | 'unreachable' | undefined>
  /** Seconds until another try is heard; 0: now. */
  readonly secondsLeft: ComputedRef<number>
  /** Runs a request and keeps what went wrong. True if it was answered well. */
  attempt(request: () => Promise<AuthAnswer>): Promise<boolean>
}

/** Where the station says to wait but not how long. */
const usualWait = 30

export function useAuthProblem(): AuthProblemWords {
  const { t } = useI18n()
  const problem = ref<AuthProblem['key'] | 'unreachable'>()
  const left = ref(0)
  let until = 0
  const { pause, resume } = useIntervalFn(
    () => {
      // By the clock: timers of a hidden tab are slow.
      left.value = Math.max(0, Math.ceil((until - Date.now()) / 1000))
      if (left.value > 0) return
      pause()
      if (problem.value === 'tooManyTries') problem.value = undefined
    },
    250,
    { immediate: false },
  )
  return {
    key: computed(() => problem.value),
    secondsLeft: computed(() => left.value),
    words: computed(() =>
      problem.value === undefined ? undefined : t(`sign-in.problems.${problem.value}`, left.value),
    ),
    attempt: async (request) => {
      problem.value = undefined
      try {
        const answer = await request()
        if (answer.ok) return true
        problem.value = problemOf(answer.status)
        if (problem.value === 'tooManyTries') {
          left.value = answer.retryAfter ?? usualWait
          until = Date.now() + left.value * 1000
          resume()
        }
      } catch {
        problem.value = 'unreachable'
      }
      return false
    },
  }
}
