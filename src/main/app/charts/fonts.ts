import { createRequire } from 'node:module'

/**
 * The fonts of pictures and reports: Roboto (Apache-2.0), which pdfmake brings along. Machines on a line often have
 * no fonts at all, so none of the system's is ever used.
 */
const requireHere = createRequire(import.meta.url)

export const fontFamily = 'Roboto'

/** Absolute paths of the TrueType files. */
export const fontFiles = {
  regular: requireHere.resolve('pdfmake/fonts/Roboto/Roboto-Regular.ttf'),
  medium: requireHere.resolve('pdfmake/fonts/Roboto/Roboto-Medium.ttf'),
  italic: requireHere.resolve('pdfmake/fonts/Roboto/Roboto-Italic.ttf'),
  mediumItalic: requireHere.resolve('pdfmake/fonts/Roboto/Roboto-MediumItalic.ttf'),
} as const
