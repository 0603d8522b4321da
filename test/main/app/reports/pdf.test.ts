import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { renderPdf } from '../../../../src/main/app/reports/index.ts'
import type { ReportData } from '../../../../src/main/app/reports/index.ts'
import { sharp } from '../../../../src/main/imaging/libvips.ts'
import { sampleReport } from './sample.ts'

const run = promisify(execFile)
const poppler =
  spawnSync('pdftotext', ['-v']).error === undefined && spawnSync('pdfimages', ['-v']).error === undefined
const needsPoppler = { skip: poppler ? false : 'pdftotext (poppler-utils) is not installed' }

interface Read {
  readonly text: string
  readonly pages: readonly string[]
  readonly images: number
}

/** The PDF as poppler reads it: text by page, number of pictures. */
async function read(pdf: Buffer): Promise<Read> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'flawline-pdf-'))
  try {
    const file = path.join(folder, 'report.pdf')
    await writeFile(file, pdf)
    const { stdout: text } = await run('pdftotext', ['-layout', file, '-'])
    const { stdout: list } = await run('pdfimages', ['-list', file])
    return { text, pages: text.split('\f').slice(0, -1), images: list.trim().split('\n').length - 2 }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Pages as the file itself counts them: works without poppler. */
function pageCount(pdf: Buffer): number {
  const counts = [...pdf.toString('latin1').matchAll(/\/Type \/Pages\s*\/Count (\d+)/g)]
  return Number(counts[0]?.[1])
}

test('the PDF report is a PDF of a few pages with its own fonts', async () => {
  const pdf = await renderPdf(await sampleReport())
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-')
  assert.ok(pdf.subarray(-8).toString().includes('%%EOF'))
  assert.ok(pageCount(pdf) >= 3 && pageCount(pdf) <= 4, `${pageCount(pdf)} pages`)
  assert.match(pdf.toString('latin1'), /\/FontFile2/)
  assert.ok(pdf.length < 400_000, `${pdf.length} bytes`)
})

test(
  'its text reads back: counts, yield, threshold, parts, regions, failures, page x of y',
  needsPoppler,
  async () => {
    const { text, pages } = await read(await renderPdf(await sampleReport()))
    for (const expected of [
      /Bracket 4711/,
      /bore Ø 8 ± 0\.02 mm/,
      /Lot 2026-03-A/,
      /91\.7 %/,
      /95 %: 81\.9 % to 96\.4 %/,
      /false-alarm rate 1 % on good parts/,
      /0\.038 to 0\.0521/,
      /0\.971/,
      /=HYPERLINK\("x"\), "part" <b>7<\/b>\.png/,
      /NG\s+score 0\.0\d+, threshold 0\.0413/,
      /12, 33\s+61 × 22 px\s+2\.03 mm² \(812 px\)\s+0\.93/,
      /copy it again/,
      /anomaly score/,
    ])
      assert.match(text, expected)
    for (const [index, page] of pages.entries()) {
      assert.match(page, new RegExp(`Page ${index + 1} of ${pages.length}`))
      assert.match(page, /Flawline 0\.1\.0, 2026-03-01 13:00:00 \(Europe\/Berlin\)/)
    }
  },
)

test('every NG part has its image and its heatmap; a part is never torn apart', needsPoppler, async () => {
  const data = await sampleReport({ inspections: 96, ngEvery: 12 })
  // Distinct pictures: equal ones are stored once.
  const parts = await Promise.all(
    data.parts.map(async (part, index) => {
      const shade = (value: number): Promise<Buffer> =>
        sharp({ create: { width: 90, height: 60, channels: 3, background: { r: value, g: value, b: 99 } } })
          .png()
          .toBuffer()
      const [image, heatmap] = [await shade(20 + index), await shade(200 + index)]
      return { ...part, image: () => Promise.resolve(image), heatmap: () => Promise.resolve(heatmap) }
    }),
  )
  const { images, pages } = await read(await renderPdf({ ...data, parts }))
  assert.equal(images, 16)
  for (const part of data.parts) {
    const page = pages.find((text) => text.includes(part.inspection.id))
    assert.ok(page, `no page with ${part.inspection.id}`)
  }
  for (const page of pages.slice(1)) {
    const headings = [...page.matchAll(/NG\s+score/g)].length
    const tables = [...page.matchAll(/Peak \(threshold 0\.5\)/g)].length
    assert.equal(headings, tables)
  }
})

test(
  'a large lot states plainly which pictures it leaves out, and lists the parts',
  needsPoppler,
  async () => {
    const data = await sampleReport({ inspections: 600, ngEvery: 5 })
    const { text, images } = await read(await renderPdf(data, { maximumPictures: 10 }))
    assert.match(
      text.replace(/\s+/g, ' '),
      /120 parts were judged NG\. Pictures of the 10 with the highest scores are shown; the other 110 are listed after them without pictures\./,
    )
    assert.ok(images <= 20)
    const listed = new Set([...text.matchAll(/part-\d{4}\.png/g)].map((match) => match[0]))
    // 119 numbered NG parts (one has the awkward name) and the failed image.
    assert.equal(listed.size, 120)
  },
)

test(
  'missing and broken pictures, 16-bit and tall pictures, and long names do not stop a report',
  needsPoppler,
  async () => {
    const data = await sampleReport({ inspections: 48, ngEvery: 12 })
    const tall = await sharp(Buffer.alloc(40 * 900 * 2, 0x55), {
      raw: { width: 40, height: 900, channels: 1 },
    })
      .toColourspace('grey16')
      .png()
      .toBuffer()
    const longName = `${'very-long-name_'.repeat(15)}.png`
    const [first, second, third] = data.parts
    assert.ok(first && second && third)
    const { text } = await read(
      await renderPdf({
        ...data,
        parts: [
          { ...first, image: () => Promise.resolve(null), heatmap: () => Promise.reject(new Error('gone')) },
          { ...second, image: () => Promise.resolve(Buffer.from('no image at all')) },
          {
            ...third,
            image: () => Promise.resolve(tall),
            inspection: { ...third.inspection, fileName: longName, regions: [] },
          },
        ],
      }),
    )
    assert.equal([...text.matchAll(/Image not kept\./g)].length, 2)
    assert.equal([...text.matchAll(/Heatmap not kept\./g)].length, 1)
    assert.match(text, /No single defect region/)
    assert.ok(text.replace(/[\s\u200b]/g, '').includes('very-long-name_very-long-name_'))
  },
)

test('an empty scope, several models and thresholds, and a span have their words', needsPoppler, async () => {
  const empty: Partial<ReportData> = { failures: [], models: [], thresholds: [], evaluation: null, scope: {} }
  const nothing = await read(await renderPdf(await sampleReport({ inspections: 0, changes: empty })))
  assert.match(nothing.text, /There are no inspections in this scope\./)
  assert.match(nothing.text, /No part was judged NG\./)
  assert.doesNotMatch(nothing.text, /NaN|undefined/)

  const data = await sampleReport()
  const [model] = data.models
  const [threshold] = data.thresholds
  assert.ok(model && threshold)
  const several = await read(
    await renderPdf({
      ...data,
      scope: { since: '2026-03-01T00:00:00Z', until: '2026-03-02T00:00:00Z' },
      models: [model, { ...model, id: '01HOTHER', trainedAt: null, epochs: null }],
      thresholds: [threshold, { ...threshold, modelId: '01HOTHER', mode: 'manual' }],
      parts: [],
    }),
  )
  assert.match(several.text, /2026-03-01 01:00:00 to 2026-03-02 01:00:00/)
  assert.match(several.text, /normalised anomaly score/)
  assert.match(several.text, /set by hand/)
})

test('a project name cannot make the renderer read a file or fetch an address', async () => {
  const pdf = await renderPdf(
    await sampleReport({
      inspections: 1,
      changes: {
        project: {
          name: '/etc/hostname',
          description: 'data:image/png;base64,xx',
          millimetresPerPixel: null,
        },
      },
    }),
  )
  assert.ok(pdf.length > 1000)
})
