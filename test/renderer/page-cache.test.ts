import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PageCache, type Page } from '../../src/renderer/pages/samples/page-cache.ts'

interface Request {
  readonly offset: number
  readonly signal: AbortSignal
  answer(page: Page<string>): Promise<void>
}

function setUp(capacity = 40) {
  const requests: Request[] = []
  const seen = { changes: 0, errors: [] as unknown[] }
  const cache = new PageCache<string>({
    pageSize: 10,
    capacity,
    onChange: () => (seen.changes += 1),
    onError: (error) => seen.errors.push(error),
    fetch: (offset, _limit, signal) =>
      new Promise((resolve) =>
        requests.push({
          offset,
          signal,
          answer: async (page) => {
            resolve(page)
            await new Promise((done) => setImmediate(done))
          },
        }),
      ),
  })
  return { cache, requests, seen }
}
const pageAt = (offset: number, total: number, mark = ''): Page<string> => ({
  total,
  items: Array.from(
    { length: Math.max(0, Math.min(10, total - offset)) },
    (_, place) => `${offset + place}${mark}`,
  ),
})

test('what is in sight is fetched once and then there', async () => {
  const { cache, requests, seen } = setUp()
  assert.equal(cache.at(3), undefined)
  cache.want(0, 12)
  cache.want(0, 12)
  assert.deepEqual(
    requests.map(({ offset }) => offset),
    [0, 10],
  )
  await requests[0]?.answer(pageAt(0, 50_000))
  assert.equal(cache.total, 50_000)
  assert.equal(cache.at(3), '3')
  assert.equal(cache.at(12), undefined)
  assert.equal(seen.changes, 1)
  cache.want(0, 9)
  assert.equal(requests.length, 2)
})

test('a page that was scrolled away from before it came is given up and asked again later', async () => {
  const { cache, requests, seen } = setUp()
  cache.want(0, 9)
  cache.want(400, 409)
  assert.equal(requests[0]?.signal.aborted, true)
  await requests[0]?.answer(pageAt(0, 1000))
  assert.equal(cache.at(0), undefined)
  assert.equal(seen.errors.length, 0)
  cache.want(0, 9)
  assert.deepEqual(
    requests.map(({ offset }) => offset),
    [0, 400, 0],
  )
})

test('after a change the old page is shown until the fresh one is there', async () => {
  const { cache, requests } = setUp()
  cache.want(0, 9)
  await requests[0]?.answer(pageAt(0, 30))
  cache.refresh()
  assert.equal(cache.at(1), '1')
  assert.equal(requests.length, 2)
  await requests[1]?.answer(pageAt(0, 30, ' new'))
  assert.equal(cache.at(1), '1 new')
})

test('an answer from before a change does not hide the change', async () => {
  const { cache, requests } = setUp()
  cache.want(0, 9)
  cache.refresh()
  await requests[1]?.answer(pageAt(0, 30, ' new'))
  await requests[0]?.answer(pageAt(0, 30, ' old'))
  assert.equal(cache.at(1), '1 new')
})

test('pages beyond a list that became shorter are dropped and not asked for', async () => {
  const { cache, requests } = setUp()
  cache.want(0, 29)
  for (const [place, request] of requests.entries()) await request.answer(pageAt(place * 10, 30))
  assert.equal(cache.at(25), '25')
  cache.refresh()
  await requests[3]?.answer(pageAt(0, 5))
  assert.equal(cache.total, 5)
  assert.equal(cache.at(25), undefined)
  const before = requests.length
  cache.want(20, 29)
  assert.equal(requests.length, before)
})

test('memory stays small: the pages used longest ago are forgotten', async () => {
  const { cache, requests } = setUp(3)
  for (const number of [0, 1, 2, 3, 4]) {
    cache.want(number * 10, number * 10 + 9)
    await requests[number]?.answer(pageAt(number * 10, 1000))
  }
  assert.equal([...cache.loaded()].length, 30)
  assert.equal(cache.at(0), undefined)
  assert.equal(cache.at(45), '45')
})

test('an error is told, and the page asked for again when it is looked at again', async () => {
  const errors: unknown[] = []
  let attempts = 0
  const cache = new PageCache<string>({
    onChange: () => undefined,
    onError: (error) => errors.push(error),
    fetch: () => {
      attempts += 1
      return Promise.reject(new Error('cut'))
    },
  })
  cache.want(0, 9)
  await new Promise((done) => setImmediate(done))
  assert.equal(errors.length, 1)
  cache.want(0, 9)
  assert.equal(attempts, 2)
})

test('a label is shown at once, before the core has told of it', async () => {
  const { cache, requests } = setUp()
  cache.want(0, 9)
  await requests[0]?.answer(pageAt(0, 10))
  cache.replace((item) => (item === '4' ? 'four' : item))
  assert.equal(cache.at(4), 'four')
  assert.equal(cache.at(5), '5')
})
