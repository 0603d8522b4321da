import { readFile as readFileCallback, stat as statCallback } from 'node:fs'
import { promisify } from 'node:util'
import type { Metadata, SharpOptions } from 'sharp'
import { BmpError, decodeBmp, isBmp, readBmpHeader } from './bmp.ts'
import { ImageError } from './errors.ts'
import { sharp } from './libvips.ts'
import type { Raster } from './raster.ts'
import { toRaster, type Samples } from './samples.ts'

export { ImageError, type ImageProblem } from './errors.ts'

type Format = 'png' | 'jpeg' | 'tiff' | 'webp' | 'bmp'

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

// The callback calls: a third of the time of node:fs/promises on files of this size.
const readFile = promisify(readFileCallback)
const stat = promisify(statCallback)

const defaultLimit = 100_000_000
const again = 'Copy or export it again.'
const formats = 'PNG, JPEG, TIFF, WebP or BMP'

/**
 * The format by its first bytes. Only what is named here reaches libvips: it would also open SVG, PDF and other
 * formats that run programs of their own.
 */
function formatOf(bytes: Buffer): Format | undefined {
  const head = bytes.toString('latin1', 0, 12)
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg'
  // Classic and BigTIFF, either byte order.
  if (/^(II[*+]\0|MM\0[*+])/.test(head)) return 'tiff'
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'webp'
  if (isBmp(bytes)) return 'bmp'
  return undefined
}

function readProblem(file: string, cause: unknown): ImageError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ImageError(file, 'missing', 'does not exist. Check the path, or whether it was moved.', {
      cause,
    })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new ImageError(file, 'unreadable', 'may not be read. Give this user read permission.', { cause })
  }
  return new ImageError(file, 'unreadable', `cannot be read (${code}). Check the disk or the network.`, {
    cause,
  })
}

function tooLarge(file: string, size: string, limit: number): ImageError {
  const million = Math.round(limit / 1e5) / 10
  return new ImageError(
    file,
    'too-large',
    `is too large (${size}; the limit is ${million} million pixels). Crop it, split it or scale it down.`,
  )
}

/** Reads the file whole (libvips would take brackets in a path for options) and names its format. */
async function load(file: string, limit: number): Promise<{ bytes: Buffer; format: Format }> {
  let bytes: Buffer
  try {
    // Asked before opening: opening a pipe would wait for ever.
    const status = await stat(file)
    if (!status.isFile()) {
      const kind = status.isDirectory() ? 'a folder' : 'not a regular file'
      throw new ImageError(file, 'not-an-image', `is ${kind}. Name an image file.`)
    }
    if (status.size === 0) throw new ImageError(file, 'empty', `is empty (0 bytes). ${again}`)
    // 16 bit with alpha, uncompressed, and room for metadata; Node reads no more than 2 GiB at once.
    const limitBytes = Math.min(limit * 8 + (64 << 20), 2 ** 31 - 1)
    if (status.size > limitBytes) throw tooLarge(file, `${Math.round(status.size / 1e6)} MB`, limit)
    bytes = await readFile(file)
  } catch (cause) {
    throw cause instanceof ImageError ? cause : readProblem(file, cause)
  }
  const format = formatOf(bytes)
  if (format !== undefined) return { bytes, format }
  if (bytes.length < 12) throw new ImageError(file, 'truncated', `has only ${bytes.length} bytes. ${again}`)
  const zeros = bytes.subarray(0, 4096).every((byte) => byte === 0)
  const reason = zeros ? 'holds nothing but zeros, as after a broken copy' : `is not a ${formats} image`
  throw new ImageError(file, 'not-an-image', `${reason}. ${zeros ? again : `Save it as ${formats}.`}`)
}

/** Whether the file ends before its format says it does. Asked only when decoding failed, to name the reason. */
function isCutShort(bytes: Buffer, format: Format): boolean {
  switch (format) {
    case 'png':
      return !bytes.includes('IEND', Math.max(0, bytes.length - 65536), 'latin1')
    case 'jpeg':
      return bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) < 0
    case 'webp':
      return bytes.length < 12 || bytes.readUInt32LE(4) + 8 > bytes.length
    case 'tiff': {
      if (bytes.length < 16) return true
      const little = bytes[0] === 0x49
      const big = bytes[little ? 2 : 3] === 0x2b
      if (big) return (little ? bytes.readBigUInt64LE(8) : bytes.readBigUInt64BE(8)) >= BigInt(bytes.length)
      return (little ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4)) >= bytes.length
    }
    case 'bmp':
      return false
  }
}

function decodeProblem(file: string, bytes: Buffer, format: Format, cause: unknown): ImageError {
  if (cause instanceof ImageError) return cause
  const detail = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]
  const truncated = cause instanceof BmpError ? cause.problem === 'truncated' : isCutShort(bytes, format)
  if (truncated) return new ImageError(file, 'truncated', `is cut short (${detail}). ${again}`, { cause })
  const reason = `is damaged or of an unknown kind of ${format.toUpperCase()} (${detail})`
  return new ImageError(file, 'unreadable', `${reason}. ${again}`, { cause })
}

function sharpOptions(format: Format, limit: number): SharpOptions {
  return {
    limitInputPixels: limit,
    autoOrient: true,
    // A damaged picture is no evidence of a good part, so any warning counts; but for TIFF, where libtiff warns of
    // every private tag that a camera writes.
    failOn: format === 'tiff' ? 'error' : 'warning',
  }
}

function infoOf(file: string, metadata: Metadata, format: Format, limit: number): ImageInfo {
  const { width, height } = metadata.autoOrient
  if (width * height > limit) throw tooLarge(file, `${width}×${height} px`, limit)
  if (metadata.depth !== 'uchar' && metadata.depth !== 'ushort') {
    const reason = `has samples of an unsupported kind (${metadata.depth})`
    throw new ImageError(file, 'unreadable', `${reason}. Save it with 8 or 16 bits a channel.`)
  }
  return { width, height, channels: metadata.channels, bits: metadata.depth === 'uchar' ? 8 : 16, format }
}

function bmpInfo(
  file: string,
  header: { width: number; height: number; channels: number },
  limit: number,
): ImageInfo {
  const { width, height, channels } = header
  if (width * height > limit) throw tooLarge(file, `${width}×${height} px`, limit)
  return { width, height, channels, bits: 8, format: 'bmp' }
}

// libvips checks the limit itself while it reads the header, before ours can: the header is read without one.
async function readInfo(
  file: string,
  bytes: Buffer,
  format: Format,
  limit: number,
): Promise<[ImageInfo, Metadata]> {
  const metadata = await sharp(bytes, { ...sharpOptions(format, limit), limitInputPixels: false }).metadata()
  return [infoOf(file, metadata, format, limit), metadata]
}

/**
 * Reads an image's header.
 * @throws ImageError, also for images over the pixel limit.
 */
export async function probeImage(file: string, limitPixels = defaultLimit): Promise<ImageInfo> {
  const { bytes, format } = await load(file, limitPixels)
  try {
    if (format === 'bmp') return bmpInfo(file, readBmpHeader(bytes), limitPixels)
    return (await readInfo(file, bytes, format, limitPixels))[0]
  } catch (cause) {
    throw decodeProblem(file, bytes, format, cause)
  }
}

/** What decoding has to know beforehand: is it 16 bit, and is it grey without alpha? */
interface Shape {
  readonly wide: boolean
  readonly plainGrey: boolean
}

/** The shape by a glance at PNG and JPEG headers: a fifth of an image's time goes to `metadata()` otherwise. */
function glance(bytes: Buffer, format: Format): Shape | undefined {
  if (format === 'png' && bytes.length > 33) {
    const body = bytes.indexOf('IDAT', 33, 'latin1')
    if (body < 0 || bytes.subarray(33, body).includes('tRNS', 0, 'latin1')) return undefined
    const colourType = bytes[25]
    return colourType === 4 ? undefined : { wide: bytes[24] === 16, plainGrey: colourType === 0 }
  }
  if (format !== 'jpeg') return undefined
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1] as number
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { wide: false, plainGrey: bytes[at + 9] === 1 }
  }
  return undefined
}

async function decodeWithSharp(file: string, bytes: Buffer, format: Format, limit: number): Promise<Samples> {
  let shape = glance(bytes, format)
  let grey = shape?.plainGrey ?? false
  if (shape === undefined) {
    const [info, metadata] = await readInfo(file, bytes, format, limit)
    grey = metadata.channels - (metadata.hasAlpha ? 1 : 0) === 1
    shape = { wide: info.bits === 16, plainGrey: metadata.channels === 1 }
  }
  let pipeline = sharp(bytes, sharpOptions(format, limit))
  // Left alone, sharp gives 8-bit sRGB of everything. Grey with alpha has to take that way: 'b-w' drops the alpha.
  if (shape.wide) pipeline = pipeline.toColourspace(grey ? 'grey16' : 'rgb16').raw({ depth: 'ushort' })
  else pipeline = (shape.plainGrey ? pipeline.toColourspace('b-w') : pipeline).raw()
  const { data, info } = await pipeline
    .toBuffer({ resolveWithObject: true })
    .catch(async (cause: unknown) => {
      // If libvips refused for the size, this says so with the size.
      await readInfo(file, bytes, format, limit)
      throw cause
    })
  return {
    width: info.width,
    height: info.height,
    channels: info.channels,
    data: shape.wide ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data,
    maximum: shape.wide ? 65535 : 255,
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
  const { bytes, format } = await load(file, limit)
  try {
    if (format !== 'bmp') return toRaster(await decodeWithSharp(file, bytes, format, limit), options.channels)
    const header = readBmpHeader(bytes)
    const { width, height, channels } = header
    bmpInfo(file, header, limit)
    return toRaster(
      { width, height, channels, data: decodeBmp(bytes, header), maximum: 255 },
      options.channels,
    )
  } catch (cause) {
    throw decodeProblem(file, bytes, format, cause)
  }
}
