import { colourIndex, colourMap } from './colourmap.ts'
import { encodePng } from './png.ts'
import type { Plane, Raster } from './raster.ts'
import type { Region } from './regions.ts'

export interface HeatmapOptions {
  /**
   * Let low values fade out, to lay the picture over the image: invisible up to half the threshold (0.25), opaque from
   * the threshold (0.5) on, so that good parts do not glow. Default false: every pixel opaque.
   */
  readonly transparent?: boolean
}

export interface OverlayOptions {
  /** Opacity of the heatmap from the threshold on, 0 to 1; lower values fade towards the bare image. */
  readonly opacity: number
  /** Outlined in the picture. */
  readonly regions: readonly Region[]
}

/** How visible a normalised value is, 0 to 1: a smooth step from half the threshold to the threshold. */
function presence(value: number): number {
  const t = Math.min(1, Math.max(0, 4 * value - 1))
  return t * t * (3 - 2 * t)
}

function indicesOf(plane: Plane): Uint8Array {
  const indices = new Uint8Array(plane.data.length)
  for (let i = 0; i < indices.length; i++) indices[i] = colourIndex(plane.data[i] as number)
  return indices
}

/**
 * A map of normalised values (0 to 1, 0.5 the threshold) as a coloured PNG of the same size. The colours mean the
 * same in every picture: nothing is stretched to the image's own range.
 */
export async function renderHeatmap(plane: Plane, options: HeatmapOptions = {}): Promise<Buffer> {
  const alphas = Uint8Array.from({ length: 256 }, (_, i) => Math.round(255 * presence(i / 255)))
  const { width, height } = plane
  const transparent = options.transparent === true
  return encodePng({
    width,
    height,
    kind: 'indexed8',
    bytes: indicesOf(plane),
    palette: colourMap,
    ...(transparent ? { alphas } : {}),
  })
}

/**
 * The image with its heatmap laid over it and the regions outlined: an RGB PNG of the image's size.
 * @throws RangeError if image and map differ in size
 */
export async function renderOverlay(raster: Raster, plane: Plane, options: OverlayOptions): Promise<Buffer> {
  const { width, height, channels, data } = raster
  if (plane.width !== width || plane.height !== height) {
    throw new RangeError(`map is ${plane.width}×${plane.height} px, image ${width}×${height}`)
  }
  const opacity = Math.min(1, Math.max(0, options.opacity))
  const weights = Float64Array.from({ length: 256 }, (_, i) => opacity * presence(i / 255))
  // What is left of the image, in levels, and what the heatmap adds; with half a level, to round by truncation.
  const rests = weights.map((weight) => 255 * (1 - weight))
  const added = Float64Array.from(
    colourMap,
    (level, i) => level * (weights[Math.floor(i / 3)] as number) + 0.5,
  )
  const picture = new Uint8Array(width * height * 3)
  const values = plane.data
  const second = channels === 3 ? 1 : 0
  for (let i = 0, at = 0, out = 0; i < values.length; i++, at += channels, out += 3) {
    const index = colourIndex(values[i] as number)
    const rest = rests[index] as number
    const colour = 3 * index
    picture[out] = ((data[at] as number) * rest + (added[colour] as number)) | 0
    picture[out + 1] = ((data[at + second] as number) * rest + (added[colour + 1] as number)) | 0
    picture[out + 2] = ((data[at + 2 * second] as number) * rest + (added[colour + 2] as number)) | 0
  }
  const thickness = Math.max(1, Math.round(Math.min(width, height) / 256))
  for (const region of options.regions) drawOutline(picture, width, height, region.contour, thickness)
  return encodePng({ width, height, kind: 'rgb8', bytes: picture })
}

// Not on the colour map, and far from grey.
const outlineColour = [0, 255, 230] as const

/**
 * Draws a clockwise outline along pixel edges, `thickness` pixels wide, on its outer side so that it hides nothing
 * of the region; at the image's border, where there is no outside, on the inner side.
 */
function drawOutline(
  picture: Uint8Array,
  width: number,
  height: number,
  contour: Region['contour'],
  thickness: number,
): void {
  const fill = (fromX: number, fromY: number, toX: number, toY: number): void => {
    for (let y = Math.max(0, fromY); y < Math.min(height, toY); y++) {
      for (let x = Math.max(0, fromX); x < Math.min(width, toX); x++)
        picture.set(outlineColour, 3 * (y * width + x))
    }
  }
  let [lastX, lastY] = contour.at(-1) ?? [0, 0]
  for (const [i, [x, y]] of contour.entries()) {
    const [nextX, nextY] = contour[(i + 1) % contour.length] ?? [x, y]
    const horizontal = y === nextY
    // Clockwise: going right the outside is above, going down it is to the right, and so on.
    const forward = horizontal ? nextX > x : nextY > y
    const edge = horizontal ? y : x
    const limit = horizontal ? height : width
    let from = horizontal === forward ? edge - thickness : edge
    if (edge === 0) from = 0
    if (edge === limit) from = limit - thickness
    if (horizontal) fill(Math.min(x, nextX), from, Math.max(x, nextX), from + thickness)
    else fill(from, Math.min(y, nextY), from + thickness, Math.max(y, nextY))

    // Right turns leave a gap between the outer sides of their two edges: the square across the corner.
    const turn = (x - lastX) * (nextY - y) - (y - lastY) * (nextX - x)
    if (turn > 0) {
      const left = x > lastX || nextX < x ? x : x - thickness
      const top = y > lastY || nextY < y ? y : y - thickness
      fill(left, top, left + thickness, top + thickness)
    }
    lastX = x
    lastY = y
  }
}
