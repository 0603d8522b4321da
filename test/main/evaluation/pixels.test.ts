import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  PixelEvaluation,
  areaUpTo,
  aupro,
  auroc,
  connectedComponents,
  pixelAuroc,
} from '../../../src/main/evaluation/index.ts'
import type { AnomalyMap, Mask } from '../../../src/main/evaluation/index.ts'
import { seeded } from './random.ts'

const close = (actual: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)

const map = (width: number, values: readonly number[]): AnomalyMap => ({
  width,
  height: values.length / width,
  data: Float32Array.from(values),
})
const mask = (width: number, values: readonly number[]): Mask => ({
  width,
  height: values.length / width,
  data: Uint8Array.from(values),
})

/** The definition, threshold by threshold over exact values: slow, and independent of bins and sorting. */
function bruteForceAupro(maps: AnomalyMap[], masks: (Mask | null)[], limit: number): number {
  const background: number[] = []
  const regions: number[][] = []
  for (const [index, { width, height, data }] of maps.entries()) {
    const truth = masks[index]
    const seen = new Set<number>()
    const defect = (x: number, y: number): boolean =>
      x >= 0 && y >= 0 && x < width && y < height && truth?.data[y * width + x] === 1
    const collect = (x: number, y: number, region: number[]): void => {
      if (!defect(x, y) || seen.has(y * width + x)) return
      seen.add(y * width + x)
      region.push(data[y * width + x] ?? NaN)
      for (const dy of [-1, 0, 1]) for (const dx of [-1, 0, 1]) collect(x + dx, y + dy, region)
    }
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (!defect(x, y)) background.push(data[y * width + x] ?? NaN)
        else if (!seen.has(y * width + x)) {
          const region: number[] = []
          collect(x, y, region)
          regions.push(region)
        }
  }
  const share = (values: number[], threshold: number): number =>
    values.filter((value) => value >= threshold).length / values.length
  const points: [number, number][] = [[0, 0]]
  for (const threshold of [...new Set([...background, ...regions.flat()])].sort((a, b) => b - a))
    points.push([
      share(background, threshold),
      regions.reduce((sum, region) => sum + share(region, threshold), 0) / regions.length,
    ])
  let area = 0
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1] ?? [0, 0]
    const [x1, y1] = points[i] ?? [0, 0]
    if (x1 <= limit) area += ((x1 - x0) * (y0 + y1)) / 2
    else if (x0 < limit) {
      const y = y0 + ((y1 - y0) * (limit - x0)) / (x1 - x0)
      area += ((limit - x0) * (y0 + y)) / 2
    }
  }
  return area / limit
}

test('components join over corners, keep their areas, and do not leak round the edges', () => {
  const { labels, areas } = connectedComponents(
    mask(5, [
      ...[1, 0, 0, 0, 1], //
      ...[0, 1, 0, 0, 0],
      ...[1, 0, 0, 0, 0],
      ...[0, 0, 0, 1, 1],
    ]),
  )
  assert.deepEqual([...areas], [14, 3, 1, 2])
  assert.deepEqual(
    [...labels],
    [
      ...[1, 0, 0, 0, 2], //
      ...[0, 1, 0, 0, 0],
      ...[1, 0, 0, 0, 0],
      ...[0, 0, 0, 3, 3],
    ],
  )
})

test('a component of a million pixels does not exhaust the stack', () => {
  const data = new Uint8Array(1_000_000).fill(1)
  assert.deepEqual([...connectedComponents({ width: 1000, height: 1000, data }).areas], [0, 1_000_000])
})

test("AUPRO of anomalib's own test case: stripes on a ramp, limit 1/3, is 1/6", () => {
  const ramp = map(
    7,
    Array.from({ length: 2800 }, (_, index) => index / 2800),
  )
  const one = mask(7, Array.from({ length: 400 }, () => [0, 0, 0, 1, 0, 0, 0]).flat())
  const three = mask(7, Array.from({ length: 400 }, () => [0, 1, 0, 1, 0, 1, 0]).flat())
  close(aupro([ramp], [one], { fprLimit: 1 / 3 }), 1 / 6, 1e-3)
  close(aupro([ramp], [three], { fprLimit: 1 / 3 }), 1 / 6, 1e-3)
  close(aupro([ramp, ramp], [one, three], { fprLimit: 1 / 3 }), 1 / 6, 1e-3)
})

test('AUPRO by hand: two regions of different size weigh the same, the limit falls inside a segment', () => {
  // Regions: A = {9, 1} (left), B = {8} (right end of row 0). Background: 7, 6, 5, 4, 3 and so on.
  const values = map(4, [9, 7, 6, 8, 1, 5, 4, 3])
  const truth = mask(4, [1, 0, 0, 1, 1, 0, 0, 0])
  // Thresholds 9: (0, 1/4); 8: (0, 3/4); background 7..3 one by one: overlap stays 3/4; 1: (1, 1).
  close(aupro([values], [truth], { fprLimit: 0.3 }), 0.75)
  // Up to fpr 1 the last step rises straight up, at fpr = 1: nothing is added.
  close(aupro([values], [truth], { fprLimit: 1 }), 0.75)
  // A good image with one pixel above everything pushes the curve right: 6 background pixels, first one first.
  const good = map(1, [10])
  // Points: (1/6, 0), (1/6, 1/4), (1/6, 3/4), then flat. Area to 0.3 = (0.3 - 1/6) * 3/4.
  close(aupro([values, good], [truth, null], { fprLimit: 0.3 }), ((0.3 - 1 / 6) * 0.75) / 0.3)
  // All tied: the curve is the diagonal, cut at the limit by interpolation.
  close(aupro([map(2, [1, 1, 1, 1])], [mask(2, [1, 0, 0, 0])], { fprLimit: 0.3 }), 0.15)
})

test('AUPRO equals the definition on random maps with ties, negative values and several images', () => {
  const random = seeded(3)
  for (let round = 0; round < 25; round++) {
    const maps: AnomalyMap[] = []
    const masks: (Mask | null)[] = []
    for (let image = 0; image < 3; image++) {
      const width = 3 + Math.floor(random() * 8)
      const height = 3 + Math.floor(random() * 8)
      const pixels = Array.from({ length: width * height }, () => (random() < 0.25 ? 1 : 0))
      maps.push(
        map(
          width,
          pixels.map((defect) => Math.round((random() - 0.5 + defect * 0.3) * 20) / 8),
        ),
      )
      masks.push(image === 2 && round % 2 === 0 ? null : mask(width, pixels))
    }
    close(aupro(maps, masks), bruteForceAupro(maps, masks, 0.3))
    close(aupro(maps, masks, { fprLimit: 0.05 }), bruteForceAupro(maps, masks, 0.05))
  }
})

test('the pixel AUROC of the bins lies within its own error bound of the exact one, which is tiny', () => {
  const random = seeded(11)
  // Log-normal values: spread over many powers of two, as anomaly maps are.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const pixels = Array.from({ length: 200 * 300 }, () => (random() < 0.1 ? 1 : 0))
  const values = pixels.map((defect) => Math.fround(1e-3 * Math.exp(normal() * 1.5 + defect)))
  const evaluation = new PixelEvaluation()
  evaluation.add(map(200, values), mask(200, pixels))
  const exact = auroc(values, pixels)
  assert.ok(evaluation.aurocError() < 1e-5, `bound ${evaluation.aurocError()}`)
  assert.ok(Math.abs(evaluation.auroc() - exact) <= evaluation.aurocError() + 1e-12)
  close(pixelAuroc([map(200, values)], [mask(200, pixels)]), exact, 1e-5)
})

test('AUPRO of the bins lies within its own error bound of the exact one on continuous values', () => {
  const random = seeded(29)
  const pixels = Array.from({ length: 50 * 40 }, (_, index) => {
    const x = index % 50
    const y = (index - x) / 50
    return (x > 4 && x < 12 && y > 5 && y < 9) || (x > 30 && x < 34 && y > 20 && y < 35) ? 1 : 0
  })
  const values = map(
    50,
    pixels.map((defect) => 1e-3 * (-Math.log(1 - random()) - Math.log(1 - random())) * (1 + defect)),
  )
  const evaluation = new PixelEvaluation()
  evaluation.add(values, mask(50, pixels))
  const exact = bruteForceAupro([values], [mask(50, pixels)], 0.3)
  // With 2000 pixels a single pair of bin mates weighs 2e-5; with millions it is nothing.
  assert.ok(evaluation.auproError() < 1e-4, `bound ${evaluation.auproError()}`)
  assert.ok(Math.abs(evaluation.aupro() - exact) <= evaluation.auproError() + 1e-12)
})

test('values of both signs, zeros of both signs and infinities rank as numbers do', () => {
  const values = [-Infinity, -3.5, -1e-30, -0, 0, 1e-30, 2, Infinity]
  const pixels = [0, 1, 0, 1, 0, 1, 0, 1]
  // Pairs won by defects: -3.5 beats 1; -0 beats 2 and ties with 0; 1e-30 beats 3; Infinity beats 4: 10.5 of 16.
  close(pixelAuroc([map(8, values)], [mask(8, pixels)]), 10.5 / 16)
})

test('what cannot be judged is NaN, what does not fit is a clear error', () => {
  const flat = map(2, [1, 2, 3, 4])
  assert.ok(Number.isNaN(aupro([flat], [null])))
  assert.ok(Number.isNaN(pixelAuroc([flat], [mask(2, [0, 0, 0, 0])])))
  assert.throws(() => aupro([flat], []), /1 maps but 0 masks/)
  assert.throws(() => aupro([flat], [mask(4, [0, 0, 0, 1])]), /2x2 px but its mask 4x1 px/)
  assert.throws(() => pixelAuroc([map(2, [1, Number.NaN])], [null]), /value 1 of the map is NaN/)
  assert.throws(() => aupro([flat], [mask(2, [1, 0, 0, 0])], { fprLimit: 0 }), /limit/)
})

test('the area under a curve is cut at its limit', () => {
  close(areaUpTo([0, 1], [0, 1], 0.5), 0.125)
  close(areaUpTo([0, 0.5, 1], [0, 1, 1], 0.5), 0.25)
  close(areaUpTo([0, 0, 1], [0, 0.5, 0.5], 0.2), 0.1)
})
