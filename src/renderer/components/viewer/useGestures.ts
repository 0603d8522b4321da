import { useEventListener } from '@vueuse/core'
import type { Ref } from 'vue'
import type { Point } from './view.ts'

export interface GestureActions {
  /** By CSS pixels. */
  pan(x: number, y: number): void
  /** About a point of the stage, CSS pixels. */
  zoom(factor: number, point: Point): void
  fit(): void
}

/** Wheel, drag, pinch and double click on the stage. */
export function useGestures(target: Ref<HTMLElement | null>, actions: GestureActions): void {
  const pointers = new Map<number, Point>()

  const pointOf = (event: PointerEvent | WheelEvent): Point => {
    const bounds = target.value?.getBoundingClientRect()
    return { x: event.clientX - (bounds?.left ?? 0), y: event.clientY - (bounds?.top ?? 0) }
  }

  useEventListener(
    target,
    'wheel',
    (event) => {
      event.preventDefault()
      // Lines and pages of old wheels as pixels; a pinch on a touch pad comes as a wheel with Control and small steps.
      const pixels = event.deltaY * ([1, 16, 100][event.deltaMode] ?? 1)
      actions.zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0018)), pointOf(event))
    },
    { passive: false },
  )
  useEventListener(target, 'pointerdown', (event) => {
    if (event.button !== 0) return
    target.value?.setPointerCapture(event.pointerId)
    pointers.set(event.pointerId, pointOf(event))
  })
  useEventListener(target, 'pointermove', (event) => {
    const before = pointers.get(event.pointerId)
    if (before === undefined) return
    const now = pointOf(event)
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1]
    pointers.set(event.pointerId, now)
    if (other === undefined) {
      actions.pan(now.x - before.x, now.y - before.y)
      return
    }
    const distance = (point: Point): number => Math.hypot(point.x - other.x, point.y - other.y)
    // The middle between two fingers moves half as far as the one that moves.
    actions.pan((now.x - before.x) / 2, (now.y - before.y) / 2)
    actions.zoom(distance(now) / Math.max(1, distance(before)), {
      x: (now.x + other.x) / 2,
      y: (now.y + other.y) / 2,
    })
  })
  for (const name of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
    useEventListener(target, name, (event) => pointers.delete(event.pointerId))
  }
  useEventListener(target, 'dblclick', () => actions.fit())
}
