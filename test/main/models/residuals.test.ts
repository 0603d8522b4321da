import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Plane } from '../../../src/main/imaging/raster.ts'
import { ResidualTotals, spread, standardise } from '../../../src/main/models/residuals.ts'
import { Random } from '../../../src/main/nn/random.ts'
import { assertClose } from '../nn/compare.ts'

const random = new Random('residuals')

/** A residual that is larger to the right, with noise. */
function draw(width: number, height: number, slope = 1): Plane {
  const data = Float32Array.from(
    { length: width * height },
    (_, i) => 1 + (slope * (i % width)) / width + 0.2 * random.normal(),
  )
  return { width, height, data }
}

/** All values of the planes in a cell, found one by one. */
function valuesIn(planes: readonly Plane[], side: number, column: number, row: number): number[] {
  return planes.flatMap(({ width, height, data }) =>
    [...data].filter((_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)]
      return Math.floor((x * side) / width) === column && Math.floor((y * side) / height) === row
    }),
  )
}

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const varianceOf = (values: readonly number[]): number =>
  meanOf(values.map((value) => (value - meanOf(values)) ** 2))

describe('statistics by position', () => {
  // Parts of slightly different sizes share their positions.
  const planes = [draw(20, 16), draw(24, 16), draw(21, 17), draw(20, 16), draw(30, 20)]
  const side = 4
  const totals = new ResidualTotals(planes, side)

  for (const without of [undefined, 0, 3])
    test(`${without === undefined ? 'of all images' : `without image ${without}`} are those of a search`, () => {
      const used = planes.filter((_, index) => index !== without)
      const { side: cells, mean, deviation } = totals.statistics(without)
      assert.equal(cells, side)
      const means: number[] = []
      const variances: number[] = []
      for (let row = 0; row < side; row++)
        for (let column = 0; column < side; column++) {
          const values = valuesIn(used, side, column, row)
          means.push(meanOf(values))
          variances.push(varianceOf(values))
        }
      assertClose(mean, means, 1e-9, 'mean')
      // Drawn from a cell's own towards the common deviation: between both, and ordered as the own ones are.
      const typical = meanOf(variances)
      deviation.forEach((value, cell) => {
        const [low, high] = [variances[cell], typical].sort((a, b) => a - b)
        assert.ok(value ** 2 >= low - 1e-9 && value ** 2 <= high + 1e-9)
      })
      const order = (numbers: readonly number[]) =>
        numbers.map((_, i) => i).sort((a, b) => numbers[a] - numbers[b])
      assert.deepEqual(order(deviation), order(variances))
    })

  test('an image taken out leaves no trace: the rest alone give the same', () => {
    planes.forEach((_, without) => {
      const rest = new ResidualTotals(
        planes.filter((_, index) => index !== without),
        side,
      ).statistics()
      const { mean, deviation } = totals.statistics(without)
      assertClose(mean, rest.mean, 1e-12, 'mean')
      assertClose(deviation, rest.deviation, 1e-9, 'deviation')
    })
  })

  test('of one image alone stay its own', () => {
    const one = new ResidualTotals([draw(20, 20)], side)
    assert.deepEqual(one.statistics(0), one.statistics())
  })

  test('can divide even where all images are the same', () => {
    const flat: Plane = { width: 8, height: 8, data: new Float32Array(64).fill(2) }
    const { deviation } = new ResidualTotals([flat, flat, flat], 2).statistics()
    assert.ok(deviation.every((value) => value > 0))
  })
})

test('position is used where residuals repeat by place, and only there', () => {
  const sloped = Array.from({ length: 8 }, () => draw(40, 40))
  const anywhere = Array.from({ length: 8 }, () => draw(40, 40, 0))
  assert.ok(new ResidualTotals(sloped).side > 1)
  assert.equal(new ResidualTotals(anywhere).side, 1)
  assert.equal(new ResidualTotals(sloped.slice(0, 3)).side, 1, 'three images are too few to tell')
})

describe('a standardised map', () => {
  test('of good images has mean 0 and deviation 1', () => {
    const planes = Array.from({ length: 12 }, () => draw(32, 24))
    const statistics = new ResidualTotals(planes, 8).statistics()
    const values = planes.flatMap((plane) => [...standardise(plane, statistics).data])
    assert.ok(Math.abs(meanOf(values)) < 0.02)
    assert.ok(Math.abs(Math.sqrt(varianceOf(values)) - 1) < 0.1)
  })

  test('rises with the residual, everywhere and by its place’s deviation', () => {
    const statistics = { side: 1, mean: [2], deviation: [0.5] }
    const plane: Plane = { width: 3, height: 1, data: Float32Array.of(2, 2.5, 1) }
    assert.deepEqual(standardise(plane, statistics).data, Float32Array.of(0, 1, -2))
  })
})

test('cells spread to pixels without steps, through their centres', () => {
  const cells = [0, 10, 20, 30]
  const pixels = spread(cells, 2, 20, 20)
  assert.equal(pixels.length, 400)
  // Between the centres, at 5 and 15 of 20 pixels, half a pixel makes half a twentieth.
  assertClose([pixels[0], pixels[19], pixels[380], pixels[399]], cells, 1e-6, 'corners')
  const jumps = Array.from({ length: 19 }, (_, x) => pixels[200 + x + 1] - pixels[200 + x])
  assert.ok(
    jumps.every((jump) => jump >= 0 && jump <= 1.0001),
    'no step between cells',
  )
  assert.deepEqual(spread([7], 1, 3, 2), new Float32Array(6).fill(7))
})
