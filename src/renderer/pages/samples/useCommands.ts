/** Carries out commands on what is selected (or shown large), asking where it must. */
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import type { Sample } from '../../../contract/index.ts'
import { matchesFilter } from './facets.ts'
import type { Command } from './hotkeys.ts'
import { keepOnly, selectOne, type Selection } from './selection.ts'
import type { Gallery, GalleryFilter } from './useGallery.ts'
import type { Change, SampleActions } from './useSampleActions.ts'

export interface Commands {
  /** Ids that a command is about. */
  readonly targets: ComputedRef<readonly string[]>
  readonly isChoosingDefect: Ref<boolean>
  readonly isDeleting: Ref<boolean>
  run(command: Command): Promise<void>
  chooseDefect(type: string | null): Promise<void>
  confirmDelete(): Promise<void>
}

export function useCommands(page: {
  readonly gallery: Gallery
  readonly actions: SampleActions
  readonly filter: Ref<GalleryFilter>
  readonly selection: Ref<Selection>
  readonly viewed: Ref<number | null>
  readonly viewedIndex: ComputedRef<number>
}): Commands {
  const { gallery, actions, filter, selection, viewed, viewedIndex } = page
  const isChoosingDefect = ref(false)
  const isDeleting = ref(false)
  const shownLarge = (): Sample | undefined =>
    viewed.value === null ? undefined : gallery.at(viewedIndex.value)
  const targets = computed(() => {
    const large = shownLarge()
    return large ? [large.id] : [...selection.value.ids]
  })

  async function change(what: Change): Promise<void> {
    const ids = targets.value
    const wasOne = selection.value.ids.size === 1
    const full = what.label !== undefined && what.label !== 'defect' ? { ...what, defectType: null } : what
    const leavesView = !couldMatch(full, filter.value)
    if (!(await actions.change(ids, what)) || !leavesView) return
    await whenFresh(gallery)
    dropHidden(wasOne, ids)
  }

  /** What is not shown any more is not selected any more; where it was one, the next one takes its place. */
  function dropHidden(wasOne: boolean, ids: readonly string[]): void {
    const gone = new Set(ids)
    selection.value = keepOnly(selection.value, (id) => !gone.has(id))
    const cursor = Math.min(selection.value.cursor ?? 0, (gallery.total.value ?? 0) - 1)
    const next = cursor < 0 ? undefined : gallery.at(cursor)
    if (wasOne && next) selection.value = selectOne(cursor, next.id)
  }

  return {
    targets,
    isChoosingDefect,
    isDeleting,
    async run(command) {
      if (command.kind === 'undo') return actions.undo()
      if (targets.value.length === 0) return
      if (command.kind === 'choose-defect') isChoosingDefect.value = true
      else if (command.kind === 'delete') isDeleting.value = true
      else if (command.kind === 'label') await change({ label: command.label })
      else if (command.kind === 'defect') await change({ label: 'defect', defectType: command.type })
      else await change({ split: command.split })
    },
    chooseDefect: (type) => change({ label: 'defect', defectType: type }),
    async confirmDelete() {
      const ids = targets.value
      const wasOne = selection.value.ids.size === 1
      if (!(await actions.remove(ids))) return
      await whenFresh(gallery)
      dropHidden(wasOne, ids)
    },
  }
}

/** Whether samples changed like this can still be among those that the filter shows. */
function couldMatch(change: Change, { label, defectType, split }: GalleryFilter): boolean {
  return matchesFilter(
    {
      label: change.label ?? label ?? 'good',
      split: change.split ?? split ?? 'train',
      defectType: change.defectType === undefined ? (defectType ?? null) : change.defectType,
      originalName: '',
    },
    { label, defectType, split },
  )
}

/** Resolves when the gallery has fresh pages (or after two seconds: the page must not hang on a lost answer). */
function whenFresh(gallery: Gallery): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      stop()
      resolve()
    }
    const timer = setTimeout(end, 2000)
    const stop = watch(() => gallery.version.value, end)
  })
}
