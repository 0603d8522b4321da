import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { between, boxView, clampView, fitView, isFit, resizedView, zoomAt } from './view.ts'
import type { Box, Point, Size, View } from './view.ts'

export interface ViewControl {
  readonly view: Readonly<Ref<View>>
  /** True while the whole image is shown. */
  readonly fits: ComputedRef<boolean>
  fit(animated?: boolean): void
  /** One pixel of the image is one pixel of the screen. */
  oneToOne(): void
  zoom(factor: number, point?: Point): void
  pan(x: number, y: number): void
  zoomTo(box: Box): void
}

const duration = 260

/** What part of the image is seen, and how it gets there; stays sensible when image or pane change. */
export function useView(
  image: () => Size,
  pane: () => Size,
  devicePixelRatio: Readonly<Ref<number>>,
): ViewControl {
  const view = ref<View>({ scale: 1, x: 0, y: 0 })
  let frame = 0

  function jump(to: View): void {
    cancelAnimationFrame(frame)
    view.value = to
  }

  function glide(to: View): void {
    cancelAnimationFrame(frame)
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return jump(to)
    const from = view.value
    const start = performance.now()
    const step = (now: number): void => {
      const share = (now - start) / duration
      view.value = between(from, to, Math.max(0, share))
      if (share < 1) frame = requestAnimationFrame(step)
    }
    frame = requestAnimationFrame(step)
  }

  const middle = (): Point => ({ x: pane().width / 2, y: pane().height / 2 })

  watch(
    () => ({ image: image(), pane: pane() }),
    (now, before) => {
      const sameImage =
        before !== undefined &&
        before.image.width === now.image.width &&
        before.image.height === now.image.height
      if (!sameImage || before.pane.width < 2) jump(fitView(now.image, now.pane))
      else jump(resizedView(view.value, now.image, before.pane, now.pane))
    },
    { immediate: true, flush: 'sync' },
  )

  return {
    view,
    fits: computed(() => isFit(view.value, image(), pane())),
    fit: (animated = true) => (animated ? glide : jump)(fitView(image(), pane())),
    oneToOne: () =>
      glide(zoomAt(view.value, 1 / devicePixelRatio.value / view.value.scale, middle(), image(), pane())),
    zoom: (factor, point) => jump(zoomAt(view.value, factor, point ?? middle(), image(), pane())),
    pan: (x, y) =>
      jump(clampView({ scale: view.value.scale, x: view.value.x + x, y: view.value.y + y }, image(), pane())),
    zoomTo: (box) => glide(boxView(box, image(), pane())),
  }
}
