import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { colourOf } from '../../../src/main/imaging/colourmap.ts'
import { renderHeatmap, renderOverlay } from '../../../src/main/imaging/heatmap.ts'
import { sharp } from '../../../src/main/imaging/libvips.ts'
import type { Plane, Raster } from '../../../src/main/imaging/raster.ts'
import { findRegions } from '../../../src/main/imaging/regions.ts'
import { noise } from './files.ts'

const width = 23
const height = 17
const ramp: Plane = {
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => i / (width * height - 1)),
}
const raw = (png: Buffer) => sharp(png).raw().toBuffer({ resolveWithObject: true })
const outline = [0, 255, 230]

function pixel(data: Buffer, index: number, channels: number): number[] {
  return Array.from(data.subarray(index * channels, index * channels + 3))
}

describe('heatmap', () => {
  test('is a PNG that another decoder reads back exactly', async () => {
    const { data, info } = await raw(await renderHeatmap(ramp))
    assert.deepEqual([info.width, info.height, info.channels], [width, height, 3])
    ramp.data.forEach((value, i) => assert.deepEqual(pixel(data, i, 3), colourOf(value)))
  })

  test('colours do not depend on the image: a quiet map stays dark', async () => {
    const quiet = { ...ramp, data: ramp.data.map((value) => value * 0.1) }
    const { data } = await raw(await renderHeatmap(quiet))
    assert.deepEqual(pixel(data, width * height - 1, 3), colourOf(0.1))
    assert.ok(Math.max(...data) < 80)
  })

  test('transparent: gone up to half the threshold, full from the threshold on', async () => {
    const { data, info } = await raw(await renderHeatmap(ramp, { transparent: true }))
    assert.equal(info.channels, 4)
    let last = 0
    ramp.data.forEach((value, i) => {
      const alpha = data[4 * i + 3] as number
      assert.ok(alpha >= last, 'never falls')
      last = alpha
      if (value < 0.245) assert.equal(alpha, 0)
      if (value > 0.505) assert.equal(alpha, 255)
    })
  })

  test('extremes of size', async () => {
    for (const [w, h] of [
      [1, 1],
      [1, 300],
      [1000, 1],
    ] as const) {
      const { info } = await raw(await renderHeatmap({ width: w, height: h, data: new Float32Array(w * h) }))
      assert.deepEqual([info.width, info.height], [w, h])
    }
  })
})

describe('overlay', () => {
  const grey: Raster = { width, height, channels: 1, data: new Float32Array(width * height).fill(0.5) }

  test('where the map is quiet the image is untouched', async () => {
    const quiet = { ...ramp, data: new Float32Array(width * height).fill(0.2) }
    const colours = Float32Array.from(noise(width * height * 3), (value) => value / 255)
    const colour: Raster = { width, height, channels: 3, data: colours }
    const { data } = await raw(await renderOverlay(colour, quiet, { opacity: 1, regions: [] }))
    assert.deepEqual(Array.from(data), Array.from(noise(width * height * 3)))
  })

  test('from the threshold on, image and colour mix by the opacity', async () => {
    const hot = { ...ramp, data: new Float32Array(width * height).fill(0.8) }
    for (const opacity of [0, 0.4, 1]) {
      const { data } = await raw(await renderOverlay(grey, hot, { opacity, regions: [] }))
      const expected = colourOf(0.8).map((value) => 127.5 * (1 - opacity) + value * opacity)
      pixel(data, 5, 3).forEach((value, c) => assert.ok(Math.abs(value - (expected[c] as number)) <= 1))
    }
  })

  test('outlines run exactly around the regions, on their outer side', async () => {
    // Random blobs away from the border, 40 px apart so that no two outlines meet.
    const size = 40
    const values = new Float32Array(size * size)
    noise(14 * 14).forEach((value, i) => {
      if (value > 110) values[(Math.floor(i / 14) + 13) * size + (i % 14) + 13] = 1
    })
    const plane = { width: size, height: size, data: values }
    const [region] = findRegions(plane, 0.5, { minimumArea: 40 })
    assert.ok(region !== undefined)
    const image: Raster = { width: size, height: size, channels: 1, data: new Float32Array(size * size) }
    const flat = { ...plane, data: new Float32Array(size * size) }
    const { data } = await raw(await renderOverlay(image, flat, { opacity: 0.5, regions: [region] }))

    // The background outside the region, flooded from the corner through edges: what an outer outline borders on.
    const own = ownPixels(values, size, region.peakAt)
    const outside = new Uint8Array(size * size)
    const stack = [0]
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (own[at] === 1 || outside[at] === 1) continue
      outside[at] = 1
      const x = at % size
      if (x > 0) stack.push(at - 1)
      if (x < size - 1) stack.push(at + 1)
      if (at >= size) stack.push(at - size)
      if (at < size * (size - 1)) stack.push(at + size)
    }
    for (let y = 1; y < size - 1; y++) {
      for (let x = 1; x < size - 1; x++) {
        const at = y * size + x
        const isDrawn = String(pixel(data, at, 3)) === String(outline)
        const besideEdge = [at - 1, at + 1, at - size, at + size].some((next) => own[next] === 1)
        if (own[at] === 1) assert.ok(!isDrawn, `region pixel ${x}, ${y} is hidden`)
        if (outside[at] === 1 && besideEdge) assert.ok(isDrawn, `gap at ${x}, ${y}`)
        if (isDrawn) assert.ok([-1, 0, 1].some((d) => [-1, 0, 1].some((e) => own[at + d * size + e] === 1)))
      }
    }
  })

  test('at the border of the image the outline stays visible', async () => {
    const values = new Float32Array(width * height)
    values.fill(1, 0, 4)
    const plane = { width, height, data: values }
    const regions = findRegions(plane, 0.5, { minimumArea: 1 })
    const { data } = await raw(
      await renderOverlay(grey, { ...plane, data: new Float32Array(values.length) }, { opacity: 1, regions }),
    )
    for (let x = 0; x < 5; x++) assert.deepEqual(pixel(data, x, 3), outline)
    assert.deepEqual(pixel(data, width, 3), outline)
  })

  test('refuses a map of another size', async () => {
    const other = { width: 2, height: 2, data: new Float32Array(4) }
    await assert.rejects(
      renderOverlay(grey, other, { opacity: 1, regions: [] }),
      /map is 2×2 px, image 23×17/,
    )
  })
})

/** The 8-connected pixels of the region that holds a pixel, found anew. */
function ownPixels(
  values: Float32Array,
  size: number,
  [startX, startY]: readonly [number, number],
): Uint8Array {
  const own = new Uint8Array(values.length)
  const stack = [startY * size + startX]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (own[at] === 1 || values[at] !== 1) continue
    own[at] = 1
    for (const step of [-size - 1, -size, -size + 1, -1, 1, size - 1, size, size + 1]) stack.push(at + step)
  }
  return own
}
