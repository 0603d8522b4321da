import { idSchema, labelSchema, momentSchema, scoreNameSchema, scoresSchema, splitSchema } from './common.ts'
import { procedure } from './procedure.ts'
import { z } from './zod.ts'

const metric = z.number().nullable()

/** One labelled image as the model judged it. */
export const judgedSampleSchema = z.object({
  sampleId: idSchema,
  name: z.string(),
  label: labelSchema,
  defectType: z.string().nullable(),
  score: z.number(),
  scores: scoresSchema,
})
export type JudgedSample = z.infer<typeof judgedSampleSchema>

export const evaluationSchema = z.object({
  id: idSchema,
  modelId: idSchema,
  createdAt: momentSchema,
  split: splitSchema,
  score: scoreNameSchema,
  images: z.number().int(),
  good: z.number().int(),
  defects: z.number().int(),
  rejected: z.number().int(),
  imageAuroc: metric,
  /** Average precision. */
  averagePrecision: metric,
  bestF1: metric,
  bestF1Threshold: metric,
  pixelAuroc: metric,
  /** Up to a false-positive rate of 0.3. */
  aupro: metric,
  perType: z.array(
    z.object({
      type: z.string(),
      count: z.number().int(),
      imageAuroc: metric,
      pixelAuroc: metric,
      aupro: metric,
    }),
  ),
  imageAurocByScore: z.object({ latent: metric, map: metric, combined: metric }),
  seconds: z.number(),
  /** Every image's score: the interface counts with them while the threshold is dragged. */
  samples: z.array(judgedSampleSchema),
})
export type Evaluation = z.infer<typeof evaluationSchema>

export const evaluation = {
  /** Judges the labelled images of a split (default: test): a job of kind `evaluation`. */
  run: procedure
    .input(z.object({ modelId: idSchema, split: splitSchema.optional() }))
    .output(z.object({ jobId: idSchema })),
  /** The newest evaluation of a model; null if there is none. */
  latest: procedure.input(z.object({ modelId: idSchema })).output(evaluationSchema.nullable()),
}
