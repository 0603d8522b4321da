import type { Metadata, SharpOptions } from 'sharp'
import { BmpError, decodeBmp, readBmpHeader } from './bmp.ts'
import { ImageError } from './errors.ts'
import { glance, isCutShort, type Format } from './header.ts'
import { copyAgain, readImageFile, readImageHead, tooLarge } from './imagefile.ts'
import { sharp } from './libvips.ts'
import type { Raster } from './raster.ts'
import { toRaster, type Samples } from './samples.ts'

export { ImageError, type ImageProblem } from './errors.ts'

/** What an image's header says. */
export interface ImageInfo {
  /** Width and height in pixels as seen, after EXIF orientation. */
  readonly width: number
  readonly height: number
  /** As stored, alpha included. */
  readonly channels: number
  readonly bits: 8 | 16
  readonly format: string
}

export interface DecodeOptions {
  /** 1: grey, Rec. 601 luma of the stored (gamma encoded) values; 3: sRGB. */
  readonly channels: 1 | 3
  /** Images with more pixels are refused on their header. Default 100 million: 1.2 GB as a three-channel raster. */
  readonly limitPixels?: number
}

const defaultLimit = 100_000_000

/** Enough for the header of most PNG, JPEG and BMP files. */
const headBytes = 16384

function decodeProblem(file: string, bytes: Buffer, format: Format, cause: unknown): ImageError {
  if (cause instanceof ImageError) return cause
  const detail = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]
  const truncated = cause instanceof BmpError ? cause.problem === 'truncated' : isCutShort(bytes, format)
  if (truncated) return new ImageError(file, 'truncated', `is cut short. ${copyAgain}`, { cause })
  const reason = `is damaged or of an unknown kind of ${format.toUpperCase()} (${detail})`
  return new ImageError(file, 'unreadable', `${reason}. ${copyAgain}`, { cause })
}

function sharpOptions(format: Format, limit: number | false): SharpOptions {
  return {
    limitInputPixels: limit,
    autoOrient: true,
    // A damaged picture is no evidence of a good part, so any warning counts; but for TIFF, where libtiff warns of
    // every private tag that a camera writes.
    failOn: format === 'tiff' ? 'error' : 'warning',
  }
}

function checkSize(file: string, size: { width: number; height: number }, limit: number): void {
  const { width, height } = size
  if (width * height > limit) throw tooLarge(file, `${width}×${height} px`, limit)
}

/** Asks libvips, for whatever is not plain. */
async function readMetadata(file: string, bytes: Buffer, format: Format, limit: number): Promise<Metadata> {
  // Without libvips' own limit: its refusal would not say the size.
  const metadata = await sharp(bytes, sharpOptions(format, false)).metadata()
  checkSize(file, metadata, limit)
  if (metadata.depth !== 'uchar' && metadata.depth !== 'ushort') {
    const reason = `has samples of an unsupported kind (${metadata.depth})`
    throw new ImageError(file, 'unreadable', `${reason}. Save it with 8 or 16 bits a channel.`)
  }
  return metadata
}

async function readInfo(file: string, bytes: Buffer, format: Format, limit: number): Promise<ImageInfo> {
  const plain = format === 'bmp' ? { ...readBmpHeader(bytes), bits: 8 as const } : glance(bytes, format)
  if (plain !== undefined) {
    checkSize(file, plain, limit)
    const { width, height, channels, bits } = plain
    return { width, height, channels, bits, format }
  }
  const { autoOrient, channels, depth } = await readMetadata(file, bytes, format, limit)
  return { ...autoOrient, channels, bits: depth === 'ushort' ? 16 : 8, format }
}

/**
 * Reads an image's header; of large PNG, JPEG and BMP files no more than that.
 * @throws ImageError, also for images over the pixel limit.
 */
export async function probeImage(file: string, limitPixels = defaultLimit): Promise<ImageInfo> {
  let { bytes, format } = await readImageHead(file, limitPixels, headBytes)
  try {
    const suffices = bytes.length < headBytes || format === 'bmp' || glance(bytes, format) !== undefined
    if (!suffices) ({ bytes, format } = await readImageFile(file, limitPixels))
    return await readInfo(file, bytes, format, limitPixels)
  } catch (cause) {
    throw decodeProblem(file, bytes, format, cause)
  }
}

async function decodeWithSharp(file: string, bytes: Buffer, format: Format, limit: number): Promise<Samples> {
  const plain = glance(bytes, format)
  if (plain !== undefined) checkSize(file, plain, limit)
  let wide = plain?.bits === 16
  let channels = plain?.channels ?? 0
  let hasAlpha = channels === 2 || channels === 4
  if (plain === undefined) {
    const metadata = await readMetadata(file, bytes, format, limit)
    wide = metadata.depth === 'ushort'
    channels = metadata.channels
    hasAlpha = metadata.hasAlpha
  }
  let pipeline = sharp(bytes, sharpOptions(format, limit))
  // Left alone, sharp gives 8-bit sRGB of everything. Grey with alpha has to take that way: 'b-w' drops the alpha.
  const grey = channels - (hasAlpha ? 1 : 0) === 1
  if (wide) pipeline = pipeline.toColourspace(grey ? 'grey16' : 'rgb16').raw({ depth: 'ushort' })
  else pipeline = (channels === 1 ? pipeline.toColourspace('b-w') : pipeline).raw()
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true })
  return {
    width: info.width,
    height: info.height,
    channels: info.channels,
    data: wide ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data,
    maximum: wide ? 65535 : 255,
  }
}

/**
 * Decodes an image file on libvips' threads: PNG, JPEG, TIFF (first page), WebP, BMP, 8 or 16 bit; EXIF orientation
 * applied, embedded profiles and CMYK converted to sRGB. 16-bit samples keep their precision. Transparent pixels
 * are laid on white: what their hidden colours say is an accident of the program that saved them, and on white they
 * look to the model as they look on the report's page.
 * @throws ImageError
 */
export async function decodeImage(file: string, options: DecodeOptions): Promise<Raster> {
  const limit = options.limitPixels ?? defaultLimit
  const { bytes, format } = await readImageFile(file, limit)
  try {
    if (format !== 'bmp') return toRaster(await decodeWithSharp(file, bytes, format, limit), options.channels)
    const header = readBmpHeader(bytes)
    checkSize(file, header, limit)
    const { width, height, channels } = header
    return toRaster(
      { width, height, channels, data: decodeBmp(bytes, header), maximum: 255 },
      options.channels,
    )
  } catch (cause) {
    throw decodeProblem(file, bytes, format, cause)
  }
}
