import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Random } from '../../../src/main/nn/random.ts'

/** Chi-squared statistic of counts that should be equal. */
function chiSquared(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length
  return counts.reduce((total, count) => total + (count - expected) ** 2 / expected, 0)
}

test('the first values are those of the published generator', () => {
  // xoshiro128** 1.1, prng.di.unimi.it/xoshiro128starstar.c, from the state 1, 2, 3, 4.
  const random = Random.from({ words: [1, 2, 3, 4], spare: null })
  assert.deepEqual(
    Array.from({ length: 10 }, () => random.bits()),
    [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804],
  )
})

describe('seeds', () => {
  const firstOf = (seed: number | string) => new Random(seed).bits()

  test('the same seed gives the same values, now and in later versions', () => {
    assert.equal(firstOf(1), firstOf('1'))
    assert.deepEqual([0, 1, 'a'].map(firstOf), [3542772213, 2863164244, 2666612042])
  })

  test('near seeds give unrelated streams', () => {
    const seen = new Set(Array.from({ length: 2000 }, (_, seed) => firstOf(seed)))
    assert.ok(seen.size > 1998)
    const [a, b] = [new Random(1), new Random(2)]
    let product = 0
    for (let i = 0; i < 20000; i++) product += (a.next() - 0.5) * (b.next() - 0.5)
    // Standard deviation of the mean product: 1/12 / √20000.
    assert.ok(Math.abs(product / 20000) < (4 / 12) * 20000 ** -0.5)
  })
})

describe('distributions', () => {
  const count = 100_000

  test('next is uniform in [0, 1)', () => {
    const random = new Random('uniform')
    const counts = new Array<number>(50).fill(0)
    for (let i = 0; i < count; i++) {
      const value = random.next()
      assert.ok(value >= 0 && value < 1)
      counts[Math.floor(value * 50)]++
    }
    // 49 degrees of freedom: 95 is passed once in 10,000 times.
    assert.ok(chiSquared(counts) < 95)
  })

  test('normal has the moments and the tails of a normal distribution', () => {
    const random = new Random('normal')
    let sum = 0
    let squares = 0
    let fourth = 0
    let beyond = 0
    let neighbours = 0
    let last = 0
    for (let i = 0; i < count; i++) {
      const value = random.normal()
      sum += value
      squares += value ** 2
      fourth += value ** 4
      if (Math.abs(value) > 2) beyond++
      neighbours += value * last
      last = value
    }
    const error = 4 / Math.sqrt(count)
    assert.ok(Math.abs(sum / count) < error)
    assert.ok(Math.abs(squares / count - 1) < error * Math.sqrt(2))
    assert.ok(Math.abs(fourth / count - 3) < error * Math.sqrt(96))
    assert.ok(Math.abs(beyond / count - 0.0455) < error * Math.sqrt(0.0455))
    // The two values of a Box–Muller pair are independent.
    assert.ok(Math.abs(neighbours / count) < error)
  })

  test('integer is uniform, also where 2³² is no multiple', () => {
    const random = new Random('integer')
    const counts = new Array<number>(7).fill(0)
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]++
    assert.ok(chiSquared(counts) < 28)
    // With modulo bias, a third of the values below 2³¹ would come twice as often.
    let low = 0
    for (let i = 0; i < count; i++) if (random.integer(3 * 2 ** 30) < 2 ** 30) low++
    assert.ok(Math.abs(low / count - 1 / 3) < 4 * Math.sqrt(2 / 9 / count))
    assert.equal(random.integer(1), 0)
    for (const wrong of [0, -1, 1.5, 2 ** 33, Number.NaN])
      assert.throws(() => random.integer(wrong), RangeError)
  })

  test('shuffle gives every order equally often', () => {
    const random = new Random('shuffle')
    const counts = new Map<string, number>()
    for (let i = 0; i < 24_000; i++) {
      const order = random.shuffle([1, 2, 3, 4]).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    assert.equal(counts.size, 24)
    // 23 degrees of freedom.
    assert.ok(chiSquared([...counts.values()]) < 58)
    const typed = random.shuffle(Int32Array.of(5, 6, 7))
    assert.deepEqual([...typed].sort(), [5, 6, 7])
    assert.deepEqual(random.shuffle([]), [])
  })
})

describe('state', () => {
  test('goes on identically after a trip through JSON, also between the two normals of a pair', () => {
    const random = new Random(5)
    random.normal()
    const state = JSON.parse(JSON.stringify(random.state())) as ReturnType<Random['state']>
    const draw = (from: Random) => [from.normal(), from.normal(), from.next(), from.integer(10), from.bits()]
    assert.deepEqual(draw(Random.from(state)), draw(random))
  })

  test('is a copy', () => {
    const random = new Random(5)
    const state = random.state()
    random.next()
    assert.notDeepEqual(random.state(), state)
  })

  test('what is no state is refused', () => {
    const random = new Random(5)
    for (const words of [
      [1, 2, 3],
      [0, 0, 0, 0],
      [1, 2, 3, -4],
      [1, 2, 3, 0.5],
      [1, 2, 3, 2 ** 32],
    ])
      assert.throws(() => {
        random.restore({ words: words as unknown as [number, number, number, number], spare: null })
      }, RangeError)
    assert.throws(() => {
      random.restore({ words: [1, 2, 3, 4], spare: Number.NaN })
    }, RangeError)
  })
})
