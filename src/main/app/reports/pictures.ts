import { sharp } from '../../imaging/libvips.ts'
import type { PictureProvider } from './types.ts'

/** A picture made ready for a document. */
export interface Picture {
  readonly jpeg: Buffer
  readonly width: number
  readonly height: number
}

/**
 * Fetches a picture and shrinks it to at most `side` pixels a side, as JPEG: a report of 200 camera images must not
 * weigh a gigabyte. Small ones keep their size. Null if there is none or it cannot be read: a report is never
 * lost for a picture.
 */
export async function fetchPicture(provider: PictureProvider, side: number): Promise<Picture | null> {
  try {
    const encoded = await provider()
    if (encoded === null) return null
    const { data, info } = await sharp(encoded)
      .rotate()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      // Full colour resolution: heatmaps are all colour edges.
      .jpeg({ quality: 86, chromaSubsampling: '4:4:4', mozjpeg: false })
      .toBuffer({ resolveWithObject: true })
    return { jpeg: data, width: info.width, height: info.height }
  } catch {
    return null
  }
}

export function dataAddress(picture: Picture): string {
  return `data:image/jpeg;base64,${picture.jpeg.toString('base64')}`
}
