/** Reports of a lot or a time span: PDF, one-file HTML, CSV. Pure: they render what they are given. */
export type * from './types.ts'
export { renderCsv } from './csv.ts'
export { renderHtml } from './html.ts'
export type { HtmlOptions } from './html.ts'
export { renderPdf } from './pdf.ts'
export type { PdfOptions } from './pdf.ts'
export { summarise } from './words.ts'
export type { Summary } from './words.ts'
