/** The trainer learns from image files: these are made once, when they are first asked for. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { sharp } from '../../src/main/imaging/libvips.ts'
import { bytesOf, type LabelledImages } from './images.ts'

/** Files written at the same time. */
const TOGETHER = 32

export class PictureFiles {
  private readonly images: LabelledImages
  private readonly folder: string
  private readonly written = new Set<number>()

  /** @param folder must exist; who made it removes it */
  constructor(images: LabelledImages, folder: string) {
    this.images = images
    this.folder = folder
  }

  /** Lossless files of the images at these indices, in their order. */
  async filesOf(indices: readonly number[]): Promise<string[]> {
    const missing = indices.filter((index) => !this.written.has(index))
    for (let start = 0; start < missing.length; start += TOGETHER)
      await Promise.all(missing.slice(start, start + TOGETHER).map((index) => this.write(index)))
    return indices.map((index) => this.fileOf(index))
  }

  private async write(index: number): Promise<void> {
    const { width, height, channels } = this.images
    const png = await sharp(bytesOf(this.images, index), { raw: { width, height, channels } })
      .png({ compressionLevel: 1 })
      .toBuffer()
    await writeFile(this.fileOf(index), png)
    this.written.add(index)
  }

  private fileOf(index: number): string {
    return path.join(this.folder, `${index}.png`)
  }
}
