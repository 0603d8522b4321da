/** Names that browsers give files, made into paths that stay where they belong on every system. */

/** A name that no sensible browser sends; nothing is written. */
export class UploadNameError extends Error {
  override readonly name = 'UploadNameError'
}

const mostFolders = 16
/** Bytes of UTF-8 in a part of a path; file systems take 255, and a temporary name needs a few. */
const longestPart = 200
/** Names that mean devices on Windows, with whatever extension. */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i

/**
 * The parts of a path below an upload's folder, from a name with `/` between its folders.
 *
 * What could lead elsewhere is refused: empty parts, `.` and `..`, absolute paths, drive letters, backslashes and
 * control characters. What is merely impossible on some systems is put right, so that a folder of a Linux machine
 * can be sent to a station on Windows: `<>:"|?*` become `_`, dots and blanks at a part's end go, and a device's name
 * gets a `_` in front.
 *
 * @throws UploadNameError
 */
export function uploadPath(name: string): string[] {
  const parts = name.normalize('NFC').split('/')
  if (parts.length > mostFolders) throw new UploadNameError('The file stands too many folders deep.')
  if (/^[a-z]:$/i.test(parts[0] ?? '')) throw new UploadNameError('The name begins with a drive letter.')
  return parts.map(uploadPart)
}

function uploadPart(part: string): string {
  if (/[\p{Cc}\p{Cs}\\]/u.test(part)) {
    throw new UploadNameError('The name holds a backslash or a control character.')
  }
  const cleaned = part.replace(/[<>:"|?*]/g, '_').replace(/[. ]+$/, '')
  if (cleaned === '') throw new UploadNameError('A part of the name is empty or leads upwards.')
  const safe = reserved.test(cleaned) ? `_${cleaned}` : cleaned
  if (Buffer.byteLength(safe) > longestPart) throw new UploadNameError('A part of the name is too long.')
  return safe
}
