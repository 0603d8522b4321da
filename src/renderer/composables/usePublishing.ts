/** Makes a model the one that inspects, with a way back. */
import { useToast } from '@nuxt/ui/composables'
import { useI18n } from 'vue-i18n'
import type { Model } from '../../contract/index.ts'
import { client } from '../app/client.ts'
import { useProblem } from './useProblem.ts'

/** @param models the project's models as they are known now */
export function usePublishing(models: () => readonly Model[] | undefined): (id: string) => Promise<void> {
  const { t } = useI18n()
  const { report } = useProblem()
  const toast = useToast()

  return async function publish(id: string): Promise<void> {
    const before = models()?.find(({ published }) => published)
    try {
      await client.models.publish({ id })
      toast.add({
        title: t('evaluate.publishedNow'),
        icon: 'i-lucide-badge-check',
        color: 'neutral',
        ...(before ? { actions: [{ label: t('common.undo'), onClick: () => void publish(before.id) }] } : {}),
      })
    } catch (problem) {
      report(problem)
    }
  }
}
