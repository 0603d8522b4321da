import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  assembleMap,
  extractView,
  mapToImage,
  planViews,
  prepare,
  type FitMode,
  type FitOptions,
} from '../../../src/main/imaging/fit.ts'
import type { Plane, Raster } from '../../../src/main/imaging/raster.ts'

const options = (mode: FitMode, size = 32, overlap = 0.25, scale = 1): FitOptions => ({
  mode,
  size,
  overlap,
  scale,
})

function image(width: number, height: number, value: (x: number, y: number) => number): Raster {
  const data = Float32Array.from({ length: width * height }, (_, i) =>
    value(i % width, Math.floor(i / width)),
  )
  return { width, height, channels: 1, data }
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0)
}

/** The views' own pixels, as a model would see them. */
function cut(raster: Raster, fit: FitOptions) {
  const plan = planViews(raster.width, raster.height, fit)
  const prepared = prepare(raster, plan)
  const maps = plan.views.map((view) => {
    const target = new Float32Array(fit.size ** 2 * raster.channels)
    extractView(prepared, view, fit.size, target, 0)
    return target
  })
  return { plan, prepared, maps }
}

describe('planning', () => {
  test('tiles cover every pixel, stay inside, and overlap by what was asked', () => {
    for (const size of [16, 32, 64]) {
      for (const overlap of [0, 0.1, 0.25, 0.5, 0.75]) {
        for (const [width, height] of [
          [64, 64],
          [65, 97],
          [100, 33],
          [257, 131],
          [20, 300],
        ] as const) {
          const plan = planViews(width, height, options('tile', size, overlap))
          const covered = new Uint8Array(plan.workingWidth * plan.workingHeight)
          for (const { x, y, width: w, height: h } of plan.views) {
            assert.ok(x >= 0 && y >= 0 && x + w <= plan.workingWidth && y + h <= plan.workingHeight)
            assert.ok(w === size && h === size)
            for (let row = y; row < y + h; row++)
              covered.fill(1, row * plan.workingWidth + x, row * plan.workingWidth + x + w)
          }
          assert.ok(covered.every((value) => value === 1))
          const columns = [...new Set(plan.views.map((view) => view.x))]
          assert.equal(columns.at(-1), plan.workingWidth - size)
          for (let i = 1; i < columns.length; i++) {
            const shared = (columns[i - 1] as number) + size - (columns[i] as number)
            // Half a pixel of rounding at each end.
            assert.ok(
              shared >= Math.round(size * overlap) - 1,
              `${shared} of ${size} px shared, ${overlap} asked`,
            )
          }
        }
      }
    }
  })

  test('no more tiles than needed', () => {
    assert.equal(planViews(64, 64, options('tile', 64, 0.5)).views.length, 1)
    assert.equal(planViews(128, 64, options('tile', 64, 0)).views.length, 2)
    assert.equal(planViews(112, 64, options('tile', 64, 0.25)).views.length, 2)
    assert.equal(planViews(113, 64, options('tile', 64, 0.25)).views.length, 3)
  })

  test('scale resizes before tiling', () => {
    const plan = planViews(400, 200, options('tile', 32, 0.25, 0.5))
    assert.deepEqual([plan.workingWidth, plan.workingHeight], [200, 100])
  })

  test('letterbox keeps proportions, centre crop takes the middle square', () => {
    assert.deepEqual(planViews(200, 100, options('letterbox', 64)).content, {
      x: 0,
      y: 16,
      width: 64,
      height: 32,
    })
    assert.deepEqual(planViews(10, 1000, options('letterbox', 64)).content, {
      x: 31,
      y: 0,
      width: 1,
      height: 64,
    })
    assert.deepEqual(planViews(200, 101, options('centre-crop')).source, {
      x: 49,
      y: 0,
      width: 101,
      height: 101,
    })
  })

  test('refuses what makes no sense', () => {
    assert.throws(() => planViews(10, 10, options('tile', 32, 0.8)), RangeError)
    assert.throws(() => planViews(10, 10, options('tile', 32, 0.5, 0)), RangeError)
    assert.throws(() => planViews(10, 10, options('stretch', 0)), RangeError)
    assert.throws(() => planViews(0, 10, options('stretch')), RangeError)
    assert.throws(() => planViews(10.5, 10, options('stretch')), RangeError)
    const plan = planViews(10, 10, options('stretch'))
    assert.throws(
      () =>
        prepare(
          image(11, 10, () => 0),
          plan,
        ),
      /plan is for 10×10 px, image has 11×10/,
    )
    assert.throws(() => assembleMap(plan, []), RangeError)
    assert.throws(() => assembleMap(plan, [new Float32Array(5)]), RangeError)
  })
})

describe('preparing', () => {
  test('letterbox fills up with edge pixels', () => {
    const { prepared } = cut(
      image(64, 32, (_, y) => y / 31),
      options('letterbox', 64),
    )
    const row = (y: number) => prepared.data.subarray(y * 64, (y + 1) * 64)
    for (let y = 0; y < 16; y++) assert.deepEqual(row(y), row(16))
    for (let y = 48; y < 64; y++) assert.deepEqual(row(y), row(47))
    assert.equal(row(16)[0], 0)
    assert.equal(row(47)[0], 1)
  })

  test('an image smaller than a tile is mirrored around itself', () => {
    const small = image(5, 40, (x, y) => x / 10 + y / 100)
    const { plan, prepared } = cut(small, options('tile', 16))
    assert.equal(plan.content.x, 5)
    const row = Array.from(prepared.data.subarray(0, 16), (v) => Math.round(v * 10))
    assert.deepEqual(row, [4, 3, 2, 1, 0, 0, 1, 2, 3, 4, 4, 3, 2, 1, 0, 0])
  })

  test('one pixel is enough', () => {
    for (const mode of ['stretch', 'letterbox', 'centre-crop', 'tile'] as const) {
      const { prepared, maps, plan } = cut(
        image(1, 1, () => 0.7),
        options(mode, 16),
      )
      assert.ok(prepared.data.every((value) => Math.abs(value - 0.7) < 1e-6))
      assert.deepEqual(mapToImage(plan, assembleMap(plan, maps)).data.length, 1)
    }
  })

  test('nothing to do: the raster itself', () => {
    const raster = image(48, 40, (x) => x / 48)
    assert.equal(prepare(raster, planViews(48, 40, options('tile', 32))), raster)
  })

  test('views are planar, colour by colour', () => {
    const width = 20
    const height = 18
    const data = Float32Array.from({ length: width * height * 3 }, (_, i) => i)
    const raster: Raster = { width, height, channels: 3, data }
    const plan = planViews(width, height, options('tile', 16))
    const target = new Float32Array(16 * 16 * 3 + 7).fill(-1)
    const view = plan.views.at(-1)
    assert.ok(view !== undefined && view.x === 4 && view.y === 2)
    extractView(prepare(raster, plan), view, 16, target, 7)
    assert.equal(target[6], -1)
    for (const [c, y, x] of [
      [0, 0, 0],
      [1, 3, 5],
      [2, 15, 15],
    ] as const) {
      assert.equal(target[7 + (c * 16 + y) * 16 + x], ((y + 2) * width + x + 4) * 3 + c)
    }
  })
})

describe('assembling', () => {
  const smooth = (x: number, y: number) =>
    0.3 + 0.002 * x + 0.001 * y + 0.2 * Math.sin(x / 13) * Math.cos(y / 17)

  test('tiles cut from a smooth plane give that plane', () => {
    for (const [width, height] of [
      [200, 131],
      [64, 64],
      [20, 90],
      [65, 64],
    ] as const) {
      for (const overlap of [0, 0.25, 0.6]) {
        const plane = image(width, height, smooth)
        const { plan, maps } = cut(plane, options('tile', 64, overlap))
        const joined = assembleMap(plan, maps)
        assert.deepEqual([joined.width, joined.height], [width, height])
        assert.ok(largestDifference(joined.data, plane.data) < 1e-6)
      }
    }
  })

  test('tiles that disagree leave no border: every step stays far below their disagreement', () => {
    const size = 64
    for (const overlap of [0.25, 0.5, 0.7]) {
      const plan = planViews(300, 220, options('tile', size, overlap))
      // Neighbouring tiles differ by up to 1: as bad as it can get.
      const maps = plan.views.map((_, i) => new Float32Array(size * size).fill((i * 7) % 2 === 0 ? 0 : 1))
      const { data, width, height } = assembleMap(plan, maps)
      let steepest = 0
      let bend = 0
      for (let y = 1; y < height - 1; y++) {
        for (let x = 1; x < width - 1; x++) {
          const at = y * width + x
          const value = data[at] as number
          for (const next of [at + 1, at + width]) {
            steepest = Math.max(steepest, Math.abs((data[next] as number) - value))
          }
          for (const step of [1, width]) {
            bend = Math.max(
              bend,
              Math.abs((data[at - step] as number) + (data[at + step] as number) - 2 * value),
            )
          }
        }
      }
      // A linear ramp across the overlap would have 1 / (overlap · size) per pixel and a kink as large at its ends.
      const ramp = 1 / (overlap * size)
      assert.ok(steepest < 2.5 * ramp, `step ${steepest} at overlap ${overlap}`)
      assert.ok(bend < 0.5 * ramp, `bend ${bend} at overlap ${overlap}`)
    }
  })

  test('constant tiles give a constant, also at the image border', () => {
    const plan = planViews(150, 90, options('tile', 32, 0.3))
    const { data } = assembleMap(
      plan,
      plan.views.map(() => new Float32Array(32 * 32).fill(0.4)),
    )
    for (const value of data) assert.ok(Math.abs(value - 0.4) < 1e-6)
  })

  test('letterbox borders are dropped, and the map comes back to the image', () => {
    for (const mode of ['stretch', 'letterbox', 'tile'] as const) {
      const original = image(120, 70, smooth)
      const { plan, maps } = cut(original, options(mode, 64))
      const back = mapToImage(plan, assembleMap(plan, maps))
      assert.deepEqual([back.width, back.height], [120, 70])
      // Resampled to 64 px and back: a smooth picture survives.
      assert.ok(largestDifference(back.data, original.data) < 0.02, mode)
    }
  })

  test('centre crop: the crop in its place, nothing outside', () => {
    const { plan, maps } = cut(
      image(100, 60, () => 1),
      options('centre-crop', 32),
    )
    const { data } = mapToImage(plan, assembleMap(plan, maps))
    for (let y = 0; y < 60; y++) {
      for (let x = 0; x < 100; x++) {
        const expected = x >= 20 && x < 80 ? 1 : 0
        assert.ok(Math.abs((data[y * 100 + x] as number) - expected) < 1e-6)
      }
    }
  })

  test('a bright spot stays where it is in the image', () => {
    for (const mode of ['stretch', 'letterbox', 'centre-crop', 'tile'] as const) {
      const spot = image(200, 120, (x, y) => Math.exp(-((x - 113) ** 2 + (y - 38) ** 2) / 60))
      const { plan, maps } = cut(spot, options(mode, 64, 0.25, 0.5))
      const plane: Plane = mapToImage(plan, assembleMap(plan, maps))
      let sum = 0
      let sumX = 0
      let sumY = 0
      plane.data.forEach((value, i) => {
        sum += value
        sumX += value * (i % 200)
        sumY += value * Math.floor(i / 200)
      })
      assert.ok(
        Math.abs(sumX / sum - 113) < 0.3 && Math.abs(sumY / sum - 38) < 0.3,
        `${mode} ${sumX / sum} ${sumY / sum}`,
      )
    }
  })
})
