/**
 * Simple faults drawn on held-out good images. They choose between checkpoints: a model that has learnt to
 * rebuild anything shows small residuals and misses them. Nothing is ever trained on them.
 */
import type { Raster } from '../imaging/raster.ts'
import type { Random } from '../nn/random.ts'

type Pixels = {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly data: Float32Array
}

/** A copy with one spot, scratch or displaced patch, its place and strength drawn from `random`. */
export function withFault(raster: Raster, random: Random): Raster {
  const data = raster.data.slice()
  const target = { ...raster, data }
  const kind = random.integer(3)
  if (kind === 0) drawSpot(target, random)
  else if (kind === 1) drawScratch(target, random)
  else movePatch(target, raster, random)
  return target
}

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.next()
const signed = (random: Random, low: number, high: number): number =>
  between(random, low, high) * (random.next() < 0.5 ? -1 : 1)

/** Adds `amount(x, y)` to every channel of the pixels of a box. */
function shade(
  { width, height, channels, data }: Pixels,
  box: readonly [number, number, number, number],
  amount: (x: number, y: number) => number,
): void {
  const [left, top, right, bottom] = box
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(height, bottom); y++)
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(width, right); x++) {
      const change = amount(x, y)
      for (let c = 0; c < channels; c++) {
        const at = (y * width + x) * channels + c
        data[at] = Math.min(1, Math.max(0, data[at] + change))
      }
    }
}

/** A soft ellipse, darker or brighter. */
function drawSpot(target: Pixels, random: Random): void {
  const side = Math.min(target.width, target.height)
  const [a, b] = [between(random, 0.01, 0.05) * side, between(random, 0.01, 0.05) * side]
  const [x0, y0] = [random.next() * target.width, random.next() * target.height]
  const contrast = signed(random, 0.1, 0.35)
  const [reachX, reachY] = [2 * a + 1, 2 * b + 1]
  shade(
    target,
    [x0 - reachX, y0 - reachY, x0 + reachX, y0 + reachY],
    (x, y) => contrast * Math.exp(-(((x - x0) / a) ** 2) - ((y - y0) / b) ** 2),
  )
}

/** A thin straight line, darker or brighter. */
function drawScratch(target: Pixels, random: Random): void {
  const side = Math.min(target.width, target.height)
  const half = between(random, 0.05, 0.2) * side
  const angle = random.next() * Math.PI
  const [x0, y0] = [random.next() * target.width, random.next() * target.height]
  const thickness = between(random, 0.7, 1.5)
  const contrast = signed(random, 0.1, 0.35)
  const [alongX, alongY] = [Math.cos(angle), Math.sin(angle)]
  shade(target, [x0 - half, y0 - half, x0 + half, y0 + half], (x, y) => {
    const along = (x - x0) * alongX + (y - y0) * alongY
    const across = (y - y0) * alongX - (x - x0) * alongY
    return Math.abs(along) > half ? 0 : contrast * Math.exp(-((across / thickness) ** 2))
  })
}

/** A rectangle of the same image from elsewhere: right in itself, wrong in its place. */
function movePatch(target: Pixels, { data: source }: Raster, random: Random): void {
  const { width, height, channels, data } = target
  const side = Math.min(width, height)
  const [w, h] = [
    Math.ceil(between(random, 0.04, 0.12) * side),
    Math.ceil(between(random, 0.04, 0.12) * side),
  ]
  const place = (): readonly [number, number] => [
    random.integer(Math.max(1, width - w)),
    random.integer(Math.max(1, height - h)),
  ]
  const [fromX, fromY] = place()
  const [toX, toY] = place()
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w * channels; x++)
      data[((toY + y) * width + toX) * channels + x] = source[((fromY + y) * width + fromX) * channels + x]
}
