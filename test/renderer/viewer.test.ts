import assert from 'node:assert/strict'
import { test } from 'node:test'
import { panesOf } from '../../src/renderer/components/viewer/modes.ts'
import {
  between,
  boxView,
  clampView,
  fitView,
  isFit,
  resizedView,
  zoomAt,
  zoomLimits,
  type Point,
  type View,
} from '../../src/renderer/components/viewer/view.ts'

const image = { width: 2000, height: 1000 }
const pane = { width: 800, height: 600 }
/** The pixel of the image that is seen at a point of the pane. */
const pixelAt = (view: View, point: Point): Point => ({
  x: (point.x - view.x) / view.scale,
  y: (point.y - view.y) / view.scale,
})
const assertNear = (actual: Point, expected: Point): void => {
  assert.ok(Math.abs(actual.x - expected.x) < 1e-6, `${actual.x} is not ${expected.x}`)
  assert.ok(Math.abs(actual.y - expected.y) < 1e-6, `${actual.y} is not ${expected.y}`)
}

test('fitting shows the whole image in the middle of the pane', () => {
  assert.deepEqual(fitView(image, pane), { scale: 0.4, x: 0, y: 100 })
  assert.deepEqual(fitView({ width: 100, height: 200 }, pane), { scale: 3, x: 250, y: 0 })
})

test('zooming keeps the pixel under the pointer', () => {
  const start = zoomAt(fitView(image, pane), 4, { x: 400, y: 300 }, image, pane)
  const pointer = { x: 123, y: 456 }
  const closer = zoomAt(start, 1.7, pointer, image, pane)
  assertNear(pixelAt(closer, pointer), pixelAt(start, pointer))
})

test('zooming ends at its limits', () => {
  const { least, most } = zoomLimits(image, pane)
  const fitted = fitView(image, pane)
  assert.equal(zoomAt(fitted, 1e-6, { x: 0, y: 0 }, image, pane).scale, least)
  assert.equal(zoomAt(fitted, 1e6, { x: 0, y: 0 }, image, pane).scale, most)
  assert.equal(least, 0.4)
  assert.equal(
    zoomLimits({ width: 64, height: 64 }, pane).least,
    1,
    'a small image can be seen at its own size',
  )
})

test('the image cannot be lost out of sight', () => {
  assert.deepEqual(clampView({ scale: 1, x: 5000, y: -9000 }, image, pane), { scale: 1, x: 0, y: -400 })
  assert.deepEqual(clampView({ scale: 0.2, x: 5000, y: 0 }, image, pane), { scale: 0.2, x: 200, y: 200 })
})

test('a region comes into the middle with its surroundings', () => {
  const box = { x: 900, y: 400, width: 200, height: 100 }
  const view = boxView(box, image, pane)
  assertNear(pixelAt(view, { x: 400, y: 300 }), { x: 1000, y: 450 })
  assert.ok(box.width * view.scale < 0.5 * pane.width)
  assert.ok(view.scale > fitView(image, pane).scale)
  const speck = boxView({ x: 10, y: 10, width: 2, height: 2 }, image, pane)
  assert.ok(speck.scale <= 8, 'a speck is not blown up to a wall of squares')
  assert.deepEqual(
    { x: speck.x, y: speck.y },
    { x: 0, y: 0 },
    'at the corner nothing beside the image is shown',
  )
})

test('a pane that changes its size keeps a whole image whole, and the middle in the middle', () => {
  const wider = { width: 1200, height: 500 }
  assert.deepEqual(resizedView(fitView(image, pane), image, pane, wider), fitView(image, wider))
  const close = boxView({ x: 900, y: 400, width: 100, height: 100 }, image, pane)
  const after = resizedView(close, image, pane, wider)
  assertNear(pixelAt(after, { x: 600, y: 250 }), pixelAt(close, { x: 400, y: 300 }))
  assert.equal(after.scale, close.scale)
  assert.ok(isFit(fitView(image, pane), image, pane))
  assert.ok(!isFit(close, image, pane))
})

test('the way from one view to another begins and ends there and never steps back', () => {
  const from = fitView(image, pane)
  const to = boxView({ x: 100, y: 700, width: 60, height: 60 }, image, pane)
  assert.deepEqual(between(from, to, 0), from)
  assert.deepEqual(between(from, to, 1), to)
  assert.deepEqual(between(from, to, 7), to, 'a late frame does not shoot past the end')
  const scales = Array.from({ length: 21 }, (_, step) => between(from, to, step / 20).scale)
  for (const [index, scale] of scales.entries()) {
    if (index > 0) assert.ok(scale >= (scales[index - 1] ?? 0))
  }
  const moved = between({ scale: 2, x: 0, y: 0 }, { scale: 2, x: 10, y: -20 }, 0.5)
  assert.deepEqual(moved, { scale: 2, x: 5, y: -10 }, 'without zoom it only moves')
})

test('side by side are two panes of one width; the split shows the heatmap right of the slider', () => {
  const [left, right, more] = panesOf('side', 806, 0.5)
  assert.equal(more, undefined)
  assert.equal(left?.width, right?.width)
  assert.equal(left?.heatmapFrom, null)
  assert.equal(right?.heatmapFrom, 0)
  assert.equal((right?.left ?? 0) + (right?.width ?? 0), 806)
  assert.deepEqual(panesOf('split', 800, 0.25), [{ left: 0, width: 800, heatmapFrom: 200 }])
  assert.equal(panesOf('original', 800, 0.5)[0]?.heatmapFrom, null)
  assert.equal(panesOf('overlay', 0, 0.5)[0]?.width, 1, 'a pane without room yet does not divide by nought')
})
