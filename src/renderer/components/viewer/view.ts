/**
 * Where an image stands in a pane: a pixel of the image at `(u, v)` is shown at `(u · scale + x, v · scale + y)`,
 * in CSS pixels from the pane's top left corner.
 */
export interface View {
  readonly scale: number
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Box extends Point, Size {}

/** Above this many device pixels for a pixel of the image they are shown as the squares that they are. */
export const crispFrom = 4

/** The whole image, as large as the pane allows, in its middle. */
export function fitView(image: Size, pane: Size): View {
  const scale = Math.min(pane.width / image.width, pane.height / image.height)
  return centred({ scale, x: 0, y: 0 }, image, pane)
}

/** How far one may zoom: out until all is seen (or all pixels are), in until a few pixels fill the pane. */
export function zoomLimits(image: Size, pane: Size): { readonly least: number; readonly most: number } {
  const { scale } = fitView(image, pane)
  return { least: Math.min(scale, 1), most: Math.max(32, 4 * scale) }
}

/** Zooms by `factor` so that what is under `point` (of the pane) stays there, as far as the limits allow. */
export function zoomAt(view: View, factor: number, point: Point, image: Size, pane: Size): View {
  const { least, most } = zoomLimits(image, pane)
  const scale = Math.min(most, Math.max(least, view.scale * factor))
  const ratio = scale / view.scale
  return clampView(
    { scale, x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio },
    image,
    pane,
  )
}

/** Keeps the image in sight: centred where it is smaller than the pane, else without a gap at its edges. */
export function clampView(view: View, image: Size, pane: Size): View {
  return {
    scale: view.scale,
    x: clampOffset(view.x, image.width * view.scale, pane.width),
    y: clampOffset(view.y, image.height * view.scale, pane.height),
  }
}

function clampOffset(offset: number, shown: number, room: number): number {
  return shown <= room ? (room - shown) / 2 : Math.min(0, Math.max(room - shown, offset))
}

function centred(view: View, image: Size, pane: Size): View {
  return {
    scale: view.scale,
    x: (pane.width - image.width * view.scale) / 2,
    y: (pane.height - image.height * view.scale) / 2,
  }
}

/** A box of the image in the middle of the pane, with as much around it that one sees where on the part it is. */
export function boxView(box: Box, image: Size, pane: Size): View {
  const { scale: fit } = fitView(image, pane)
  const { least, most } = zoomLimits(image, pane)
  const wanted = 0.4 * Math.min(pane.width / Math.max(1, box.width), pane.height / Math.max(1, box.height))
  // A speck of three pixels is not blown up to a wall of squares.
  const scale = Math.min(most, Math.max(least, Math.min(wanted, Math.max(8, 6 * fit))))
  const x = pane.width / 2 - (box.x + box.width / 2) * scale
  const y = pane.height / 2 - (box.y + box.height / 2) * scale
  return clampView({ scale, x, y }, image, pane)
}

/** After a change of the pane's size what was in its middle still is; an image that was shown whole still is. */
export function resizedView(view: View, image: Size, before: Size, after: Size): View {
  if (isFit(view, image, before)) return fitView(image, after)
  const { least, most } = zoomLimits(image, after)
  const scale = Math.min(most, Math.max(least, view.scale))
  const middle = { x: (before.width / 2 - view.x) / view.scale, y: (before.height / 2 - view.y) / view.scale }
  return clampView(
    { scale, x: after.width / 2 - middle.x * scale, y: after.height / 2 - middle.y * scale },
    image,
    after,
  )
}

/** True if the view is (within rounding) the one that shows the whole image. */
export function isFit(view: View, image: Size, pane: Size): boolean {
  return Math.abs(view.scale / fitView(image, pane).scale - 1) < 1e-3
}

/**
 * A step on the way from one view to another, `t` from 0 to 1: the magnification grows evenly, and the point that
 * both ways agree on moves straight.
 */
export function between(from: View, to: View, t: number): View {
  if (t >= 1) return to
  const eased = t * t * (3 - 2 * t)
  const ratio = to.scale / from.scale
  if (Math.abs(ratio - 1) < 1e-6) {
    return { scale: to.scale, x: from.x + (to.x - from.x) * eased, y: from.y + (to.y - from.y) * eased }
  }
  const scale = from.scale * ratio ** eased
  // Offsets go with the magnification itself, so that some point of the pane stays where it is all the way.
  const share = (scale - from.scale) / (to.scale - from.scale)
  return { scale, x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}
