/** Judges labelled test images as an inspection does, and compares their maps with the ground truth pixel by pixel. */
import { PixelEvaluation } from '../../evaluation/index.ts'
import { decodeImage } from '../../imaging/decode.ts'
import { mapToImage, planViews } from '../../imaging/fit.ts'
import type { Plane } from '../../imaging/raster.ts'
import type { EvaluationItem, EvaluationResult, PixelMetrics } from '../evaluation-types.ts'
import type { EvaluateJob } from '../messages.ts'
import type { ModelCache } from '../models.ts'
import { judgeImages } from '../pipeline.ts'
import type { JobContext } from '../server.ts'

/** AUPRO counts up to this false-positive rate, as the MVTec AD evaluation does. */
const FALSE_POSITIVE_LIMIT = 0.3

interface Tally {
  readonly evaluation: PixelEvaluation
  images: number
  defects: number
}

export async function evaluate(
  job: EvaluateJob,
  context: JobContext<'evaluate'>,
  models: ModelCache,
): Promise<EvaluationResult> {
  const newTally = (): Tally => ({ evaluation: new PixelEvaluation(), images: 0, defects: 0 })
  const overall = newTally()
  // A good image counts for every type, so all tallies exist before the first image.
  const byType = new Map<string, Tally>()
  for (const { type, maskFile } of job.items)
    if (type !== null && maskFile !== null) byType.set(type, newTally())
  const hasMasks = job.items.some(({ maskFile }) => maskFile !== null)
  const maskProblems: { id: string; message: string }[] = []

  const count = (item: EvaluationItem, map: Plane, mask: Mask | null) => {
    const typed = item.label === 'good' ? byType.values() : [byType.get(item.type ?? '')]
    for (const tally of [overall, ...typed]) {
      if (!tally) continue
      // The maps are compared as they are: normalising them would make ties of the strongest anomalies.
      tally.evaluation.add(map, mask)
      tally.images += 1
      if (mask) tally.defects += 1
    }
  }

  return models.use(job.modelFile, async (judge) => {
    const { calibration } = job
    const summary = await judgeImages(
      judge,
      job.items,
      {
        signal: context.signal,
        judged: async ({ item, raster, judgement }) => {
          const score = judgement.scores[calibration.defaultScore]
          const verdict = score >= calibration.threshold.value ? 'ng' : 'ok'
          if (hasMasks && (item.label === 'good' || item.maskFile !== null)) {
            const map = mapToImage(planViews(raster.width, raster.height, judge.metadata.fit), judgement.map)
            try {
              count(
                item,
                map,
                item.label === 'good' ? null : await readMask(item, raster.width, raster.height),
              )
            } catch (error) {
              maskProblems.push({
                id: item.id,
                message: error instanceof Error ? error.message : String(error),
              })
            }
          }
          await context.emit({ kind: 'judged', id: item.id, scores: judgement.scores, score, verdict })
        },
        rejected: (event) => context.emit(event),
      },
      job.limits,
    )
    return {
      state: summary.cancelled ? 'cancelled' : 'finished',
      pixels: metricsOf(overall),
      pixelsByType: Object.fromEntries([...byType].map(([type, tally]) => [type, metricsOf(tally)])),
      judged: summary.judged,
      rejected: summary.rejected,
      maskProblems,
      seconds: summary.seconds,
    }
  })
}

function metricsOf({ evaluation, images, defects }: Tally): PixelMetrics {
  const finite = (value: number) => (Number.isFinite(value) ? value : null)
  const measurable = defects > 0 && evaluation.regions > 0
  return {
    auroc: measurable ? finite(evaluation.auroc()) : null,
    aupro: measurable ? finite(evaluation.aupro(FALSE_POSITIVE_LIMIT)) : null,
    images,
    regions: evaluation.regions,
  }
}

interface Mask {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/**
 * Reads a ground-truth mask. Everything above half of its own brightest value is defect, so that masks of 0 and 1,
 * of 0 and 255, and anti-aliased ones all read alike.
 */
async function readMask(item: EvaluationItem, width: number, height: number): Promise<Mask | null> {
  if (item.maskFile === null) return null
  const grey = await decodeImage(item.maskFile, { channels: 1 })
  if (grey.width !== width || grey.height !== height) {
    throw new Error(
      `${item.maskFile}: the mask has ${grey.width}×${grey.height} px but its image ${width}×${height}; export it in the image's size.`,
    )
  }
  const brightest = grey.data.reduce((a, b) => Math.max(a, b), 0)
  return { width, height, data: Uint8Array.from(grey.data, (value) => (value > brightest / 2 ? 1 : 0)) }
}
