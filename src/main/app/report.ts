import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Store } from '../store/index.ts'
import { collectReport, ReportError, type ReportRequest } from './report-data.ts'
import { renderCsv, renderHtml, renderPdf, summarise, type ReportData } from './reports/index.ts'

const renderers = {
  '.pdf': renderPdf,
  '.html': renderHtml,
  '.htm': renderHtml,
  '.csv': (data: ReportData) => Promise.resolve(renderCsv(data)),
} as const satisfies Record<string, (data: ReportData) => Promise<Buffer | string>>

/** What a report can be written as, by the file's extension. */
export const reportExtensions: readonly string[] = Object.keys(renderers)

/** A report as bytes. */
export interface RenderedReport {
  readonly content: Buffer
  readonly type: string
  readonly data: ReportData
}

const types = {
  pdf: 'application/pdf',
  html: 'text/html; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
} as const

/**
 * A report of a lot, a time span or all inspections of a project, as one of the formats that browsers ask for.
 *
 * @throws ReportError if there is nothing to report
 */
export async function renderReport(
  store: Store,
  request: ReportRequest,
  format: keyof typeof types,
): Promise<RenderedReport> {
  const data = collectReport(store, request)
  return { content: Buffer.from(await renderers[`.${format}`](data)), type: types[format], data }
}

/** A report that was written. */
export interface WrittenReport {
  /** Absolute path. */
  readonly file: string
  readonly bytes: number
  readonly inspections: number
  /** After reviews. */
  readonly ng: number
  /** As the model judged. */
  readonly modelNg: number
}

/**
 * Writes a report of a lot, a time span or all inspections of a project: PDF, HTML or CSV by the file's extension.
 * The file appears under its name only when it is whole.
 *
 * @throws ReportError for an unknown extension, or if there is nothing to report
 */
export async function writeReport(store: Store, request: ReportRequest, out: string): Promise<WrittenReport> {
  const file = path.resolve(out)
  const extension = path.extname(file).toLowerCase()
  const [, render] = Object.entries(renderers).find(([known]) => known === extension) ?? []
  if (!render) {
    throw new ReportError(
      `A report is written as ${reportExtensions.join(', ')}; "${path.basename(file)}" is none.`,
    )
  }
  const data = collectReport(store, request)
  const content = Buffer.from(await render(data))
  const temporary = `${file}.tmp`
  try {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(temporary, content)
    await rename(temporary, file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ReportError(`The report could not be written to ${file}: ${reason}.`)
  } finally {
    await rm(temporary, { force: true })
  }
  const { inspected, ng, modelNg } = summarise(data)
  return { file, bytes: content.length, inspections: inspected, ng, modelNg }
}
