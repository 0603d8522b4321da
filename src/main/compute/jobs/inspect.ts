/** Judges images: scores, verdict, regions in pixels of the image, the map as a file, overlays for people. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { mapToImage, planViews, type FitPlan } from '../../imaging/fit.ts'
import { renderOverlay } from '../../imaging/heatmap.ts'
import { encodeMap } from '../../imaging/mapfile.ts'
import type { Plane } from '../../imaging/raster.ts'
import { findRegions, type Region } from '../../imaging/regions.ts'
import { normalisedScore, normaliseMap } from '../../models/calibration.ts'
import type { InspectItem, InspectJob, InspectResult, Inspected } from '../messages.ts'
import type { ModelCache } from '../models.ts'
import { judgeImages, type Judged } from '../pipeline.ts'
import type { JobContext } from '../server.ts'

/** A normalised map is 0.5 where the pixel threshold is. */
const NORMALISED_THRESHOLD = 0.5

/**
 * A region reaches as far as the map keeps half of the threshold's value (m / (m + t) at m = t / 2): at the
 * threshold itself a defect that just passes it would be a few pixels.
 */
const NORMALISED_EXTENT = 1 / 3

export async function inspect(
  job: InspectJob,
  context: JobContext<'inspect'>,
  models: ModelCache,
): Promise<InspectResult> {
  return models.use(job.modelFile, async (judge) => {
    const { fit } = judge.metadata
    const summary = await judgeImages(
      judge,
      job.items,
      {
        signal: context.signal,
        judged: async (judged) => {
          const { raster } = judged
          const plan = planViews(raster.width, raster.height, fit)
          await context.emit(await describe(job, judged, plan))
        },
        rejected: (event) => context.emit(event),
      },
      job.limits,
    )
    return {
      state: summary.cancelled ? 'cancelled' : 'finished',
      inspected: summary.judged,
      rejected: summary.rejected,
      seconds: summary.seconds,
      modelSeconds: summary.modelSeconds,
    }
  })
}

async function describe(job: InspectJob, judged: Judged<InspectItem>, plan: FitPlan): Promise<Inspected> {
  const { calibration } = job
  const { item, raster, judgement, milliseconds } = judged
  const score = judgement.scores[calibration.defaultScore]
  const verdict = score >= calibration.threshold.value ? 'ng' : 'ok'
  const working = normaliseMap(judgement.map, calibration)
  const map = mapToImage(plan, working)
  const regions = findRegions(map, NORMALISED_EXTENT, { minimumArea: job.minimumArea }).filter(
    ({ peak }) => peak >= NORMALISED_THRESHOLD,
  )
  const [mapBytes, overlayFile] = await Promise.all([
    job.maps ? encodeMap(smallest(plan, working, map)) : null,
    job.overlays === null ? null : writeOverlay(job.overlays, judged, map, regions),
  ])
  return {
    kind: 'inspected',
    id: item.id,
    scores: judgement.scores,
    score,
    normalisedScore: normalisedScore(score, calibration),
    verdict,
    width: raster.width,
    height: raster.height,
    regions,
    map: mapBytes,
    overlayFile,
    milliseconds,
  }
}

/** The plane with fewer pixels of those that cover the whole image: nothing is gained by storing an enlargement. */
function smallest(plan: FitPlan, working: Plane, image: Plane): Plane {
  const coversAll = plan.source.width === plan.imageWidth && plan.source.height === plan.imageHeight
  return coversAll && working.data.length < image.data.length ? working : image
}

async function writeOverlay(
  { folder, opacity }: NonNullable<InspectJob['overlays']>,
  { item, raster }: Judged<InspectItem>,
  map: Plane,
  regions: readonly Region[],
): Promise<string> {
  const file = path.join(folder, `${item.overlayName ?? item.id}.png`)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, await renderOverlay(raster, map, { opacity, regions }))
  return file
}
