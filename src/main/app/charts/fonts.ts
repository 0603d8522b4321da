import { createRequire } from 'node:module'

/**
 * The fonts of pictures and reports: Roboto (Apache-2.0), which pdfmake brings along. Machines on a line often have
 * no fonts at all, so none of the system's is ever used.
 */
const requireHere = createRequire(import.meta.url)

/** Native code opens these files by itself: in the packaged application they lie beside the archive, not in it. */
function fontFile(name: string): string {
  return requireHere
    .resolve(`pdfmake/fonts/Roboto/${name}`)
    .replace(/\bapp\.asar(?=[\\/])/, 'app.asar.unpacked')
}

export const fontFamily = 'Roboto'

/** Absolute paths of the TrueType files. */
export const fontFiles = {
  regular: fontFile('Roboto-Regular.ttf'),
  medium: fontFile('Roboto-Medium.ttf'),
  italic: fontFile('Roboto-Italic.ttf'),
  mediumItalic: fontFile('Roboto-MediumItalic.ttf'),
} as const
