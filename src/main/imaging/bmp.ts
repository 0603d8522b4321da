/**
 * Windows bitmaps, which libvips cannot read and factory cameras still write. The best-kept npm decoder knows no
 * palettes and no top-down files (fast-bmp 4), so this is our own: 1, 4, 8 bit palette; 16, 24, 32 bit, also with bit masks; OS/2 and Windows headers up to V5, uncompressed.
 * Format: Microsoft, "Bitmap Storage" (wingdi.h BITMAPFILEHEADER, BITMAPINFOHEADER to BITMAPV5HEADER).
 */

/** Why a bitmap cannot be read: its bytes end early, or it is of a kind that we do not read. */
export class BmpError extends Error {
  readonly problem: 'truncated' | 'unreadable'

  constructor(problem: 'truncated' | 'unreadable', message: string) {
    super(message)
    this.problem = problem
  }
}

export interface BmpHeader {
  readonly width: number
  readonly height: number
  /** 1 where the palette is all grey, 4 where an alpha mask is given, else 3. */
  readonly channels: 1 | 3 | 4
  readonly topDown: boolean
  readonly bitsPerPixel: number
  readonly pixelOffset: number
  /** Red, green, blue triples, 8 bit; empty without a palette. */
  readonly palette: Uint8Array
  /** Red, green, blue, alpha bit masks of 16 and 32 bit pixels; alpha 0 if there is none. */
  readonly masks: readonly [number, number, number, number]
}

const RGB = 0
const BITFIELDS = 3
const ALPHABITFIELDS = 6

export function isBmp(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes[0] === 0x42 && bytes[1] === 0x4d
}

/**
 * Reads the header and palette, no pixels.
 * @throws BmpError
 */
export function readBmpHeader(bytes: Buffer): BmpHeader {
  const need = (length: number): void => {
    if (bytes.length < length) throw new BmpError('truncated', 'its header is cut short')
  }
  need(26)
  const pixelOffset = bytes.readUInt32LE(10)
  const headerSize = bytes.readUInt32LE(14)
  need(14 + headerSize)
  const os2 = headerSize === 12
  if (!os2 && headerSize < 40) throw new BmpError('unreadable', `unknown header of ${headerSize} bytes`)
  const width = os2 ? bytes.readUInt16LE(18) : bytes.readInt32LE(18)
  const signedHeight = os2 ? bytes.readUInt16LE(20) : bytes.readInt32LE(22)
  const bitsPerPixel = bytes.readUInt16LE(os2 ? 24 : 28)
  const compression = os2 ? RGB : bytes.readUInt32LE(30)
  const height = Math.abs(signedHeight)
  if (width <= 0 || height === 0) throw new BmpError('unreadable', `impossible size ${width}×${height}`)
  if (![1, 4, 8, 16, 24, 32].includes(bitsPerPixel)) {
    throw new BmpError('unreadable', `${bitsPerPixel} bits a pixel are not a bitmap's`)
  }
  const masked = compression === BITFIELDS || compression === ALPHABITFIELDS
  if (compression !== RGB && !(masked && (bitsPerPixel === 16 || bitsPerPixel === 32))) {
    throw new BmpError('unreadable', 'compressed bitmaps are not read')
  }

  let masks: [number, number, number, number] = [0xff0000, 0xff00, 0xff, 0]
  if (bitsPerPixel === 16) masks = [0x7c00, 0x3e0, 0x1f, 0]
  if (masked) {
    // In a plain 40 byte header the masks follow it, in the later ones they are inside: the same place.
    const withAlpha = headerSize >= 56 || compression === ALPHABITFIELDS
    need(withAlpha ? 70 : 66)
    const mask = (i: number): number => bytes.readUInt32LE(54 + 4 * i)
    masks = [mask(0), mask(1), mask(2), withAlpha ? mask(3) : 0]
    if (masks.slice(0, 3).includes(0)) throw new BmpError('unreadable', 'its colour masks are empty')
  }

  let palette = new Uint8Array(0)
  if (bitsPerPixel <= 8) {
    const entry = os2 ? 3 : 4
    const given = os2 ? 0 : bytes.readUInt32LE(46)
    const count = Math.min(given || 1 << bitsPerPixel, 1 << bitsPerPixel)
    const start = 14 + headerSize
    need(start + count * entry)
    palette = new Uint8Array(3 << bitsPerPixel)
    for (let i = 0; i < count; i++) {
      for (let c = 0; c < 3; c++) palette[3 * i + c] = bytes[start + entry * i + 2 - c] as number
    }
  }
  const coloured = palette.some((value, i) => value !== palette[i - (i % 3)])
  const channels = bitsPerPixel <= 8 && !coloured ? 1 : masks[3] !== 0 ? 4 : 3
  return { width, height, channels, topDown: signedHeight < 0, bitsPerPixel, pixelOffset, palette, masks }
}

/** Maps the bits of a mask to 0…255. */
function channelOf(mask: number): { mask: number; shift: number; scale: number } {
  if (mask === 0) return { mask, shift: 0, scale: 0 }
  const shift = 31 - Math.clz32(mask & -mask)
  return { mask, shift, scale: 255 / (mask >>> shift) }
}

/**
 * Decodes to interleaved 8-bit rows, top row first, with the header's channel count.
 * @throws BmpError
 */
export function decodeBmp(bytes: Buffer, header: BmpHeader): Uint8Array {
  const { width, height, channels, bitsPerPixel, palette } = header
  const line = Math.ceil((width * bitsPerPixel) / 32) * 4
  // Some writers leave out the padding of the very last row.
  const needed = header.pixelOffset + line * (height - 1) + Math.ceil((width * bitsPerPixel) / 8)
  if (bytes.length < needed) throw new BmpError('truncated', `it has ${bytes.length} of ${needed} bytes`)
  const result = new Uint8Array(width * height * channels)
  const [red, green, blue, alpha] = header.masks.map(channelOf) as [Channel, Channel, Channel, Channel]
  let sawAlpha = false

  for (let y = 0; y < height; y++) {
    const row = header.pixelOffset + line * (header.topDown ? y : height - 1 - y)
    let out = y * width * channels
    if (bitsPerPixel === 24) {
      for (let x = 0, at = row; x < width; x++, at += 3) {
        result[out++] = bytes[at + 2] as number
        result[out++] = bytes[at + 1] as number
        result[out++] = bytes[at] as number
      }
    } else if (bitsPerPixel <= 8) {
      const mask = (1 << bitsPerPixel) - 1
      for (let x = 0; x < width; x++) {
        const bit = x * bitsPerPixel
        const index = ((bytes[row + (bit >> 3)] as number) >> (8 - bitsPerPixel - (bit & 7))) & mask
        for (let c = 0; c < channels; c++) result[out++] = palette[3 * index + c] as number
      }
    } else {
      for (let x = 0; x < width; x++) {
        const pixel = bitsPerPixel === 16 ? bytes.readUInt16LE(row + 2 * x) : bytes.readUInt32LE(row + 4 * x)
        result[out++] = Math.round(((pixel & red.mask) >>> red.shift) * red.scale)
        result[out++] = Math.round(((pixel & green.mask) >>> green.shift) * green.scale)
        result[out++] = Math.round(((pixel & blue.mask) >>> blue.shift) * blue.scale)
        if (channels === 4) {
          const opacity = Math.round(((pixel & alpha.mask) >>> alpha.shift) * alpha.scale)
          result[out++] = opacity
          sawAlpha ||= opacity > 0
        }
      }
    }
  }
  // Many writers name an alpha mask and never fill it in: an image that is transparent throughout is opaque.
  if (channels === 4 && !sawAlpha) for (let i = 3; i < result.length; i += 4) result[i] = 255
  return result
}

type Channel = ReturnType<typeof channelOf>
