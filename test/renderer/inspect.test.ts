import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Inspection } from '../../src/contract/index.ts'
import { suggestedReasons } from '../../src/renderer/components/inspection/reasons.ts'
import { scoreDigits } from '../../src/renderer/components/inspection/score.ts'
import { nextLotName } from '../../src/renderer/pages/inspect/lots.ts'
import {
  mergeInspections,
  mergeRejected,
  neighbour,
  stripWindow,
  yieldOf,
} from '../../src/renderer/pages/inspect/strip.ts'

const now = new Date(2026, 10, 24, 23, 59)

function inspection(number: number, values: Partial<Inspection> = {}): Inspection {
  const two = String(number).padStart(2, '0')
  return {
    id: `inspection${two}`,
    projectId: 'project1',
    modelId: 'model01',
    lotId: 'lot0001',
    lotName: 'A',
    fileName: `${two}.png`,
    sourcePath: `/parts/${two}.png`,
    hasImage: true,
    hasMap: true,
    width: 64,
    height: 64,
    score: 1,
    normalisedScore: 0.4,
    threshold: 2,
    verdict: 'ok',
    review: null,
    finalVerdict: 'ok',
    milliseconds: 5,
    regionCount: 0,
    inspectedAt: `2026-11-24T10:00:${two}.000Z`,
    ...values,
  }
}
/** Newest first, as the core gives them. */
const thirty = Array.from({ length: 30 }, (_, index) => inspection(30 - index))
const ids = (list: readonly Inspection[]): string[] => list.map((one) => one.id)

test('lots are named by the local date and a running number', () => {
  assert.equal(nextLotName(null, [], now), '2026-11-24-01')
  assert.equal(nextLotName('2026-11-24-01', ['2026-11-24-01', '2026-11-24-02'], now), '2026-11-24-03')
  assert.equal(nextLotName('2026-11-23-07', ['2026-11-23-07'], now), '2026-11-24-01', 'a new day counts anew')
  assert.equal(nextLotName('Monday, early', [], now), '2026-11-24-01')
})

test("people's own numbering goes on", () => {
  assert.equal(nextLotName('Order 4711-2', ['Order 4711-2'], now), 'Order 4711-3')
  assert.equal(nextLotName('Tray 009', ['Tray 009', 'Tray 010'], now), 'Tray 011')
})

test('a verdict that is told live and fetched too is there once, with its review', () => {
  const reviewed = inspection(30, { finalVerdict: 'ng' })
  const merged = mergeInspections([reviewed, ...thirty.slice(1)], [inspection(31), inspection(30)])
  assert.equal(merged.length, 31)
  assert.equal(merged[0]?.id, 'inspection31')
  assert.equal(merged[1]?.finalVerdict, 'ng')
  assert.deepEqual(ids(mergeInspections(thirty, [])), ids(thirty))
})

test('verdicts of the same moment keep one order, whichever way they came', () => {
  const same = [1, 2, 3].map((number) => inspection(number, { inspectedAt: '2026-11-24T10:00:00.000Z' }))
  assert.deepEqual(ids(mergeInspections(same, [])).length, 3)
  assert.deepEqual(
    ids(mergeInspections(same.slice(0, 1), same.slice(1))),
    ids(mergeInspections(same.slice(1), same.slice(0, 1))),
  )
})

test('the strip shows the last verdicts, oldest at the left, and moves along with an older choice', () => {
  assert.deepEqual(ids(stripWindow(thirty, null, 20)), ids(thirty.slice(0, 20)).reverse())
  assert.deepEqual(ids(stripWindow(thirty, thirty[19]?.id ?? '', 20)), ids(thirty.slice(0, 20)).reverse())
  const older = ids(stripWindow(thirty, 'inspection02', 20))
  assert.equal(older.length, 20)
  assert.ok(older.includes('inspection02'))
  assert.equal(older[0], 'inspection01')
  assert.equal(stripWindow(thirty.slice(0, 3), null, 20).length, 3)
  assert.deepEqual(stripWindow([], null, 20), [])
})

test('next is newer, previous is older, and both end', () => {
  assert.equal(neighbour(thirty, 'inspection10', 1)?.id, 'inspection11')
  assert.equal(neighbour(thirty, 'inspection10', -1)?.id, 'inspection09')
  assert.equal(neighbour(thirty, 'inspection30', 1), null)
  assert.equal(neighbour(thirty, 'inspection01', -1), null)
  assert.equal(neighbour([], null, 1), null)
})

test('a file that could not be judged is listed once, told live or at the end', () => {
  const told = [
    { file: 'a.png', reason: 'is no image' },
    { file: 'a.png', reason: 'is no image' },
  ]
  const ended = [
    { file: 'a.png', reason: 'is no image' },
    { file: 'b.png', reason: 'is empty' },
  ]
  assert.deepEqual(
    mergeRejected(told, ended).map(({ file }) => file),
    ['a.png', 'b.png'],
  )
})

test('yield is the share of good parts, and none without parts', () => {
  assert.equal(yieldOf(0, 0), null)
  assert.equal(yieldOf(3, 4), 0.75)
})

test('a score beside the threshold is not written like it', () => {
  assert.equal(scoreDigits(0.31), 2)
  assert.equal(scoreDigits(0.5), 2)
  assert.equal(scoreDigits(0.4962), 3)
  assert.equal(scoreDigits(0.50004), 4)
})

test('reasons used most come first, only those for the same change, then the suggestions', () => {
  const reviews = [
    { verdict: 'ok', reason: 'Fibre' },
    { verdict: 'ok', reason: 'Dust' },
    { verdict: 'ng', reason: 'Missed' },
    { verdict: 'ok', reason: ' Dust ' },
    { verdict: 'ok', reason: '' },
  ] as const
  assert.deepEqual(suggestedReasons(reviews, 'ok', ['Light', 'Dust']), ['Dust', 'Fibre', 'Light'])
  assert.deepEqual(suggestedReasons(reviews, 'ng', [], 1), ['Missed'])
})
