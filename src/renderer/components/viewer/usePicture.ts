import { readonly, shallowRef, watch, type Ref } from 'vue'

export type PictureState = 'none' | 'loading' | 'ready' | 'failed'

export interface LoadedPicture {
  readonly element: Readonly<Ref<HTMLImageElement | null>>
  readonly state: Readonly<Ref<PictureState>>
}

/**
 * Loads the picture at an address, decoded before it is shown. With another address the old picture goes at once:
 * it must never stand beside the verdict on another part.
 */
export function usePicture(address: () => string | null): LoadedPicture {
  const element = shallowRef<HTMLImageElement | null>(null)
  const state = shallowRef<PictureState>('none')
  watch(
    address,
    async (source, _, onCleanup) => {
      element.value = null
      state.value = source === null ? 'none' : 'loading'
      if (source === null) return
      let isCurrent = true
      onCleanup(() => (isCurrent = false))
      const picture = new Image()
      picture.src = source
      const isReady = await picture.decode().then(
        () => true,
        () => false,
      )
      if (!isCurrent) return
      element.value = isReady ? picture : null
      state.value = isReady ? 'ready' : 'failed'
    },
    { immediate: true },
  )
  return { element: readonly(element) as Readonly<Ref<HTMLImageElement | null>>, state: readonly(state) }
}
