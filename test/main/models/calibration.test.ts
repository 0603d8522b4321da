import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { thresholdFromGood } from '../../../src/main/evaluation/index.ts'
import {
  calibrate,
  combine,
  normalisedScore,
  normaliseMap,
  spreadOf,
} from '../../../src/main/models/calibration.ts'
import { Random } from '../../../src/main/nn/random.ts'

const threshold = {
  value: 3,
  low: 2.5,
  high: 4,
  mode: 'false-alarm-rate',
  falseAlarmRate: 0.01,
} as const

describe('the normalised score', () => {
  const constants = { threshold, spread: 0.5 }

  test('is a half at the threshold, grows with the score and stays between 0 and 1', () => {
    assert.equal(normalisedScore(3, constants), 0.5)
    const scores = [-1e6, -5, 0, 2.9, 3, 3.1, 4, 20, 1e6]
    const normalised = scores.map((score) => normalisedScore(score, constants))
    assert.deepEqual(
      normalised,
      normalised.toSorted((a, b) => a - b),
    )
    assert.ok(normalised.every((value) => value >= 0 && value <= 1))
    assert.ok(normalisedScore(2.9, constants) < 0.5 && normalisedScore(3.1, constants) > 0.5)
  })

  test('is measured in spreads of good parts, whatever the unit of the score', () => {
    const inThousands = { threshold: { ...threshold, value: 3000 }, spread: 500 }
    for (const score of [1, 2.7, 3.3, 5])
      assert.ok(
        Math.abs(normalisedScore(score, constants) - normalisedScore(1000 * score, inThousands)) < 1e-12,
      )
    assert.ok(Math.abs(normalisedScore(3.5, constants) - 1 / (1 + Math.exp(-1))) < 1e-12)
  })
})

test('the normalised map is a half at the pixel threshold, 0 below 0, under 1 above', () => {
  const values = [-10, 0, 1, 2, 3, 4, 1e30]
  const plane = { width: 7, height: 1, data: Float32Array.from(values) }
  const { width, height, data } = normaliseMap(plane, { pixelThreshold: 2 })
  assert.deepEqual([width, height], [7, 1])
  assert.deepEqual([data[0], data[1], data[3]], [0, 0, 0.5])
  assert.deepEqual(
    [...data.subarray(1)],
    [...data.subarray(1)].sort((a, b) => a - b),
    'it keeps the order',
  )
  assert.ok(data.every((value) => value >= 0 && value <= 1))
  assert.equal(plane.data[0], -10, 'the map itself stays as it is')
})

test('mean and deviation, which never is 0', () => {
  assert.deepEqual(spreadOf([1, 3, 1, 3]), { mean: 2, deviation: 1 })
  for (const constant of [0, 5, -1e9, 1e-20]) {
    const { mean, deviation } = spreadOf([constant, constant, constant])
    assert.equal(mean, constant)
    assert.ok(deviation > 0)
  }
})

test('the combined score is the mean of both, each in units of its spread', () => {
  const statistics = { latent: { mean: 10, deviation: 2 }, map: { mean: -1, deviation: 0.5 } }
  assert.equal(combine(10, -1, statistics), 0)
  assert.equal(combine(14, 0, statistics), 0.5 * (2 + 2))
  assert.equal(combine(12, -1, statistics), 0.5)
})

describe('a calibration', () => {
  const random = new Random('good')
  const scores = Array.from({ length: 40 }, () => {
    const [latent, map] = [Math.abs(random.normal()), 5 + random.normal()]
    return { latent, map, combined: latent + map }
  })
  const statistics = {
    latent: spreadOf(scores.map(({ latent }) => latent)),
    map: spreadOf(scores.map(({ map }) => map)),
  }
  const peaks = scores.map(({ map }) => map)
  const make = (rate: number, name: 'latent' | 'map' = 'map') =>
    calibrate(scores, statistics, peaks, name, rate, null)

  test('keeps the evidence, sorted', () => {
    const { goodScores } = make(0.05)
    for (const name of ['latent', 'map', 'combined'] as const)
      assert.deepEqual(
        goodScores[name],
        scores.map((score) => score[name]).sort((a, b) => a - b),
      )
  })

  test('takes its threshold from good parts at the false-alarm rate', () => {
    const { threshold: found, defaultScore } = make(0.05)
    const expected = thresholdFromGood(peaks, 0.05)
    assert.equal(defaultScore, 'map')
    assert.deepEqual(found, {
      value: expected.value,
      low: expected.low,
      high: expected.high,
      mode: 'false-alarm-rate',
      falseAlarmRate: 0.05,
    })
    assert.ok(found.low <= found.value && found.value <= found.high)
    assert.ok(
      make(0.01).threshold.value > make(0.2).threshold.value,
      'fewer false alarms, a higher threshold',
    )
    assert.notEqual(make(0.05, 'latent').threshold.value, found.value)
  })

  test('its constants can divide', () => {
    const same = Array.from({ length: 5 }, () => ({ latent: 0, map: -3, combined: 0 }))
    const flat = { latent: spreadOf([0, 0]), map: spreadOf([-3, -3]) }
    const { spread, pixelThreshold } = calibrate(same, flat, [-3, -3, -3, -3, -3], 'map', 0.01, null)
    assert.ok(spread > 0)
    assert.ok(pixelThreshold > 0)
  })
})
