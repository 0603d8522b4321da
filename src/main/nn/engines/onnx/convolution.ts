/**
 * The three convolutions as matrix products over gathered rows, which on CPUs beats ONNX Runtime's own
 * Conv and ConvTranspose kernels in training (docs/decisions/0002). Everything is NHWC; nothing depends on
 * the batch size, so the same lowering serves models with a varying one.
 *
 * With filters as a matrix [kY·kX·C, F]:
 *   forward          columns(x) × filters
 *   filter gradient  columns(x)ᵀ × dy, on the very columns of the forward pass
 *   input gradient   one of two, by a count of bytes and products (`prefersWindows`):
 *     windows        columns(dy) × regrouped filters: with a kernel of t·stride, the stride² pixels of a cell all
 *                    depend on the same t×t window of dy, so one product makes all of them
 *     landing        dy × filtersᵀ, then each image position sums the (at most ⌈k/stride⌉²) rows that touch it
 */
import type { ConvolutionGeometry, Shape } from '../../graph.ts'
import type { OnnxWriter } from './writer.ts'

/** Sizes of one convolution: image [·, height, width, channels], result [·, outHeight, outWidth, ·]. */
export interface ConvolutionSizes {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly outHeight: number
  readonly outWidth: number
  readonly kernelY: number
  readonly kernelX: number
}

export function sizesOf(image: Shape, filters: Shape, result: Shape): ConvolutionSizes {
  const [, height = 0, width = 0, channels = 0] = image
  const [kernelY = 0, kernelX = 0] = filters
  const [, outHeight = 0, outWidth = 0] = result
  return { height, width, channels, outHeight, outWidth, kernelY, kernelX }
}

const key = (name: string, sizes: ConvolutionSizes, geometry: ConvolutionGeometry): string =>
  `${name} ${Object.values(sizes).join(',')} ${Object.values(geometry).join(',')}`

/** True when the windows are the image itself, or single pixels: then columns are a reshape. */
function isDense(s: ConvolutionSizes, g: ConvolutionGeometry): boolean {
  const padded = g.padTop + g.padBottom + g.padLeft + g.padRight > 0
  const whole = s.outHeight === 1 && s.outWidth === 1 && s.kernelY === s.height && s.kernelX === s.width
  const pointwise = s.kernelY === 1 && s.kernelX === 1 && g.strideY === 1 && g.strideX === 1
  return !padded && (whole || pointwise)
}

/** Rows of windows: [N·outHeight·outWidth, kernelY·kernelX·channels]. */
export function columns(w: OnnxWriter, x: string, s: ConvolutionSizes, g: ConvolutionGeometry): string {
  const rowLength = s.kernelY * s.kernelX * s.channels
  if (isDense(s, g)) return w.reshape(x, [-1, rowLength])
  // Neighbouring pixels of a row are neighbours in memory: where the kernel's width is a multiple of the
  // stride, a window row is made of whole blocks of `stride` pixels, and copies are that much longer.
  const block = s.kernelX % g.strideX === 0 ? g.strideX : 1
  const right = Math.max(0, (s.outWidth - 1) * g.strideX + s.kernelX - s.width - g.padLeft)
  const bottom = Math.max(0, (s.outHeight - 1) * g.strideY + s.kernelY - s.height - g.padTop)
  const paddedHeight = s.height + g.padTop + bottom
  const paddedWidth = Math.ceil((s.width + g.padLeft + right) / block) * block
  const padded = w.node('Pad', [
    x,
    w.int64([0, g.padTop, g.padLeft, 0, 0, bottom, paddedWidth - s.width - g.padLeft, 0]),
  ])
  const blocks = w.reshape(padded, [-1, (paddedHeight * paddedWidth) / block, block * s.channels])
  const taps = s.kernelX / block
  const table = w.indices(key('columns', s, g), () => {
    const indices = new Int32Array(s.outHeight * s.outWidth * s.kernelY * taps)
    let at = 0
    for (let oy = 0; oy < s.outHeight; oy++)
      for (let ox = 0; ox < s.outWidth; ox++)
        for (let ky = 0; ky < s.kernelY; ky++)
          for (let tap = 0; tap < taps; tap++)
            indices[at++] = ((oy * g.strideY + ky) * paddedWidth + ox * g.strideX) / block + tap
    return indices
  })
  return w.reshape(w.node('Gather', [blocks, table], { axis: 1 }), [-1, rowLength])
}

/** Gradient by the image from dy [·, outHeight, outWidth, F] and filters [kY·kX·C, F]: [N, height, width, channels]. */
export function inputGradient(
  w: OnnxWriter,
  dy: string,
  filters: string,
  features: number,
  s: ConvolutionSizes,
  g: ConvolutionGeometry,
): string {
  if (isDense(s, g)) {
    const rows = w.reshape(dy, [-1, features])
    return w.reshape(w.node('Gemm', [rows, filters], { transB: 1 }), [-1, s.height, s.width, s.channels])
  }
  return prefersWindows(features, s, g)
    ? byWindows(w, dy, filters, features, s, g)
    : byLanding(w, dy, filters, features, s, g)
}

/** Floating-point operations that a core does in the time of moving one float: measured, about. */
const OPERATIONS_PER_MOVE = 50

/** True when windows move and multiply less than landing. */
function prefersWindows(features: number, s: ConvolutionSizes, g: ConvolutionGeometry): boolean {
  if (s.kernelY % g.strideY !== 0 || s.kernelX % g.strideX !== 0) return false
  const terms = (s.kernelY / g.strideY) * (s.kernelX / g.strideX)
  const cells = cellsOf(s, g)
  const moved = cells.rows * cells.columns * (3 * terms * features + 3 * g.strideY * g.strideX * s.channels)
  const products = 2 * cells.rows * cells.columns * s.kernelY * s.kernelX * s.channels * features
  const results = s.outHeight * s.outWidth * s.kernelY * s.kernelX * s.channels
  return OPERATIONS_PER_MOVE * moved + products < OPERATIONS_PER_MOVE * 4 * results + 2 * results * features
}

/** Cells of stride×stride pixels that cover the image, also where the last window does not reach its end. */
export function cellsOf(
  s: ConvolutionSizes,
  g: ConvolutionGeometry,
): { readonly rows: number; readonly columns: number } {
  return {
    rows: Math.max(s.outHeight + s.kernelY / g.strideY - 1, Math.ceil((s.height + g.padTop) / g.strideY)),
    columns: Math.max(s.outWidth + s.kernelX / g.strideX - 1, Math.ceil((s.width + g.padLeft) / g.strideX)),
  }
}

function byWindows(
  w: OnnxWriter,
  dy: string,
  filters: string,
  features: number,
  s: ConvolutionSizes,
  g: ConvolutionGeometry,
): string {
  const termsY = s.kernelY / g.strideY
  const termsX = s.kernelX / g.strideX
  const cells = cellsOf(s, g)
  const window = {
    strideY: 1,
    strideX: 1,
    padTop: termsY - 1,
    padBottom: termsY - 1,
    padLeft: termsX - 1,
    padRight: termsX - 1,
  }
  const windows = columns(
    w,
    dy,
    {
      height: s.outHeight,
      width: s.outWidth,
      channels: features,
      outHeight: cells.rows,
      outWidth: cells.columns,
      kernelY: termsY,
      kernelX: termsX,
    },
    window,
  )
  const turned = regroupedFilters(w, filters, features, s, g)
  const products = w.node('MatMul', [windows, turned])
  // Pixel (y, x) of the image is pixel (y + padTop, x + padLeft) of the cells.
  const table = w.indices(key('cells', s, g), () => {
    const indices = new Int32Array(s.height * s.width)
    for (let y = 0; y < s.height; y++)
      for (let x = 0; x < s.width; x++) {
        const cell =
          Math.floor((y + g.padTop) / g.strideY) * cells.columns + Math.floor((x + g.padLeft) / g.strideX)
        indices[y * s.width + x] =
          (cell * g.strideY + ((y + g.padTop) % g.strideY)) * g.strideX + ((x + g.padLeft) % g.strideX)
      }
    return indices
  })
  const pixels = w.reshape(products, [-1, cells.rows * cells.columns * g.strideY * g.strideX, s.channels])
  return w.reshape(w.node('Gather', [pixels, table], { axis: 1 }), [-1, s.height, s.width, s.channels])
}

/** Filters [kY·kX·C, F] as [tY·tX·F, strideY·strideX·C]: what a window of dy is multiplied by to make a cell. */
export function regroupedFilters(
  w: OnnxWriter,
  filters: string,
  features: number,
  s: ConvolutionSizes,
  g: ConvolutionGeometry,
): string {
  const termsY = s.kernelY / g.strideY
  const termsX = s.kernelX / g.strideX
  // Cell pixel (a, b) takes dy at the window's (u, v) times the filter at (a + stride·(t−1−u), …): regroup the
  // filters from [kY·kX, C, F] to [tY·tX·F, strideY·strideX·C] once a step.
  const order = w.indices(key('regroup', s, g), () => {
    const indices: number[] = []
    for (let u = 0; u < termsY; u++)
      for (let v = 0; v < termsX; v++)
        for (let a = 0; a < g.strideY; a++)
          for (let b = 0; b < g.strideX; b++)
            indices.push((a + g.strideY * (termsY - 1 - u)) * s.kernelX + b + g.strideX * (termsX - 1 - v))
    return Int32Array.from(indices)
  })
  const taps = w.node('Gather', [w.reshape(filters, [s.kernelY * s.kernelX, s.channels * features]), order], {
    axis: 0,
  })
  const cellSize = g.strideY * g.strideX * s.channels
  const turned = w.node('Transpose', [w.reshape(taps, [termsY * termsX, cellSize, features])], {
    perm: [0, 2, 1],
  })
  return w.reshape(turned, [termsY * termsX * features, cellSize])
}

/** Where the windows' entries land: for each image position, `terms` rows of [(outHeight·outWidth + 1)·kernelY·kernelX]. */
function landingTable(
  s: ConvolutionSizes,
  g: ConvolutionGeometry,
): { readonly terms: number; readonly indices: Int32Array } {
  const perPixel: number[][] = Array.from({ length: s.height * s.width }, () => [])
  for (let oy = 0; oy < s.outHeight; oy++)
    for (let ox = 0; ox < s.outWidth; ox++)
      for (let ky = 0; ky < s.kernelY; ky++)
        for (let kx = 0; kx < s.kernelX; kx++) {
          const y = oy * g.strideY + ky - g.padTop
          const x = ox * g.strideX + kx - g.padLeft
          if (y >= 0 && y < s.height && x >= 0 && x < s.width)
            perPixel[y * s.width + x]?.push(((oy * s.outWidth + ox) * s.kernelY + ky) * s.kernelX + kx)
        }
  const terms = perPixel.reduce((most, list) => Math.max(most, list.length), 1)
  const nothing = s.outHeight * s.outWidth * s.kernelY * s.kernelX
  const indices = new Int32Array(terms * perPixel.length).fill(nothing)
  perPixel.forEach((list, pixel) =>
    list.forEach((row, term) => (indices[term * perPixel.length + pixel] = row)),
  )
  return { terms, indices }
}

function byLanding(
  w: OnnxWriter,
  dy: string,
  filters: string,
  features: number,
  s: ConvolutionSizes,
  g: ConvolutionGeometry,
): string {
  // One zero row an image: what positions with fewer terms point at.
  const rows = w.reshape(dy, [-1, s.outHeight * s.outWidth, features])
  const withZero = w.reshape(w.node('Pad', [rows, w.int64([0, 0, 0, 0, 1, 0])]), [-1, features])
  const landed = w.node('Gemm', [withZero, filters], { transB: 1 })
  const spread = w.reshape(landed, [-1, (s.outHeight * s.outWidth + 1) * s.kernelY * s.kernelX, s.channels])
  let table: ReturnType<typeof landingTable> | undefined
  const indices = w.indices(key('landing', s, g), () => (table = landingTable(s, g)).indices)
  const terms = table?.terms ?? landingTable(s, g).terms
  const gathered = w.reshape(w.node('Gather', [spread, indices], { axis: 1 }), [
    -1,
    terms,
    s.height * s.width * s.channels,
  ])
  return w.reshape(w.node('ReduceSum', [gathered, w.int64([1])], { keepdims: 0 }), [
    -1,
    s.height,
    s.width,
    s.channels,
  ])
}
