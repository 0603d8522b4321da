import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderHtml } from '../../../../src/main/app/reports/index.ts'
import { sampleReport } from './sample.ts'

/** Like doesNotMatch, but looks past the pictures' data and shows only the place found. */
function lacks(html: string, pattern: RegExp): void {
  const found = pattern.exec(html.replace(/data:image\/jpeg;base64,[\w+/=]+/g, 'data:'))
  assert.ok(found === null, `found ${found?.input.slice(Math.max(0, found.index - 60), found.index + 60)}`)
}

test('the HTML report is one file: no address, no script, nothing fetched', async () => {
  const html = await renderHtml(await sampleReport())
  lacks(html, /https?:|\/\/[a-z]|<script|<link|<iframe|@import|\burl\((?!#)/i)
  const sources = [...html.matchAll(/\b(?:src|href|srcset)="([^"]{0,40})/g)].map((match) => match[1] ?? '')
  assert.equal(sources.length, 10, 'image and heatmap of five parts')
  assert.ok(sources.every((source) => source.startsWith('data:image/jpeg;base64,')))
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/)
})

test('it says what was inspected, by which threshold, and with what yield', async () => {
  const html = await renderHtml(await sampleReport())
  assert.match(html, /<h1>Bracket 4711<\/h1>/)
  assert.match(html, /Lot 2026-03-A/)
  assert.match(html, /<dt>Yield<\/dt><dd>91\.7 %/)
  assert.match(html, /false-alarm rate 1 % on good parts/)
  assert.match(html, /2026-03-01 13:00:00 \(Europe&#47;Berlin\)|2026-03-01 13:00:00 \(Europe\/Berlin\)/)
  assert.match(html, /2\.03 mm² \(812 px\)/)
  assert.match(html, /copy it again/)
  assert.match(html, /missing hole/)
})

test('names from outside cannot become markup', async () => {
  const html = await renderHtml(
    await sampleReport({
      changes: {
        project: { name: '<img src=x onerror=alert(1)>', description: '"><b>', millimetresPerPixel: null },
        scope: { lot: '</title><script>' },
      },
    }),
  )
  lacks(html, /<img src=x|<script|<b>7|<b><|">">/)
  assert.match(html, /&#60;img src=x onerror=alert\(1\)&#62;/)
})

test('beyond the limit parts are listed without pictures, and the report says so', async () => {
  const html = await renderHtml(await sampleReport(), { maximumPictures: 2 })
  assert.equal([...html.matchAll(/<article>/g)].length, 2)
  assert.match(
    html,
    /5 parts were judged NG\. Pictures of the 2 with the highest scores are shown; the other 3 are listed/,
  )
  assert.match(html, /Further NG parts/)
})

test('a missing or broken picture is said plainly and loses nothing else', async () => {
  const data = await sampleReport()
  const [first, second] = data.parts
  assert.ok(first && second)
  const html = await renderHtml({
    ...data,
    parts: [
      { ...first, image: () => Promise.resolve(null), heatmap: () => Promise.reject(new Error('disk')) },
      { ...second, image: () => Promise.resolve(Buffer.from('no image')) },
    ],
  })
  assert.equal([...html.matchAll(/Image not kept\./g)].length, 2)
  assert.equal([...html.matchAll(/Heatmap not kept\./g)].length, 1)
  assert.equal([...html.matchAll(/<img /g)].length, 1)
})

test('an empty scope is a report too', async () => {
  const html = await renderHtml(
    await sampleReport({
      inspections: 0,
      changes: { failures: [], models: [], thresholds: [], evaluation: null, scope: {} },
    }),
  )
  assert.match(html, /All inspections/)
  assert.match(html, /There are no inspections in this scope\./)
  assert.match(html, /No part was judged NG\./)
  assert.match(html, /<dd>–<\/dd>/)
  lacks(html, /NaN|undefined/)
})
