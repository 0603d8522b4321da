import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { renderCsv } from '../../../../src/main/app/reports/index.ts'
import { sampleReport } from './sample.ts'

test('every inspection and every failure comes back from the CSV', async () => {
  const data = await sampleReport()
  const text = renderCsv(data)
  assert.ok(text.startsWith('\uFEFFtime,file,verdict,'), 'byte order mark and header')
  const rows = parse(text, { bom: true, columns: true }) as Record<string, string>[]
  assert.equal(rows.length, data.inspections.length + 1)
  for (const [index, inspection] of data.inspections.entries()) {
    const row = rows[index]
    assert.equal(row?.inspection, inspection.id)
    assert.equal(row?.verdict, inspection.verdict)
    assert.equal(Number(row?.score), inspection.score)
    assert.equal(row?.time, inspection.inspectedAt)
    assert.equal(Number(row?.regions), inspection.regions.length)
    assert.equal(row?.path, inspection.sourcePath)
  }
  assert.deepEqual(
    [rows.at(-1)?.verdict, rows.at(-1)?.file, rows.at(-1)?.problem],
    ['error', 'part-0061.png', 'The file ends in the middle of the image; copy it again.'],
  )
})

test('areas carry the scale, and stay empty without one', async () => {
  const scaled = parse(renderCsv(await sampleReport()), { bom: true, columns: true }) as Record<
    string,
    string
  >[]
  const ng = scaled.find((row) => row.verdict === 'ng')
  assert.equal(ng?.largest_region_pixels, '812')
  assert.equal(Number(ng?.largest_region_mm2), 2.03)
  const unscaled = await sampleReport({
    changes: { project: { name: 'x', description: '', millimetresPerPixel: null } },
  })
  const rows = parse(renderCsv(unscaled), { bom: true, columns: true }) as Record<string, string>[]
  assert.ok(rows.every((row) => row.largest_region_mm2 === ''))
})

test('names that a spreadsheet would run as a formula are disarmed, quotes and commas survive', async () => {
  const rows = parse(renderCsv(await sampleReport()), { bom: true, columns: true }) as Record<
    string,
    string
  >[]
  assert.equal(rows[11]?.file, '\'=HYPERLINK("x"), "part" <b>7</b>.png')
})

test('lines end as RFC 4180 has it and have the same number of fields', async () => {
  const lines = renderCsv(await sampleReport({ inspections: 5 })).split('\r\n')
  assert.equal(lines.pop(), '')
  assert.equal(lines.length, 7)
  assert.ok(lines.every((line) => !line.includes('\n')))
})
