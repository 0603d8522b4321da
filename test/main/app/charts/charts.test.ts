import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sortIntoBins } from '../../../../src/main/app/charts/bins.ts'
import {
  figure,
  lossChart,
  palettes,
  precisionRecallChart,
  rocChart,
  scoreHistogram,
  toPng,
} from '../../../../src/main/app/charts/index.ts'
import { sharp } from '../../../../src/main/imaging/libvips.ts'

const good = Array.from({ length: 100 }, (_, index) => 0.01 + index * 0.0001)
const groups = [
  { name: 'good', good: true, scores: good },
  { name: 'scratch & dent', good: false, scores: [0.03, 0.031, 0.05] },
]

test('bins hold every score once, in its place, with round edges', () => {
  const bins = sortIntoBins([good, [0.03, 0.031, 0.05]], [0.0413])
  assert.equal(
    bins.counts.flat().reduce((sum, count) => sum + count, 0),
    103,
  )
  assert.ok(bins.from <= 0.01 && bins.to > 0.05)
  assert.equal(bins.beyond, 0)
  assert.equal(bins.width, 0.001)
  assert.equal(bins.counts[1]?.at(Math.floor((0.05 - bins.from) / bins.width + 1e-9)), 1)
})

test('a few extreme scores land in the last bin instead of flattening the others', () => {
  const bins = sortIntoBins([good, [90]], [0.02])
  assert.ok(bins.to < 0.2, `axis to ${bins.to}`)
  assert.equal(bins.beyond, 1)
  assert.equal(bins.counts[1]?.at(-1), 1)
})

test('one value, no value, and negative values have an axis', () => {
  const single = sortIntoBins([[0.5, 0.5]], [])
  assert.ok(single.from < 0.5 && single.to > 0.5)
  assert.equal(single.counts[0]?.at(Math.floor((0.5 - single.from) / single.width + 1e-9)), 2)
  assert.ok(sortIntoBins([[]], []).width > 0)
  assert.equal(
    sortIntoBins([[-3, -2, -1]], [0]).counts[0]?.reduce((sum, count) => sum + count),
    3,
  )
})

test('the histogram draws its bars and names, and the threshold exactly where it is', () => {
  const svg = scoreHistogram({ groups, threshold: 0.0275 }, { title: 'Scores', width: 760, height: 340 })
  assert.match(svg, /Scores/)
  assert.match(svg, /scratch &amp; dent/)
  assert.match(svg, /threshold 0\.0275/)
  assert.ok(svg.includes(palettes.light.good))
  // Axis from 0.01 to 0.055 between x = 64 and x = 732; the marks' line is 1.5 wide.
  const line = /d="M([\d.]+) [\d.]+L\1 [\d.]+"[^>]*stroke-width="1\.5"/.exec(svg)
  assert.ok(line, 'a vertical line')
  const labels = [...svg.matchAll(/translate\(([\d.]+) [\d.]+\)" fill="#5b6874">(0\.\d+)</g)].map(
    (match) => ({
      x: Number(match[1]),
      value: Number(match[2]),
    }),
  )
  const [first, last] = [labels[0], labels.at(-1)]
  assert.ok(first && last && first.value < 0.0275 && last.value > 0.0275)
  const expected = first.x + ((0.0275 - first.value) / (last.value - first.value)) * (last.x - first.x)
  assert.ok(Math.abs(Number(line[1]) - expected) < 1.5, `${line[1]} instead of ${expected}`)
})

test('a single part among thousands is still seen', () => {
  const many = Array.from({ length: 5000 }, (_, index) => 1 + (index % 10) / 100)
  const svg = scoreHistogram({
    groups: [
      { name: 'OK', good: true, scores: many },
      { name: 'NG', good: false, scores: [2] },
    ],
    threshold: 1.5,
  })
  const bar = [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)l([\d.]+) 0l0 ([\d.]+)[^"]*" fill="#d55e00"/g)]
  const tallest = Math.max(...bar.map((match) => Number(match[4])))
  assert.ok(tallest >= 1.5, `bars of ${tallest}`)
})

test('charts hold no address, script or style sheet, and nothing of unsafe names gets through', () => {
  const drawings = [
    scoreHistogram({
      groups: [{ name: '<script>alert(1)</script>', good: false, scores: [1, 2] }],
      threshold: 1.5,
    }),
    rocChart({ falsePositiveRate: [0, 0, 1], truePositiveRate: [0, 0.8, 1], auroc: 0.9 }),
    precisionRecallChart({
      precision: [0.5, 1, 1],
      recall: [1, 0.5, 0],
      averagePrecision: 0.75,
      prevalence: 0.5,
    }),
    lossChart({ epochs: [{ epoch: 1, losses: { generator: 1 } }] }),
  ]
  for (const svg of drawings) {
    assert.doesNotMatch(svg, /<script|<style|class=|NaN|undefined/)
    assert.doesNotMatch(svg.replace(/xmlns(:\w+)?="[^"]*"/g, ''), /https?:/)
  }
})

test('curves carry their figure and the threshold in use; a curve without points is no crash', () => {
  const roc = rocChart({
    falsePositiveRate: [0, 0.1, 1],
    truePositiveRate: [0, 0.9, 1],
    auroc: 0.9,
    operatingPoint: { x: 0.1, y: 0.9, name: 'threshold' },
  })
  assert.match(roc, /AUROC 0\.9</)
  assert.match(roc, />threshold</)
  const nothing = rocChart({ falsePositiveRate: [NaN], truePositiveRate: [NaN], auroc: null })
  assert.doesNotMatch(nothing, /AUROC|NaN/)
  assert.match(precisionRecallChart({ precision: [1], recall: [NaN], averagePrecision: null }), /recall/)
})

test('losses over several orders of magnitude get a logarithmic axis, others a linear one', () => {
  const epochs = (scale: number) =>
    Array.from({ length: 20 }, (_, index) => ({
      epoch: index + 1,
      losses: { generator: scale * (2 + 1 / (index + 1)), discriminator: 2 },
      validation: 2.5,
    }))
  const logarithmic = lossChart({ epochs: epochs(1000), bestEpoch: 12 })
  assert.match(logarithmic, />1000</)
  assert.match(logarithmic, />100</)
  assert.match(logarithmic, /best: epoch 12/)
  assert.match(logarithmic, />validation</)
  assert.doesNotMatch(lossChart({ epochs: epochs(1) }), />100</)
  assert.match(lossChart({ epochs: [] }), /^<svg/)
})

test('PNGs have twice the size and text in them though no system font is used', async () => {
  const svg = scoreHistogram({ groups, threshold: 0.0275 }, { width: 400, height: 240 })
  const png = toPng(svg)
  const { width, height, format } = await sharp(png).metadata()
  assert.deepEqual([format, width, height], ['png', 800, 480])
  // Ink on the left edge, outside the plot: the labels of the axis.
  const textless = toPng(svg.replace(/<text[^]*?<\/text>/g, ''))
  const ink = async (picture: Buffer): Promise<number> => {
    const strip = await sharp(picture)
      .extract({ left: 60, top: 60, width: 56, height: 340 })
      .greyscale()
      .raw()
      .toBuffer()
    return strip.filter((value) => value < 180).length
  }
  assert.ok((await ink(png)) > (await ink(textless)) + 100)
})

test('both themes are drawn in their own colours', () => {
  const dark = scoreHistogram({ groups, threshold: 0.02 }, { theme: 'dark' })
  assert.ok(dark.includes(palettes.dark.background) && !dark.includes(palettes.light.background))
})

test('figures are short and never lose what matters', () => {
  assert.equal(figure(0.0412987), '0.0413')
  assert.equal(figure(1234.56), '1235')
  assert.equal(figure(0.5), '0.5')
  assert.equal(figure(0.00001234), '1.23e-5')
  assert.equal(figure(0), '0')
  assert.equal(figure(Number.NaN), '–')
})
