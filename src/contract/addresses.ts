/**
 * Addresses of what does not cross as JSON: pictures, uploads, downloads. Relative, so that they mean the same under
 * the application's own scheme and over HTTP. One handler `(Request) => Response` answers them all.
 */
import type { HistoryFilter } from './history.ts'

/** `thumbnail`: at most 256 px; `view`: at most 1,600 px; `original`: as it was given, PNG where browsers cannot show it. */
export type ImageSize = 'thumbnail' | 'view' | 'original'

/** Where the pictures begin. */
export const pictureRoot = 'pictures'
export const uploadRoot = 'uploads'
export const downloadRoot = 'downloads'

export function sampleImage(id: string, size: ImageSize): string {
  return `${pictureRoot}/samples/${id}/${size}`
}

/** The ground truth of a defect: white on transparent. */
export function sampleMask(id: string): string {
  return `${pictureRoot}/samples/${id}/mask`
}

/** 404 if the image was not kept. */
export function inspectionImage(id: string, size: ImageSize): string {
  return `${pictureRoot}/inspections/${id}/${size}`
}

/** The heatmap as a transparent PNG to lay over the image; it covers the whole image, whatever its own size. */
export function inspectionHeatmap(id: string): string {
  return `${pictureRoot}/inspections/${id}/heatmap`
}

/** The map itself: 16-bit grey PNG of normalised values, 0.5 (32767) the threshold it was judged by. */
export function inspectionMap(id: string): string {
  return `${pictureRoot}/inspections/${id}/map`
}

/** The heatmap of a sample by a model, judged when it is first asked for; nothing enters the history. */
export function evaluationHeatmap(modelId: string, sampleId: string): string {
  return `${pictureRoot}/models/${modelId}/samples/${sampleId}/heatmap`
}

/** One picture: pairs of input and reconstruction of the same few held-out samples after an epoch. */
export function trainingPreview(runId: string, epoch: number): string {
  return `${pictureRoot}/runs/${runId}/previews/${epoch}`
}

/** POST: begins an upload, answers `{ "id": "…" }`. */
export function newUpload(): string {
  return uploadRoot
}

/** PUT with the file as body; `name` may hold folders (`good/1.png`), which layouts are known by. */
export function uploadAddress(uploadId: string, name: string): string {
  return `${uploadRoot}/${uploadId}/${name.split('/').map(encodeURIComponent).join('/')}`
}

export type ReportFormat = 'pdf' | 'html' | 'csv'

/** A report of a lot, a time span, or everything. `html` is also the preview. */
export function reportAddress(
  projectId: string,
  format: ReportFormat,
  scope: { readonly lotId?: string; readonly since?: string; readonly until?: string },
): string {
  return `${downloadRoot}/reports/${projectId}.${format}${query(scope)}`
}

/** The history's rows as CSV, all that match. */
export function historyCsv(filter: HistoryFilter): string {
  const { projectId, ...rest } = filter
  return `${downloadRoot}/history/${projectId}.csv${query(rest)}`
}

export function modelFile(modelId: string): string {
  return `${downloadRoot}/models/${modelId}.onnx`
}

function query(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}
