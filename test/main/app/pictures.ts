import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import sharp from 'sharp'

let next = 0

/** A small PNG, different from every other one this process has made. */
export async function aPicture(width = 12, height = 8): Promise<Buffer> {
  next++
  const background = { r: next % 256, g: Math.floor(next / 256), b: 40 }
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()
}

/** Writes files below a folder: `true` stands for a picture of its own, else the content given. */
export async function layOut(
  root: string,
  files: Readonly<Record<string, true | string | Uint8Array>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content === true ? await aPicture() : content)
  }
}
