import type { Plane, Raster } from './raster.ts'
import { reflect } from './reflect.ts'
import { resample, type Rectangle } from './resample.ts'

/**
 * How an image of any size becomes the square views that a model takes.
 * - `stretch`: resized to the square, proportions lost.
 * - `letterbox`: resized to fit inside the square, the rest filled with its edge pixels.
 * - `centre-crop`: the largest centred square, resized.
 * - `tile`: overlapping squares at `scale`, nothing lost; what is smaller than a tile is padded by reflection.
 */
export type FitMode = 'stretch' | 'letterbox' | 'centre-crop' | 'tile'

export interface FitOptions {
  readonly mode: FitMode
  /** Side of a view in pixels: what the model takes. */
  readonly size: number
  /** Tile mode: least fraction of a tile that it shares with its neighbour, 0 to 0.75. 0 leaves seams. */
  readonly overlap: number
  /** Tile mode: the image is resized by this factor first; 1 is native resolution. */
  readonly scale: number
}

/** Where the views of one image size lie. All rectangles are whole pixels. */
export interface FitPlan {
  readonly options: FitOptions
  readonly imageWidth: number
  readonly imageHeight: number
  /** Size of the prepared raster that the views are cut from, padding included. */
  readonly workingWidth: number
  readonly workingHeight: number
  /** The part of the original image that is looked at: all of it, or the centre crop. Image pixels. */
  readonly source: Rectangle
  /** Where that part lies in the prepared raster; the rest is padding. Working pixels. */
  readonly content: Rectangle
  /** In working pixels, row by row; each `options.size` square. */
  readonly views: readonly Rectangle[]
}

function checkOptions(options: FitOptions): void {
  const { size, overlap, scale } = options
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`view size must be a whole number of pixels, not ${size}`)
  if (options.mode !== 'tile') return
  if (!(overlap >= 0 && overlap <= 0.75))
    throw new RangeError(`tile overlap must lie in 0 to 0.75, not ${overlap}`)
  if (!(scale > 0 && Number.isFinite(scale)))
    throw new RangeError(`tile scale must be positive, not ${scale}`)
}

/** Starts of the fewest tiles that cover `length` with at least the overlap asked for, spread evenly. */
function tileStarts(length: number, size: number, overlap: number): number[] {
  if (length <= size) return [0]
  const step = Math.max(1, Math.round(size * (1 - overlap)))
  const count = Math.ceil((length - size) / step) + 1
  // Even spread instead of one last tile pushed far into its neighbour: every seam gets the same wide blend.
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - size)) / (count - 1)))
}

/** Largest size that fits a square of side `size` with the proportions kept. */
function fitInside(width: number, height: number, size: number): { width: number; height: number } {
  const factor = size / Math.max(width, height)
  return {
    width: Math.min(size, Math.max(1, Math.round(width * factor))),
    height: Math.min(size, Math.max(1, Math.round(height * factor))),
  }
}

/**
 * Plans the views of an image of the given size (after orientation). Deterministic in its arguments, so that
 * training and inspection cut alike.
 * @throws RangeError for sizes or options out of range.
 */
export function planViews(imageWidth: number, imageHeight: number, options: FitOptions): FitPlan {
  checkOptions(options)
  if (!(Number.isInteger(imageWidth) && Number.isInteger(imageHeight) && imageWidth > 0 && imageHeight > 0)) {
    throw new RangeError(`image size must be whole and positive, not ${imageWidth}×${imageHeight}`)
  }
  const { mode, size } = options
  const whole: Rectangle = { x: 0, y: 0, width: imageWidth, height: imageHeight }
  const square: Rectangle = { x: 0, y: 0, width: size, height: size }
  const base = { options, imageWidth, imageHeight, workingWidth: size, workingHeight: size, views: [square] }

  if (mode === 'stretch') return { ...base, source: whole, content: square }
  if (mode === 'centre-crop') {
    const side = Math.min(imageWidth, imageHeight)
    const source = {
      x: Math.floor((imageWidth - side) / 2),
      y: Math.floor((imageHeight - side) / 2),
      width: side,
      height: side,
    }
    return { ...base, source, content: square }
  }
  if (mode === 'letterbox') {
    return { ...base, source: whole, content: centred(fitInside(imageWidth, imageHeight, size), size, size) }
  }
  const width = Math.max(1, Math.round(imageWidth * options.scale))
  const height = Math.max(1, Math.round(imageHeight * options.scale))
  const workingWidth = Math.max(width, size)
  const workingHeight = Math.max(height, size)
  const columns = tileStarts(workingWidth, size, options.overlap)
  const rows = tileStarts(workingHeight, size, options.overlap)
  return {
    ...base,
    workingWidth,
    workingHeight,
    source: whole,
    content: centred({ width, height }, workingWidth, workingHeight),
    views: rows.flatMap((y) => columns.map((x) => ({ x, y, width: size, height: size }))),
  }
}

function centred(inner: { width: number; height: number }, width: number, height: number): Rectangle {
  return { x: Math.floor((width - inner.width) / 2), y: Math.floor((height - inner.height) / 2), ...inner }
}

const clamp = (index: number, length: number): number => Math.min(length - 1, Math.max(0, index))

function pad(
  content: Float32Array,
  channels: 1 | 3,
  plan: FitPlan,
  outside: (index: number, length: number) => number,
): Float32Array {
  const { workingWidth, workingHeight, content: box } = plan
  const result = new Float32Array(workingWidth * workingHeight * channels)
  const columns = Int32Array.from(
    { length: workingWidth },
    (_, x) => outside(x - box.x, box.width) * channels,
  )
  let out = 0
  for (let y = 0; y < workingHeight; y++) {
    const row = outside(y - box.y, box.height) * box.width * channels
    for (let x = 0; x < workingWidth; x++) {
      const at = row + (columns[x] as number)
      for (let c = 0; c < channels; c++) result[out++] = content[at + c] as number
    }
  }
  return result
}

/**
 * The image at working size: cropped, resized (antialiased triangle filter) and padded as the plan says. Where the
 * plan changes nothing the raster itself is returned.
 * @throws RangeError if the raster is not of the planned size.
 */
export function prepare(raster: Raster, plan: FitPlan): Raster {
  if (raster.width !== plan.imageWidth || raster.height !== plan.imageHeight) {
    throw new RangeError(
      `plan is for ${plan.imageWidth}×${plan.imageHeight} px, image has ${raster.width}×${raster.height}`,
    )
  }
  const { source, content, workingWidth, workingHeight } = plan
  const { channels } = raster
  const native =
    source.width === content.width &&
    source.height === content.height &&
    source.width === raster.width &&
    source.height === raster.height
  let data = native ? raster.data : resample(raster, channels, source, content.width, content.height)
  if (content.width !== workingWidth || content.height !== workingHeight) {
    data = pad(data, channels, plan, plan.options.mode === 'tile' ? reflect : clamp)
  } else if (native) return raster
  return { width: workingWidth, height: workingHeight, channels, data }
}

/** Copies one view as planar channels ([channels, size, size]) to `target` from `offset` on. */
export function extractView(
  prepared: Raster,
  view: Rectangle,
  size: number,
  target: Float32Array,
  offset: number,
): void {
  const { width, channels, data } = prepared
  if (view.width !== size || view.height !== size) throw new RangeError(`view is not ${size} px square`)
  if (channels === 1) {
    for (let y = 0; y < size; y++) {
      const row = (view.y + y) * width + view.x
      target.set(data.subarray(row, row + size), offset + y * size)
    }
    return
  }
  const area = size * size
  let out = offset
  for (let y = 0; y < size; y++) {
    let at = ((view.y + y) * width + view.x) * 3
    for (let x = 0; x < size; x++, at += 3, out++) {
      target[out] = data[at] as number
      target[out + area] = data[at + 1] as number
      target[out + 2 * area] = data[at + 2] as number
    }
  }
}

/**
 * Blending weights of the tiles of one axis: a sin² window each, divided by the sum of all windows there, so that
 * they add up to 1 everywhere, also at the image's border where one tile stands alone, and every tile fades to
 * nothing at its inner edges.
 */
function blendWeights(starts: readonly number[], size: number, length: number): Map<number, Float32Array> {
  const window = Float64Array.from({ length: size }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / size) ** 2)
  const sums = new Float64Array(length)
  for (const start of starts)
    for (let i = 0; i < size; i++) sums[start + i] = (sums[start + i] as number) + (window[i] as number)
  return new Map(
    starts.map((start) => [
      start,
      Float32Array.from(window, (weight, i) => weight / (sums[start + i] as number)),
    ]),
  )
}

/**
 * Joins the maps of a plan's views (each size × size, in the plan's order) to one plane that covers exactly the
 * image, or its centre crop, at working resolution (`plan.content`): tiles are blended with a smooth window, padding
 * is dropped.
 * @throws RangeError if number or size of the maps does not fit.
 */
export function assembleMap(plan: FitPlan, maps: readonly Float32Array[]): Plane {
  const { content, views } = plan
  const { size } = plan.options
  if (maps.length !== views.length) throw new RangeError(`plan has ${views.length} views, not ${maps.length}`)
  for (const map of maps) {
    if (map.length !== size * size)
      throw new RangeError(`map has ${map.length} values, expected ${size}×${size}`)
  }
  const [only] = maps
  if (only !== undefined && maps.length === 1 && only.length === content.width * content.height) {
    return { width: content.width, height: content.height, data: only.slice() }
  }
  const result = new Float32Array(content.width * content.height)
  const columns = blendWeights([...new Set(views.map((view) => view.x))], size, plan.workingWidth)
  const rows = blendWeights([...new Set(views.map((view) => view.y))], size, plan.workingHeight)
  for (const [index, view] of views.entries()) {
    const map = maps[index] as Float32Array
    const across = columns.get(view.x) as Float32Array
    const down = rows.get(view.y) as Float32Array
    // The part of the view that is image, in the view's own pixels.
    const left = Math.max(0, content.x - view.x)
    const right = Math.min(size, content.x + content.width - view.x)
    const top = Math.max(0, content.y - view.y)
    const bottom = Math.min(size, content.y + content.height - view.y)
    for (let y = top; y < bottom; y++) {
      const weight = down[y] as number
      const from = y * size
      const to = (view.y + y - content.y) * content.width + view.x - content.x
      for (let x = left; x < right; x++) {
        result[to + x] =
          (result[to + x] as number) + (map[from + x] as number) * (across[x] as number) * weight
      }
    }
  }
  return { width: content.width, height: content.height, data: result }
}

/**
 * An assembled plane resampled to the original image's pixels (bilinear; antialiased where it shrinks). Outside a
 * centre crop nothing was looked at: the plane is 0 there.
 * @throws RangeError if the plane is not of the plan's content size.
 */
export function mapToImage(plan: FitPlan, plane: Plane): Plane {
  const { content, source, imageWidth, imageHeight } = plan
  if (plane.width !== content.width || plane.height !== content.height) {
    throw new RangeError(
      `plane is ${plane.width}×${plane.height}, plan's is ${content.width}×${content.height}`,
    )
  }
  const same = plane.width === source.width && plane.height === source.height
  const whole = { x: 0, y: 0, width: plane.width, height: plane.height }
  const seen = same ? plane.data : resample(plane, 1, whole, source.width, source.height)
  if (source.width === imageWidth && source.height === imageHeight) {
    return same ? plane : { width: imageWidth, height: imageHeight, data: seen }
  }
  const data = new Float32Array(imageWidth * imageHeight)
  for (let y = 0; y < source.height; y++) {
    const row = seen.subarray(y * source.width, (y + 1) * source.width)
    data.set(row, (source.y + y) * imageWidth + source.x)
  }
  return { width: imageWidth, height: imageHeight, data }
}
