/** Errors of the core in the words of the chosen language. */
import { isDefinedError } from '@orpc/client'
import { useToast } from '@nuxt/ui/composables'
import { useI18n } from 'vue-i18n'
import { problemKeys } from '../../contract/errors.ts'
import type { Message, Problem } from '../../contract/index.ts'

export interface Problems {
  /** A typed error's message; `values.detail` (English, naming the file and the cure) is put behind it. */
  words(problem: Message): string
  /** Whatever was thrown, in words. */
  describe(error: unknown): string
  /** The field that a refused input is about, if it is one. */
  fieldOf(error: unknown): string | null
  /** Shows it as a note that goes by itself. */
  report(error: unknown): void
}

export function useProblem(): Problems {
  const { t, te } = useI18n()
  const toast = useToast()
  const words = ({ key, values }: Message): string => {
    if (!te(`errors.${key}`) && !te(`errors.${key}`, 'en')) return String(values['detail'] ?? key)
    const text = t(`errors.${key}`, values)
    const detail = values['detail']
    return typeof detail === 'string' && detail !== '' ? `${text} ${detail}` : text
  }
  const problemOf = (error: unknown): Problem | undefined => {
    if (!(error instanceof Error) || !('data' in error)) return undefined
    if (!isDefinedError(error) && !('code' in error)) return undefined
    const data = error.data as Partial<Problem> | undefined
    return data?.key !== undefined && problemKeys.includes(data.key)
      ? { key: data.key, values: data.values ?? {} }
      : undefined
  }
  const describe = (error: unknown): string => {
    const problem = problemOf(error)
    if (problem) return words(problem)
    return error instanceof Error && error.message !== ''
      ? t('common.unexpected', { message: error.message })
      : t('common.unknownError')
  }
  return {
    words,
    describe,
    fieldOf: (error) => {
      if (!(error instanceof Error) || !('data' in error)) return null
      const field = (error.data as { field?: unknown } | undefined)?.field
      return typeof field === 'string' ? field : null
    },
    report: (error) => {
      toast.add({ title: describe(error), color: 'error', icon: 'i-lucide-circle-alert', duration: 10_000 })
    },
  }
}
