import { z } from 'zod'
import { historyFilterSchema } from '../../../contract/history.ts'
import type { ReportFormat } from '../../../contract/addresses.ts'
import type { Inspection, InspectionFilter, Project, Store } from '../../store/index.ts'
import { reportSecurityPolicy } from '../assets.ts'
import { csvLine } from '../csv.ts'
import { inspectionViews, storeFilter } from '../history-views.ts'
import { ProblemError } from '../problems.ts'
import { cached, disposition, fileContent, notFound, respond, revalidated } from './answers.ts'

/** Rows that are read and sent at a time. */
const pageRows = 500

/** Reports, the history as a table, model files. `way`: the parts of the address below `downloads/`. */
export async function answerDownload(
  store: Store,
  request: Request,
  way: readonly string[],
): Promise<Response> {
  const [kind, file = '', ...rest] = way
  const [, id, extension] = /^([0-9a-z]{6,40})\.([a-z]+)$/.exec(file) ?? []
  if (id === undefined || rest.length > 0) return notFound()
  const query = new URL(request.url).searchParams
  if (kind === 'reports' && isReportFormat(extension)) return report(store, id, extension, query)
  if (kind === 'history' && extension === 'csv') return history(store, id, query)
  if (kind === 'models' && extension === 'onnx') return model(store, request, id)
  return notFound()
}

function isReportFormat(text: string | undefined): text is ReportFormat {
  return text === 'pdf' || text === 'html' || text === 'csv'
}

async function report(
  store: Store,
  id: string,
  format: ReportFormat,
  query: URLSearchParams,
): Promise<Response> {
  const project = store.projects.get(id)
  const { lotId, since, until } = filterOf(project, query)
  const lot = lotId === undefined ? undefined : store.lots.get(lotId)
  if (lot !== undefined && lot.projectId !== id) return notFound()
  // Loaded when needed: the libraries behind it are large.
  const { renderReport } = await import('../report.ts')
  const { content, type } = await renderReport(
    store,
    {
      project,
      ...(lot === undefined ? {} : { lot: lot.name }),
      ...(since === undefined ? {} : { since: new Date(since) }),
      ...(until === undefined ? {} : { until: new Date(until) }),
    },
    format,
  )
  const name = fileName(project.name, lot?.name ?? 'report', format)
  return respond(
    { type, body: content },
    {
      // HTML is the preview, which a page shows in a frame where nothing of it can run.
      'content-disposition': disposition(format === 'html' ? 'inline' : 'attachment', name),
      'cache-control': 'no-store',
      ...(format === 'html' ? { 'content-security-policy': reportSecurityPolicy } : {}),
    },
  )
}

const columns = [
  'time',
  'file',
  'verdict',
  'model_verdict',
  'review_verdict',
  'defect_type',
  'review_reason',
  'reviewer',
  'reviewed_at',
  'score',
  'normalised_score',
  'threshold',
  'regions',
  'width',
  'height',
  'milliseconds',
  'lot',
  'model',
  'inspection',
  'path',
] as const

/** Streamed page by page: a year's history never sits in memory. `verdict` is the final one. */
function history(store: Store, id: string, query: URLSearchParams): Response {
  const project = store.projects.get(id)
  const filter: InspectionFilter = storeFilter(filterOf(project, query))
  let after: InspectionFilter['after']
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start: (stream) => {
      // A byte order mark: spreadsheets take a file without one for the machine's old code page.
      stream.enqueue(encoder.encode(`\uFEFF${csvLine(columns)}`))
    },
    pull: (stream) => {
      const page = store.inspections.list({
        ...filter,
        limit: pageRows,
        ...(after === undefined ? {} : { after }),
      })
      if (page.length > 0) stream.enqueue(encoder.encode(lines(store, page)))
      const last = page.at(-1)
      if (last === undefined || page.length < pageRows) stream.close()
      else after = { id: last.id, inspectedAt: last.inspectedAt }
    },
  })
  return respond(
    { type: 'text/csv; charset=utf-8', body },
    {
      'content-disposition': disposition('attachment', fileName(project.name, 'history', 'csv')),
      'cache-control': 'no-store',
    },
  )
}

function lines(store: Store, page: readonly Inspection[]): string {
  return inspectionViews(store, page)
    .map((one) =>
      csvLine([
        one.inspectedAt,
        one.fileName,
        one.finalVerdict,
        one.verdict,
        one.review?.verdict ?? null,
        one.review?.defectType ?? null,
        one.review?.reason ?? null,
        one.review?.reviewer ?? null,
        one.review?.reviewedAt ?? null,
        one.score,
        one.normalisedScore,
        one.threshold,
        one.regionCount,
        one.width,
        one.height,
        one.milliseconds,
        one.lotName,
        one.modelId,
        one.id,
        one.sourcePath,
      ]),
    )
    .join('')
}

async function model(store: Store, request: Request, id: string): Promise<Response> {
  const { projectId, sha256 } = store.models.get(id)
  const { name } = store.projects.get(projectId)
  return cached(request, sha256, revalidated, async () => {
    const content = await fileContent(store.models.file(id), 'application/octet-stream')
    const headers = { 'content-disposition': disposition('attachment', fileName(name, id, 'onnx')) }
    return content === undefined ? undefined : { ...content, headers }
  })
}

/** Numbers and truth values as addresses carry them. */
const querySchema = historyFilterSchema.extend({
  overridden: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
  minimumScore: z.coerce.number().optional(),
  maximumScore: z.coerce.number().optional(),
})

/** @throws ProblemError `badInput` */
function filterOf(project: Project, query: URLSearchParams) {
  const parsed = querySchema.safeParse({ ...Object.fromEntries(query), projectId: project.id })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') ?? ''
  throw new ProblemError('INVALID', 'badInput', `${field}: ${issue?.message ?? 'is wrong'}`, { field })
}

/** A name that every file system takes. */
function fileName(project: string, what: string, extension: string): string {
  const stem = `${project} ${what}`.replace(/[\p{Cc}<>:"/\\|?*]/gu, '-').slice(0, 120)
  return `${stem.trim()}.${extension}`
}
