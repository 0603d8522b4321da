import path from 'node:path'
import type { ComputeDiedError } from '../compute/errors.ts'
import type { PipelineLimits } from '../compute/messages.ts'
import { inspectWithRecovery } from '../compute/recovery.ts'
import { newId, type Lot, type Project } from '../store/index.ts'
import { Committer } from './committer.ts'
import type { Core } from './core.ts'
import type { ImageFile } from './files.ts'
import type { InspectionOutcome, KeepImages } from './inspection-outcome.ts'
import type { CalibratedModel } from './models.ts'

/** Overlay pictures cannot be written where they were wanted. */
export class OverlayError extends Error {
  override readonly name = 'OverlayError'
}

export interface InspectionRequest {
  readonly project: Project
  readonly model: CalibratedModel
  readonly images: readonly ImageFile[]
  /** Name of the lot they belong to; made if there is none. */
  readonly lot?: string
  /** Folder for overlay pictures, named like the images. */
  readonly overlays?: { readonly folder: string; readonly opacity: number }
  readonly keepImages: KeepImages
  /** Defect areas smaller than this many pixels are not reported. */
  readonly minimumArea: number
  readonly limits?: PipelineLimits
}

export interface InspectionHooks {
  /** Called for each image once it is stored for good (or known to be unusable), in the order of completion. */
  onReported?(outcome: InspectionOutcome): void
  onRestart?(death: ComputeDiedError): void
  /** Stops after what is under way. */
  readonly signal?: AbortSignal
}

export interface InspectionReport {
  readonly lot: Lot | undefined
  readonly inspected: number
  readonly ok: number
  readonly ng: number
  readonly rejected: number
  readonly cancelled: boolean
  /** Wall-clock time, and the time inside the model. */
  readonly seconds: number
  readonly modelSeconds: number
}

/**
 * Judges images and keeps the verdicts: the map's file first, then the rows, many a transaction; an image is
 * reported when its transaction is on the disk and not before. An image that cannot be judged is reported and
 * stops nothing; a data folder that cannot be written stops everything, with what was reported before kept.
 *
 * @throws OverlayError before anything is judged; StorageError; ComputeDiedError when the compute process keeps dying; JobError when the model is unusable
 */
export async function inspectImages(
  core: Core,
  request: InspectionRequest,
  hooks: InspectionHooks = {},
): Promise<InspectionReport> {
  demandOtherFolder(request)
  const { store } = core
  const { project, model } = request
  const lot = request.lot === undefined ? undefined : store.lots.findOrCreate(project.id, request.lot)
  const images = new Map(request.images.map((image) => [newId(), image]))
  const count = { ok: 0, ng: 0, rejected: 0 }
  const committer = new Committer(
    store,
    { project, model, lot, keepImages: request.keepImages, images },
    (outcome) => {
      if (outcome.kind === 'rejected') count.rejected += 1
      else count[outcome.inspection.verdict] += 1
      hooks.onReported?.(outcome)
    },
  )
  const result = await inspectWithRecovery(
    core.compute,
    {
      modelFile: model.file,
      calibration: model.calibration,
      items: [...images].map(([id, { file, name }]) => ({ id, file, overlayName: name })),
      minimumArea: request.minimumArea,
      maps: true,
      overlays: request.overlays
        ? { folder: path.resolve(request.overlays.folder), opacity: request.overlays.opacity }
        : null,
      ...(request.limits ? { limits: request.limits } : {}),
    },
    {
      onEvent: (event) => committer.add(event),
      onRestart: (death) => hooks.onRestart?.(death),
      ...(hooks.signal ? { signal: hooks.signal } : {}),
    },
  ).finally(() => committer.settled())
  committer.check()
  return {
    lot,
    inspected: count.ok + count.ng,
    ...count,
    cancelled: result.state === 'cancelled',
    seconds: result.seconds,
    modelSeconds: result.modelSeconds,
  }
}

/** An overlay picture may not take the place of the image it is made from. */
function demandOtherFolder(request: InspectionRequest): void {
  if (!request.overlays) return
  const folder = path.resolve(request.overlays.folder)
  const images = new Set(request.images.map(({ file }) => file))
  for (const { name } of request.images) {
    const target = path.join(folder, `${name}.png`)
    if (images.has(target))
      throw new OverlayError(`The pictures would overwrite ${target}. Choose another folder.`)
  }
}
