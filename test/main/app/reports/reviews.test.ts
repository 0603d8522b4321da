import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import {
  renderCsv,
  renderHtml,
  renderPdf,
  summarise,
  type ReportData,
  type ReportInspection,
} from '../../../../src/main/app/reports/index.ts'
import { sampleReport } from './sample.ts'

const review = {
  reviewer: 'Ada <b>',
  reason: 'only dust, wiped off',
  reviewedAt: '2026-03-01T13:00:00.000Z',
  defectType: null,
} as const

/** Sixty inspections, five ng; the first ng is overridden to ok, the second confirmed, one ok part overridden to ng. */
async function reviewedReport(): Promise<ReportData> {
  const data = await sampleReport()
  const ng = data.inspections.filter(({ verdict }) => verdict === 'ng')
  const said = new Map<string | undefined, ReportInspection['review']>([
    [ng[0]?.id, { ...review, verdict: 'ok' }],
    [ng[1]?.id, { ...review, verdict: 'ng', defectType: 'crack', reason: '' }],
    [data.inspections[0]?.id, { ...review, verdict: 'ng', defectType: 'dent', reason: 'seen by hand' }],
  ])
  const withReview = (one: ReportInspection): ReportInspection => ({
    ...one,
    review: said.get(one.id) ?? null,
  })
  const [first, part] = [data.inspections[0], data.parts[0]]
  assert.ok(first && part)
  const parts = data.parts.map((one) => ({ ...one, inspection: withReview(one.inspection) }))
  return {
    ...data,
    inspections: data.inspections.map(withReview),
    parts: [...parts, { ...part, inspection: withReview(first) }],
  }
}

test('the yield counts what people said, and the model’s own figures stand beside it', async () => {
  const { ok, ng, modelOk, modelNg, reviewed, overridden, yield: share } = summarise(await reviewedReport())
  assert.deepEqual([ok, ng, modelOk, modelNg, reviewed, overridden], [55, 5, 55, 5, 3, 2])
  assert.equal(share.value, 55 / 60)
  const plain = await sampleReport()
  assert.ok(!(await renderHtml(plain)).includes('reviews'))
})

const poppler = spawnSync('pdftotext', ['-v']).error === undefined
const needsPoppler = { skip: poppler ? false : 'pdftotext (poppler-utils) is not installed' }

test('HTML and PDF say both verdicts, who said what, and why', needsPoppler, async () => {
  const data = await reviewedReport()
  const html = await renderHtml(data)
  const pdf = await renderPdf(data)
  const text = execFileSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' }).replace(
    /\s+/g,
    ' ',
  )
  for (const page of [html.replaceAll('&#60;', '<').replaceAll('&#62;', '>'), text]) {
    assert.match(
      page,
      /Counted after reviews: 3 inspections reviewed, 2 overridden\. The model alone judged 55 OK and 5 NG/,
    )
    assert.match(page, /Model NG, overridden to OK by Ada <b>, .*: only dust, wiped off/)
    assert.match(page, /Model NG, confirmed as crack by Ada <b>/)
    assert.match(page, /Model OK, overridden to NG as dent by Ada <b>, .*: seen by hand/)
    assert.match(page, /OK \(model NG\)/)
  }
  assert.ok(!html.includes('Ada <b>'), 'escaped')
})

test('the table has the last word, the model’s, and the review', async () => {
  const data = await reviewedReport()
  const rows = parse(renderCsv(data), { bom: true, columns: true }) as Record<string, string>[]
  const row = rows.find(({ reviewer, verdict }) => reviewer !== '' && verdict === 'ok')
  assert.deepEqual(
    [row?.verdict, row?.model_verdict, row?.reviewer, row?.review_reason, row?.reviewed_at],
    ['ok', 'ng', 'Ada <b>', 'only dust, wiped off', review.reviewedAt],
  )
  assert.equal(rows[0]?.defect_type, 'dent')
  assert.equal(
    rows.filter(({ verdict, model_verdict: model }) => model !== '' && verdict !== model).length,
    2,
  )
})
