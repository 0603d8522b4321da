/** `npm run icons`: draws the application's icon in all sizes and formats from resources/icons/icon.svg. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { icnsFile, icoFile, type Picture } from './icons/containers.ts'

const folder = path.resolve(import.meta.dirname, '../resources/icons')
const drawing = readFileSync(path.join(folder, 'icon.svg'))

async function picture(size: number): Promise<Picture> {
  // Drawn at that size, not shrunk: lines stay sharp.
  const png = await sharp(drawing, { density: (72 * size) / 1024 })
    .resize(size, size)
    .png({ compressionLevel: 9 })
    .toBuffer()
  return { size, png }
}

const pictures = await Promise.all([16, 24, 32, 48, 64, 128, 256, 512, 1024].map(picture))
const small = pictures.filter(({ size }) => size <= 256)

writeFileSync(path.join(folder, 'icon.ico'), icoFile(small))
writeFileSync(path.join(folder, 'icon.icns'), icnsFile(pictures))
for (const { size, png } of pictures) if (size === 512) writeFileSync(path.join(folder, 'icon.png'), png)
mkdirSync(path.join(folder, 'linux'), { recursive: true })
for (const { size, png } of pictures) {
  if (size !== 24 && size !== 1024) writeFileSync(path.join(folder, 'linux', `${size}x${size}.png`), png)
}
