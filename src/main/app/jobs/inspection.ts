import path from 'node:path'
import type { Inspection as InspectionView } from '../../../contract/history.ts'
import type { Job, JobResult } from '../../../contract/jobs.ts'
import type { Inspection, Lot, Project } from '../../store/index.ts'
import { collectImages, NoImagesError, type ImageFile } from '../files.ts'
import type { InspectionOutcome, KeepImages } from '../inspection-outcome.ts'
import { inspectImages } from '../inspection.ts'
import { calibrated, type CalibratedModel } from '../models.ts'
import type { Services } from '../services.ts'
import type { ResolvedSource } from '../sources.ts'
import { RepeatedNews } from './news.ts'
import type { Outcome } from './registry.ts'

export interface InspectionJobRequest {
  readonly project: Project
  /** Judges with the calibration that is current when the job's turn comes. */
  readonly model: CalibratedModel
  readonly source: ResolvedSource
  readonly lot?: string
  readonly keepImages: KeepImages
}

/** Defect areas smaller than this many pixels are not reported. */
const MINIMUM_AREA = 4

/** Files that could not be judged that a job lists; the rest is only counted. */
const MOST_LISTED = 1000

/**
 * Inspects a source: a job. Each verdict is told once it is stored, those that could not be judged as they are
 * found. The source is released at the end, however that comes.
 */
export function startInspection(
  { core, live, jobs }: Pick<Services, 'core' | 'live' | 'jobs'>,
  request: InspectionJobRequest,
): Job {
  const { project, source } = request
  const subject = request.lot ?? source.name
  return jobs.start(
    { kind: 'inspection', projectId: project.id, subject },
    async (task): Promise<Outcome> => {
      const news = new RepeatedNews(live, ['inspections', 'projects'], project.id)
      try {
        const found = await collectImages(source.paths)
        const images = await permitted(found, source)
        const model = calibrated(core.store, core.store.models.get(request.model.model.id))
        const rejected: { file: string; reason: string }[] = []
        // The lot is there before the first verdict, so that each can be told with its name.
        const lot =
          request.lot === undefined ? undefined : core.store.lots.findOrCreate(project.id, request.lot)
        let done = 0
        task.job.progress(0, images.length)
        const tell = (outcome: InspectionOutcome): void => {
          done += 1
          if (outcome.kind === 'inspected') {
            const inspection = viewOfNew(outcome.inspection, lot)
            live.publish({ kind: 'inspected', jobId: task.id, inspection })
          } else {
            const file = path.basename(outcome.image.file)
            if (rejected.length < MOST_LISTED) rejected.push({ file, reason: outcome.message })
            live.publish({
              kind: 'rejected',
              jobId: task.id,
              projectId: project.id,
              file,
              reason: outcome.message,
            })
          }
          task.job.progress(done, images.length)
          news.changed()
        }
        const report = await inspectImages(
          core,
          {
            project,
            model,
            images,
            keepImages: request.keepImages,
            minimumArea: MINIMUM_AREA,
            ...(request.lot === undefined ? {} : { lot: request.lot }),
          },
          {
            onReported: tell,
            onRestart: (death) => task.job.restarted(death.message),
            signal: task.signal,
          },
        )
        const { inspected, ok, ng } = report
        const result: JobResult = { kind: 'inspection', lotId: lot?.id ?? null, inspected, ok, ng, rejected }
        return { state: report.cancelled ? 'cancelled' : 'finished', result }
      } finally {
        news.last()
        await source.release()
      }
    },
  )
}

/** Links may lead out of the folders that images may be read from: such images are left out. */
async function permitted(images: readonly ImageFile[], source: ResolvedSource): Promise<ImageFile[]> {
  const permits = await Promise.all(images.map(({ file }) => source.permits(file)))
  const kept = images
    .filter((_, index) => permits[index])
    .map((image) => ({ ...image, origin: source.originOf(image.file) }))
  if (kept.length === 0) throw new NoImagesError(`There are no images to be read in ${source.name}.`)
  return kept
}

/** An inspection that was stored a moment ago, so nobody has reviewed it yet. */
function viewOfNew(inspection: Inspection, lot: Lot | undefined): InspectionView {
  const { id, projectId, modelId, lotId, fileName, sourcePath, width, height, score } = inspection
  const { normalisedScore, threshold, verdict, milliseconds, hasMap, regionCount, inspectedAt } = inspection
  return {
    id,
    projectId,
    modelId,
    lotId,
    lotName: lot?.name ?? null,
    fileName,
    sourcePath,
    hasImage: inspection.imageExtension !== null,
    hasMap,
    width,
    height,
    score,
    normalisedScore,
    threshold,
    verdict,
    review: null,
    finalVerdict: verdict,
    milliseconds,
    regionCount,
    inspectedAt,
  }
}
