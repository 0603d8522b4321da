import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { openStore } from '../../../src/main/store/index.ts'
import { quick, writeParts } from './support/parts.ts'
import { Workplace } from './support/command.ts'

// The tests of this file are one journey, in order: each needs what those before it left.

let place: Workplace
let parts = ''
before(async () => {
  place = await Workplace.make()
  parts = path.join(place.folder, 'parts')
  await writeParts(parts)
})
after(() => place.remove())

const inspectSchema = z.object({
  threshold: z.number(),
  inspected: z.number(),
  ok: z.number(),
  ng: z.number(),
  rejected: z.number(),
  results: z.array(
    z.object({
      file: z.string(),
      verdict: z.enum(['ok', 'ng', 'error']),
      score: z.number().nullable(),
      normalised_score: z.number().nullable(),
      overlay: z.string().nullable(),
      inspection: z.string().nullable(),
      problem: z.string().nullable(),
      regions: z.array(z.object({ areaPixels: z.number() })),
    }),
  ),
})

test('a project is created once', async () => {
  const { code, stdout } = await place.run('project', 'create', 'stripes', '--scale', '0.1')
  assert.equal(code, 0)
  assert.match(stdout, /Created the project "stripes"/)
  const again = await place.run('project', 'create', 'Stripes')
  assert.equal(again.code, 1)
  assert.match(again.stderr, /^flawline: There is already a project "stripes"\. Choose another name\.\n$/)
})

test('samples are imported with their labels, and only once', async () => {
  const words = ['samples', 'import', parts, '--project', 'stripes']
  const { code, stdout } = await place.run(...words)
  assert.equal(code, 0)
  assert.match(stdout, /Imported 30 images/)
  const again = z.object({ imported: z.number(), duplicates: z.number() }).parse(await place.json(...words))
  assert.deepEqual(again, { imported: 0, duplicates: 30 })
  const listed = z
    .object({ total: z.number(), samples: z.array(z.object({ defectType: z.string().nullable() })) })
    .parse(await place.json('samples', 'list', '--project', 'stripes', '--label', 'defect'))
  assert.equal(listed.total, 8)
  assert.deepEqual([...new Set(listed.samples.map((one) => one.defectType))].sort(), ['bright', 'dark'])
})

test('without a model there is nothing to inspect with', async () => {
  const { code, stderr } = await place.run('inspect', parts, '--project', 'stripes')
  assert.equal(code, 1)
  assert.match(stderr, /has no model yet\. Train one with: flawline train --project "stripes"/)
})

test('training shows its epochs and leaves a model', async () => {
  const words = ['train', '--project', 'stripes', ...quick, '--epochs', '4', '--learning-rate', '0.002']
  const { code, stdout, stderr } = await place.run(...words)
  assert.equal(code, 0, stderr)
  assert.match(stderr, /^epoch 1\/4: .*generator .*validation/m)
  assert.match(stderr, /^epoch 4\/4: /m)
  assert.match(stdout, /Trained model .* on 12 images/)
  assert.match(stdout, /Threshold .* from 4 held-out good images at a false-alarm rate of 0\.01/)
})

test('evaluate --json gives the agreed names, and pictures', async () => {
  const number = z.number()
  const results = z
    .object({
      image_auroc: number,
      auprc: number,
      f1: number,
      f1_at_threshold: number.nullable(),
      pixel_auroc: number,
      aupro: number,
      threshold: number,
      per_type: z.record(z.string(), z.object({ image_auroc: number, pixel_auroc: number, count: number })),
      pictures: z.record(z.string(), z.string()),
    })
    .parse(await place.json('evaluate', '--project', 'stripes'))
  assert.deepEqual(
    Object.entries(results.per_type).map(([type, { count }]) => [type, count]),
    [
      ['bright', 4],
      ['dark', 4],
    ],
  )
  // Stark spots on a plain pattern: a model that could not see them would be broken.
  assert(results.pixel_auroc > 0.8, `pixel AUROC ${results.pixel_auroc}`)
  assert(results.image_auroc > 0.8, `image AUROC ${results.image_auroc}`)
  assert.deepEqual(Object.keys(results.pictures), ['histogram', 'roc', 'precision-recall', 'losses'])
  for (const file of Object.values(results.pictures)) {
    assert.equal((await readFile(file)).subarray(1, 4).toString(), 'PNG')
  }
})

test('the best F1 becomes the threshold', async () => {
  const schema = z.object({ threshold: z.number(), mode: z.string(), pixelThreshold: z.number() })
  const set = schema.parse(await place.json('model', 'threshold', '--project', 'stripes', '--f1'))
  assert.equal(set.mode, 'f1')
  assert.deepEqual(schema.parse(await place.json('model', 'threshold', '--project', 'stripes')), set)
})

test('inspect says NG with exit code 3, draws what it saw, and passes over what it cannot read', async () => {
  const out = path.join(place.folder, 'out')
  const broken = path.join(place.folder, 'broken.png')
  await writeFile(broken, 'this is no image, whatever its name says')
  const { code, stdout, stderr } = await place.run(
    ...['inspect', path.join(parts, 'test'), broken, '--project', 'stripes'],
    ...['--out', out, '--lot', 'first', '--json'],
  )
  assert.equal(code, 3)
  assert.match(stderr, /broken\.png: is not a/)
  const report = inspectSchema.parse(JSON.parse(stdout))
  assert.equal(report.inspected, 14)
  assert.equal(report.rejected, 1)
  assert.equal(report.ok + report.ng, 14)
  assert(report.ng >= 6, `${report.ng} NG`)
  assert.equal(report.results.length, 15)
  for (const result of report.results) {
    if (result.verdict === 'error') {
      assert.equal(result.file, broken)
      assert.match(result.problem ?? '', /broken\.png/)
      continue
    }
    assert.equal(result.verdict === 'ng', (result.score ?? Number.NaN) >= report.threshold)
    assert.equal(result.verdict === 'ng', (result.normalised_score ?? Number.NaN) >= 0.5)
    assert(result.overlay?.startsWith(out) && existsSync(result.overlay), result.overlay ?? 'no overlay')
  }
  const csv = (await readFile(path.join(out, 'results.csv'), 'utf8')).trimEnd().split('\r\n')
  assert.equal(csv.length, 16)
  assert.match(csv[0] ?? '', /^file,verdict,score,/)
  const written = z
    .array(z.unknown())
    .parse(JSON.parse(await readFile(path.join(out, 'results.json'), 'utf8')))
  assert.equal(written.length, 15)
})

test('with a threshold that nothing reaches, everything is OK and the exit code 0', async () => {
  const { code } = await place.run('model', 'threshold', '--project', 'stripes', '--set', '1e9')
  assert.equal(code, 0)
  const one = await place.run(
    'inspect',
    path.join(parts, 'test', 'bright', '000.png'),
    '--project',
    'stripes',
  )
  assert.equal(one.code, 0, one.stderr)
  assert.match(one.stdout, /^OK {2}.*000\.png/)
  assert.match(one.stdout, /1 part: 1 OK, 0 NG/)
})

test('only images that cannot be judged are an error', async () => {
  const { code, stderr } = await place.run(
    'inspect',
    path.join(place.folder, 'nowhere.png'),
    '--project',
    'stripes',
  )
  assert.equal(code, 1)
  assert.match(stderr, /nowhere\.png: does not exist/)
})

test('pictures never take the place of what was inspected', async () => {
  const folder = path.join(parts, 'test', 'bright')
  const file = path.join(folder, '000.png')
  const before = await readFile(file)
  const { code, stderr } = await place.run('inspect', file, '--project', 'stripes', '--out', folder)
  assert.equal(code, 1)
  assert.match(stderr, /would overwrite/)
  assert.deepEqual(await readFile(file), before)
})

test('the history keeps the threshold that each part was judged by', async () => {
  const schema = z.object({
    summary: z.object({ count: z.number(), ok: z.number(), ng: z.number() }),
    inspections: z.array(
      z.object({ threshold: z.number(), verdict: z.string(), lotName: z.string().nullable() }),
    ),
  })
  const all = schema.parse(await place.json('history', '--project', 'stripes'))
  assert.equal(all.summary.count, 15)
  assert.equal(all.inspections[0]?.threshold, 1e9)
  const ng = schema.parse(
    await place.json('history', '--project', 'stripes', '--verdict', 'ng', '--lot', 'first', '--since', '1h'),
  )
  assert.equal(ng.summary.count, ng.summary.ng)
  assert(
    ng.inspections.every((one) => one.verdict === 'ng' && one.lotName === 'first' && one.threshold < 1e9),
  )
  const limited = schema.parse(await place.json('history', '--project', 'stripes', '--limit', '2'))
  assert.equal(limited.inspections.length, 2)
  assert.equal(limited.summary.count, 15)
  const none = await place.run('history', '--project', 'stripes', '--lot', 'second')
  assert.equal(none.code, 1)
  assert.match(none.stderr, /has no lot "second"\. There is "first"\./)
})

test('a report of the lot tells of each of its parts', async () => {
  const schema = z.object({ file: z.string(), inspections: z.number(), ng: z.number() })
  const words = ['report', '--project', 'stripes', '--lot', 'first', '--out']
  const csv = schema.parse(await place.json(...words, path.join(place.folder, 'report.csv')))
  assert.equal(csv.inspections, 14)
  const lines = (await readFile(csv.file, 'utf8')).trimEnd().split('\r\n')
  assert.equal(lines.length, 15)
  assert.equal(lines.filter((line) => /,ng,/.test(line)).length, csv.ng)
  const pdf = schema.parse(await place.json(...words, path.join(place.folder, 'report.pdf')))
  assert.equal((await readFile(pdf.file)).subarray(0, 5).toString(), '%PDF-')
  const html = schema.parse(await place.json(...words, path.join(place.folder, 'report.html')))
  // Each NG part with its picture and its heatmap, whose source may be gone by then.
  const pictures = (await readFile(html.file, 'utf8')).match(/<img /g) ?? []
  assert(pictures.length >= 2 * html.ng, `${pictures.length} pictures of ${html.ng} parts`)
  const wrong = await place.run(...words, path.join(place.folder, 'report.doc'))
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /written as \.pdf, \.html/)
})

test('the exported model is the very file that inspects', async () => {
  const file = path.join(place.folder, 'exported', 'stripes.onnx')
  const { sha256 } = z
    .object({ sha256: z.string() })
    .parse(await place.json('model', 'export', '--project', 'stripes', '--out', file))
  assert.equal(
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
    sha256,
  )
  const models = z
    .array(z.object({ id: z.string(), sha256: z.string(), file: z.string() }))
    .parse(await place.json('model', 'list'))
  assert.equal(models[0]?.sha256, sha256)
})

test('a damaged model is noticed before it leaves', async () => {
  const [model] = z.array(z.object({ file: z.string() })).parse(await place.json('model', 'list'))
  assert(model)
  const bytes = await readFile(model.file)
  await writeFile(model.file, bytes.subarray(0, bytes.length - 1))
  const file = path.join(place.folder, 'damaged.onnx')
  const { code, stderr } = await place.run('model', 'export', '--project', 'stripes', '--out', file)
  await writeFile(model.file, bytes)
  assert.equal(code, 1)
  assert.match(stderr, /is not what was trained/)
  assert(!existsSync(file))
})

test('the data folder is sound at the end, and goes with its project', async () => {
  const store = openStore(place.data)
  assert.deepEqual(store.check(), { database: [], missingFiles: [] })
  store.close()
  const refused = await place.run('project', 'delete', 'stripes')
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /add --yes/)
  const { code } = await place.run('project', 'delete', 'stripes', '--yes')
  assert.equal(code, 0)
  assert.deepEqual(await place.json('project', 'list'), [])
})
