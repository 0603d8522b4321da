/**
 * Writes the sample project: pictures of an imagined machined part in the MVTec AD folder layout.
 *
 *   npm run sample-project [-- FOLDER]
 *
 * One seed gives the same pictures every time, so the set can be drawn again rather than trusted.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp, { type Sharp } from 'sharp'
import type { DefectType } from './defects.ts'
import { createDefect, defectTypes } from './defects.ts'
import { createRandom } from './noise.ts'
import { createScene, renderMask, renderPicture } from './render.ts'

/** Side of the square pictures, px. */
export const pictureSize = 256
export const counts = { trainGood: 40, testGood: 10, testPerDefect: 5 } as const

const projectSeed = 20240611

/** One picture of the set, before it is drawn. */
export interface Sheet {
  /** Path inside the project folder, with forward slashes. */
  file: string
  mask?: string
  defect?: DefectType
  seed: number
}

/** All pictures of the set, in a fixed order. */
export function listSheets(): Sheet[] {
  const sheets: Sheet[] = []
  const add = (folder: string, index: number, defect?: DefectType) => {
    const name = String(index).padStart(3, '0')
    const seed = projectSeed + sheets.length * 7919
    const sheet = { file: `${folder}/${name}.jpg`, seed }
    sheets.push(defect ? { ...sheet, defect, mask: `ground_truth/${defect}/${name}_mask.png` } : sheet)
  }
  for (let i = 0; i < counts.trainGood; i++) add('train/good', i)
  for (let i = 0; i < counts.testGood; i++) add('test/good', i)
  for (const type of defectTypes) {
    for (let i = 0; i < counts.testPerDefect; i++) add(`test/${type}`, i, type)
  }
  return sheets
}

/** Draws one picture and, for a defective part, its mask: grey levels of `pictureSize` squared. */
export function drawSheet(sheet: Sheet): { picture: Uint8Array; mask?: Uint8Array } {
  const random = createRandom(sheet.seed)
  const scene = createScene(random)
  const defect = sheet.defect && createDefect(sheet.defect, random)
  const picture = renderPicture(pictureSize, scene, defect, random)
  return defect ? { picture, mask: renderMask(pictureSize, scene, defect) } : { picture }
}

/** A picture as the bytes of its file: 8-bit grey JPEG. */
export async function encodePicture(levels: Uint8Array): Promise<Buffer> {
  return grey(levels).jpeg({ quality: 85, mozjpeg: true }).toBuffer()
}

/** Draws the whole set into `folder`, replacing what an earlier run left there. */
export async function generate(folder: string): Promise<void> {
  for (const part of ['train', 'test', 'ground_truth']) {
    await rm(path.join(folder, part), { recursive: true, force: true })
  }
  for (const sheet of listSheets()) {
    const { picture, mask } = drawSheet(sheet)
    await write(folder, sheet.file, await encodePicture(picture))
    if (mask && sheet.mask) {
      await write(folder, sheet.mask, await grey(mask).png({ compressionLevel: 9 }).toBuffer())
    }
  }
}

function grey(levels: Uint8Array): Sharp {
  return sharp(levels, { raw: { width: pictureSize, height: pictureSize, channels: 1 } }).toColourspace('b-w')
}

async function write(folder: string, file: string, bytes: Uint8Array): Promise<void> {
  const target = path.join(folder, file)
  await mkdir(path.dirname(target), { recursive: true })
  await writeFile(target, bytes)
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? path.dirname(fileURLToPath(import.meta.url))
  await generate(folder)
  console.log(`${listSheets().length} pictures drawn into ${folder}`)
}
