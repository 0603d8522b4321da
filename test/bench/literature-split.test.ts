/** The protocol's promises: nothing abnormal is learned from, and everybody who has the seed has the split. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DataSetError } from '../../bench/literature/images.ts'
import { modes, splitOf, type Protocol, type Split } from '../../bench/literature/split.ts'

/** 1000 images of ten classes, of the last ones fewer. */
const labels = Uint8Array.from({ length: 1000 }, (_, index) =>
  index % 3 === 0 ? (index * 7) % 4 : (index * 7) % 10,
)
const protocol: Protocol = { mode: 'class-abnormal', class: 3, seed: 1, limit: null }

const normalOf = ({ train, validation, testNormal }: Split): number[] => [
  ...train,
  ...validation,
  ...testNormal,
]

for (const mode of modes)
  describe(mode, () => {
    const split = splitOf(labels, { ...protocol, mode })
    const isAbnormal = (index: number): boolean => (labels[index] === 3) === (mode === 'class-abnormal')

    test('no abnormal image is learned from or held out, and all are tested', () => {
      assert.ok(!normalOf(split).some(isAbnormal))
      assert.ok(split.testAbnormal.every(isAbnormal))
      assert.equal(split.testAbnormal.length, [...labels.keys()].filter(isAbnormal).length)
    })

    test('a fifth of the normal images is tested, a tenth of the rest held out', () => {
      const normal = [...labels.keys()].filter((index) => !isAbnormal(index)).length
      assert.equal(split.testNormal.length, Math.round(normal * 0.2))
      const learned = normal - split.testNormal.length
      assert.equal(split.validation.length, Math.max(3, Math.round(learned * 0.1)))
      assert.equal(split.train.length, learned - split.validation.length)
    })

    test('each image is in one list', () => {
      const all = [...normalOf(split), ...split.testAbnormal]
      assert.equal(all.length, labels.length)
      assert.equal(new Set(all).size, labels.length)
    })
  })

test('the seed alone decides', () => {
  assert.deepEqual(splitOf(labels, protocol), splitOf(labels, protocol))
  assert.notDeepEqual(splitOf(labels, protocol).train, splitOf(labels, { ...protocol, seed: 2 }).train)
})

test('a limit takes equally many of each class, the same ones whichever class is abnormal', () => {
  const even = Uint8Array.from({ length: 1000 }, (_, index) => index % 10)
  const used = (number: number): number[] => {
    const split = splitOf(even, { ...protocol, class: number, limit: 200 })
    return [...normalOf(split), ...split.testAbnormal].sort((a, b) => a - b)
  }
  const drawn = used(0)
  assert.equal(drawn.length, 200)
  for (let number = 0; number < 10; number++)
    assert.equal(drawn.filter((index) => even[index] === number).length, 20)
  assert.deepEqual(used(4), drawn)
})

test('a limit above the number of images uses all', () => {
  assert.deepEqual(splitOf(labels, { ...protocol, limit: 5000 }), splitOf(labels, protocol))
})

test('too few images are told', () => {
  for (const mode of modes)
    assert.throws(() => splitOf(labels, { ...protocol, mode, limit: 5 }), DataSetError)
  const without = labels.map((label) => (label === 3 ? 4 : label))
  assert.throws(() => splitOf(without, protocol), /class 3, class-abnormal: 1000 normal and 0 abnormal/)
})

test('of many images, no more than 500 are held out', () => {
  const many = Uint8Array.from({ length: 20_000 }, (_, index) => index % 10)
  assert.equal(splitOf(many, protocol).validation.length, 500)
})
