import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withFault } from '../../../src/main/models/faults.ts'
import { Random } from '../../../src/main/nn/random.ts'
import { drawPart } from './support/parts.ts'

for (const channels of [1, 3] as const)
  test(`a drawn fault changes a small place of an image, ${channels} channels`, () => {
    const random = new Random('faults')
    const good = drawPart(random, { width: 90, height: 60, channels })
    const before = good.data.slice()
    let visible = 0
    for (let round = 0; round < 60; round++) {
      const { width, height, channels: same, data } = withFault(good, random)
      assert.deepEqual([width, height, same], [90, 60, channels])
      assert.ok(data.every((value) => value >= 0 && value <= 1))
      const changed = data.filter((value, i) => Math.abs(value - before[i]) > 1e-3).length
      assert.ok(changed < 0.2 * data.length, `${changed} values are no small place`)
      if (data.some((value, i) => Math.abs(value - before[i]) > 0.03)) visible += 1
    }
    // A patch may land on its own like, and a spot may be drawn outside.
    assert.ok(visible >= 40, `${visible} of 60 can be seen`)
    assert.deepEqual(good.data, before, 'the image itself stays good')
  })

test('the same faults come from the same numbers', () => {
  const good = drawPart(new Random(1), { width: 40, height: 40 })
  assert.deepEqual(withFault(good, new Random(2)), withFault(good, new Random(2)))
  assert.notDeepEqual(withFault(good, new Random(2)), withFault(good, new Random(3)))
})

test('images of any size can have one', () => {
  const random = new Random('sizes')
  for (const [width, height] of [
    [1, 1],
    [3, 200],
    [500, 2],
    [33, 32],
  ])
    for (let round = 0; round < 12; round++) {
      const { data } = withFault(drawPart(random, { width, height }), random)
      assert.equal(data.length, width * height)
      assert.ok(data.every(Number.isFinite))
    }
})
