/** Labels, splits, deletes samples, with undo. */
import { useToast } from '@nuxt/ui/composables'
import { ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Sample, SampleLabel, SampleSplit } from '../../../contract/index.ts'
import { client, queryClient, api } from '../../app/client.ts'
import { useFormat } from '../../composables/useFormat.ts'
import { useProblem } from '../../composables/useProblem.ts'
import type { Gallery } from './useGallery.ts'

export interface Change {
  readonly label?: SampleLabel
  readonly defectType?: string | null
  readonly split?: SampleSplit
}
type Before = readonly Pick<Sample, 'id' | 'label' | 'defectType' | 'split'>[]

export interface SampleActions {
  readonly isBusy: Ref<boolean>
  /** False if it failed; the error was shown. */
  change(ids: readonly string[], change: Change): Promise<boolean>
  remove(ids: readonly string[]): Promise<boolean>
  /** Takes the newest change back. */
  undo(): Promise<void>
}

/** As many changes can be taken back. */
const undoDepth = 50

export function useSampleActions(gallery: Gallery): SampleActions {
  const { t } = useI18n()
  const { number } = useFormat()
  const { report } = useProblem()
  const toast = useToast()
  const isBusy = ref(false)
  const past: Before[] = []
  /** The note that is shown: a new one takes its place. */
  let note: string | number | undefined

  async function guarded(work: () => Promise<void>): Promise<boolean> {
    isBusy.value = true
    try {
      await work()
      gallery.refresh()
      void queryClient.invalidateQueries({ queryKey: api.samples.counts.key() })
      return true
    } catch (error) {
      gallery.refresh()
      report(error)
      return false
    } finally {
      isBusy.value = false
    }
  }

  function words(change: Change, count: number): string {
    const values = { count: number(count) }
    if (change.split !== undefined)
      return t('samples.done.split', { ...values, split: t(`common.split.${change.split}`) }, count)
    const type = change.defectType ?? null
    const label = change.label ?? 'unlabelled'
    return t(
      'samples.done.label',
      {
        ...values,
        label: type === null ? t(`common.label.${label}`) : `${t('common.label.defect')}: ${type}`,
      },
      count,
    )
  }

  async function change(ids: readonly string[], what: Change): Promise<boolean> {
    if (ids.length === 0) return false
    // A label other than `defect` has no type.
    const full = what.label !== undefined && what.label !== 'defect' ? { ...what, defectType: null } : what
    const wanted = new Set(ids)
    gallery.replace((sample) => (wanted.has(sample.id) ? { ...sample, ...full } : sample))
    return guarded(async () => {
      const { before } = await client.samples.update({ ids: [...ids], ...full })
      past.push(before)
      if (past.length > undoDepth) past.shift()
      show(words(full, ids.length), before)
    })
  }

  function show(title: string, before: Before): void {
    if (note !== undefined) toast.remove(note)
    note = toast.add({
      title,
      icon: 'i-lucide-check',
      color: 'neutral',
      duration: 6000,
      actions: [
        {
          label: t('common.undo'),
          icon: 'i-lucide-undo-2',
          color: 'neutral',
          variant: 'outline',
          onClick: () => void restore(before),
        },
      ],
    }).id
  }

  async function restore(before: Before): Promise<void> {
    const place = past.lastIndexOf(before)
    if (place >= 0) past.splice(place, 1)
    await guarded(async () => {
      const { restored } = await client.samples.restore({ samples: [...before] })
      if (note !== undefined) toast.remove(note)
      note = toast.add({
        title: t('samples.done.undone', { count: number(restored) }, restored),
        icon: 'i-lucide-undo-2',
        color: 'neutral',
        duration: 4000,
      }).id
    })
  }

  return {
    isBusy,
    change,
    remove: (ids) =>
      guarded(async () => {
        const { deleted, kept } = await client.samples.delete({ ids: [...ids] })
        toast.add({
          title: t('samples.done.deleted', { count: number(deleted) }, deleted),
          description: kept > 0 ? t('samples.done.kept', { count: number(kept) }, kept) : undefined,
          icon: 'i-lucide-trash-2',
          color: 'neutral',
          duration: kept > 0 ? 10_000 : 5000,
        })
      }),
    async undo() {
      const before = past.at(-1)
      if (before) await restore(before)
    },
  }
}
