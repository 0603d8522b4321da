/** Pictures as browsers show them, from whatever a camera wrote. */
import type { Sharp } from 'sharp'
import type { ImageSize } from '../../../contract/addresses.ts'
import { decodeImage, ImageError, probeImage } from '../../imaging/decode.ts'
import { sharp } from '../../imaging/libvips.ts'
import { encodePng } from '../../imaging/png.ts'

/** Longer side in pixels. */
const sides: Readonly<Record<Exclude<ImageSize, 'original'>, { side: number; quality: number }>> = {
  thumbnail: { side: 256, quality: 75 },
  view: { side: 1600, quality: 90 },
}

const types: Readonly<Record<string, string>> = { png: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp' }

/** The media type of a file that browsers show as it is; undefined if they do not. */
export async function shownAs(file: string): Promise<string | undefined> {
  return types[(await probeImage(file)).format]
}

/**
 * A small WebP: upright, sRGB, 16-bit samples by their upper eight, on white where it is transparent, as the model
 * sees it.
 *
 * @throws ImageError
 */
export async function renderSmall(file: string, size: Exclude<ImageSize, 'original'>): Promise<Buffer> {
  const { side, quality } = sides[size]
  return encoded(file, (image) =>
    image
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .webp({ quality, effort: 2 }),
  )
}

/** The whole picture as PNG, for what browsers do not show. @throws ImageError */
export async function renderPng(file: string): Promise<Buffer> {
  return encoded(file, (image) => image.toColourspace('srgb').png({ compressionLevel: 3 }))
}

/** Defect pixels white, all others transparent. @throws ImageError */
export async function renderMask(file: string): Promise<Buffer> {
  const { width, height, data } = await decodeImage(file, { channels: 1 })
  const bytes = Uint8Array.from(data, (value) => (value > 0 ? 1 : 0))
  const palette = Uint8Array.of(0, 0, 0, 255, 255, 255)
  return encodePng({ width, height, kind: 'indexed8', bytes, palette, alphas: Uint8Array.of(0, 255) })
}

async function encoded(file: string, draw: (image: Sharp) => Sharp): Promise<Buffer> {
  const image = await openImage(file)
  try {
    return await draw(image).toBuffer()
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new ImageError(file, 'unreadable', `could not be drawn (${detail}).`, { cause })
  }
}

async function openImage(file: string): Promise<Sharp> {
  // Our own reader checks the format and size first: only what it names reaches libvips.
  const { format } = await probeImage(file)
  if (format !== 'bmp') return sharp(file, { autoOrient: true, limitInputPixels: false, failOn: 'truncated' })
  const { width, height, data } = await decodeImage(file, { channels: 3 })
  const bytes = Uint8Array.from(data, (value) => Math.round(255 * value))
  return sharp(bytes, { raw: { width, height, channels: 3 } })
}
