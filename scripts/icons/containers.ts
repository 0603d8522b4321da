/** The two formats that hold several sizes of one icon. */

export interface Picture {
  /** Width and height in pixels. */
  readonly size: number
  readonly png: Buffer
}

/**
 * A Windows icon: a directory of pictures, each a PNG (read since Windows Vista).
 *
 * @param pictures of at most 256 pixels
 */
export function icoFile(pictures: readonly Picture[]): Buffer {
  const directory = Buffer.alloc(6 + 16 * pictures.length)
  directory.writeUInt16LE(1, 2)
  directory.writeUInt16LE(pictures.length, 4)
  let offset = directory.length
  pictures.forEach(({ size, png }, index) => {
    const at = 6 + 16 * index
    // 256 is written as 0: one byte is all there is.
    directory.writeUInt8(size % 256, at)
    directory.writeUInt8(size % 256, at + 1)
    directory.writeUInt16LE(1, at + 4)
    directory.writeUInt16LE(32, at + 6)
    directory.writeUInt32LE(png.length, at + 8)
    directory.writeUInt32LE(offset, at + 12)
    offset += png.length
  })
  return Buffer.concat([directory, ...pictures.map(({ png }) => png)])
}

/** Names of sizes in Apple's format; the second set is for displays of double density. */
const appleTypes: readonly (readonly [type: string, size: number])[] = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
]

/** An Apple icon: blocks of type, length and PNG. Sizes that are not given are left out. */
export function icnsFile(pictures: readonly Picture[]): Buffer {
  const blocks = appleTypes.flatMap(([type, size]) => {
    const picture = pictures.find((one) => one.size === size)
    return picture ? [block(type, picture.png)] : []
  })
  return block('icns', Buffer.concat(blocks))
}

function block(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 0, 'latin1')
  head.writeUInt32BE(head.length + content.length, 4)
  return Buffer.concat([head, content])
}
