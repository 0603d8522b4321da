import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { createDefect, defectTypes } from '../../resources/sample-project/defects.ts'
import {
  counts,
  drawSheet,
  encodePicture,
  listSheets,
  pictureSize,
} from '../../resources/sample-project/generate.ts'
import { createRandom } from '../../resources/sample-project/noise.ts'
import { createScene, renderPicture } from '../../resources/sample-project/render.ts'

const folder = fileURLToPath(new URL('../../resources/sample-project/', import.meta.url))
const sheets = listSheets()

async function grey(file: string | Buffer): Promise<Uint8Array> {
  const { data, info } = await sharp(file).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  assert.deepEqual([info.width, info.height, info.channels], [pictureSize, pictureSize, 1])
  return data
}

function meanDifference(
  a: Uint8Array,
  b: Uint8Array,
  where: (index: number) => boolean = () => true,
): number {
  let sum = 0
  let count = 0
  for (const [index, level] of a.entries()) {
    if (!where(index)) continue
    sum += Math.abs(level - (b[index] ?? 0))
    count++
  }
  return sum / count
}

test('the folder holds exactly the listed pictures and masks, in a few hundred kB', async () => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found = entries
    .filter((entry) => entry.isFile() && /\.(jpg|png)$/.test(entry.name))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
  const listed = sheets.flatMap((sheet) => (sheet.mask ? [sheet.file, sheet.mask] : [sheet.file]))
  assert.deepEqual(found.sort(), listed.sort())
  assert.equal(found.filter((file) => file.startsWith('train/good/')).length, counts.trainGood)

  let bytes = 0
  for (const file of found) bytes += (await stat(path.join(folder, file))).size
  assert.ok(bytes < 700_000, `the sample project has grown to ${bytes} bytes`)
})

test('drawing a picture again gives the picture that is kept', async () => {
  // One of each kind. Another build of libjpeg may round differently, so pixels are compared, not bytes.
  const chosen = sheets.filter((sheet) => sheet.file.endsWith('002.jpg'))
  assert.equal(chosen.length, 2 + defectTypes.length)
  for (const sheet of chosen) {
    const { picture, mask } = drawSheet(sheet)
    const kept = await grey(path.join(folder, sheet.file))
    assert.ok(meanDifference(await grey(await encodePicture(picture)), kept) < 0.2, sheet.file)
    if (mask && sheet.mask) assert.deepEqual(await grey(path.join(folder, sheet.mask)), Buffer.from(mask))
  }
})

test('a mask covers what the defect changes, and nothing else', () => {
  for (const sheet of sheets.filter((candidate) => /00[03]\.jpg$/.test(candidate.file))) {
    if (!sheet.defect) continue
    const { picture, mask } = drawSheet(sheet)
    assert.ok(mask)
    // The same scene and noise with no defect in it.
    const random = createRandom(sheet.seed)
    const scene = createScene(random)
    createDefect(sheet.defect, random)
    const good = renderPicture(pictureSize, scene, undefined, random)

    const marked = mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0)
    assert.ok(marked > 40 && marked < 0.05 * mask.length, `${sheet.file}: ${marked} px marked`)
    assert.ok(meanDifference(picture, good, (i) => (mask[i] ?? 0) > 0) > 6, `${sheet.file}: hardly visible`)
    assert.ok(meanDifference(picture, good, (i) => mask[i] === 0) < 0.3, `${sheet.file}: changed outside`)
  }
})

test('good parts differ from one another only as lighting, placing and grain do', async () => {
  const first = await grey(path.join(folder, 'train/good/000.jpg'))
  for (const name of ['train/good/001.jpg', 'train/good/017.jpg', 'test/good/004.jpg']) {
    const difference = meanDifference(first, await grey(path.join(folder, name)))
    assert.ok(difference > 1 && difference < 30, `${name}: ${difference}`)
  }
})
