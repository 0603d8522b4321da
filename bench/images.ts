/** Pictures for the end-to-end benchmark: the sample project's, each a little different, so that no two are equal. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { listSheets } from '../resources/sample-project/generate.ts'
import { createRandom } from '../resources/sample-project/noise.ts'

const source = path.resolve(import.meta.dirname, '../resources/sample-project')

/** Writes `count` JPEG files, `000000.jpg` and on: good and defective parts in turn, each with noise of its own. */
export async function writeImages(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  const pictures = await Promise.all(
    listSheets()
      .filter(({ file }) => file.startsWith('test/'))
      .map(({ file }) =>
        sharp(path.join(source, file)).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true }),
      ),
  )
  for (let index = 0; index < count; index++) {
    const picture = pictures[index % pictures.length]
    if (!picture) throw new Error('the sample project is missing: npm run sample-project')
    const { width, height } = picture.info
    const random = createRandom(index)
    const levels = picture.data.map((level) =>
      Math.min(255, Math.max(0, level + Math.floor(random() * 5) - 2)),
    )
    const bytes = await sharp(levels, { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .jpeg({ quality: 90 })
      .toBuffer()
    await writeFile(path.join(folder, `${String(index).padStart(6, '0')}.jpg`), bytes)
  }
}
