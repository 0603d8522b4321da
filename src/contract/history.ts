import { idSchema, momentSchema, scoresSchema, verdictSchema } from './common.ts'
import { thresholdSchema } from './models.ts'
import { procedure } from './procedure.ts'
import { z } from './zod.ts'

/** A person's later word on an inspection; the model's verdict stays beside it. */
export const reviewSchema = z.object({
  verdict: verdictSchema,
  defectType: z.string().nullable(),
  reason: z.string(),
  reviewer: z.string(),
  reviewedAt: momentSchema,
})
export type Review = z.infer<typeof reviewSchema>

export const inspectionSchema = z.object({
  id: idSchema,
  projectId: idSchema,
  modelId: idSchema,
  lotId: idSchema.nullable(),
  lotName: z.string().nullable(),
  fileName: z.string(),
  sourcePath: z.string(),
  /** True if the image itself is kept; else only its map. */
  hasImage: z.boolean(),
  hasMap: z.boolean(),
  width: z.number().int(),
  height: z.number().int(),
  score: z.number(),
  /** In [0, 1]; the threshold is 0.5. */
  normalisedScore: z.number(),
  /** The threshold it was judged by. */
  threshold: z.number(),
  /** The model's. */
  verdict: verdictSchema,
  /** The newest review; null if there is none or it was withdrawn. */
  review: reviewSchema.nullable(),
  /** The review's verdict, else the model's. */
  finalVerdict: verdictSchema,
  milliseconds: z.number(),
  regionCount: z.number().int(),
  inspectedAt: momentSchema,
})
export type Inspection = z.infer<typeof inspectionSchema>

export const regionSchema = z.object({
  /** In pixels of the original image. */
  box: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  contour: z.array(z.tuple([z.number(), z.number()])),
  areaPixels: z.number(),
  /** Null without a scale. */
  areaSquareMillimetres: z.number().nullable(),
  peak: z.number(),
  peakAt: z.tuple([z.number(), z.number()]),
})
export type Region = z.infer<typeof regionSchema>

export const historyFilterSchema = z.object({
  projectId: idSchema,
  lotId: idSchema.optional(),
  modelId: idSchema.optional(),
  /** The final verdict. */
  verdict: verdictSchema.optional(),
  /** Only those that a person overrode. */
  overridden: z.boolean().optional(),
  defectType: z.string().optional(),
  /** Inclusive. */
  since: momentSchema.optional(),
  /** Exclusive. */
  until: momentSchema.optional(),
  /** Normalised score, inclusive. */
  minimumScore: z.number().optional(),
  maximumScore: z.number().optional(),
  /** Part of the file's name, without regard to case. */
  fileName: z.string().max(200).optional(),
})
export type HistoryFilter = z.infer<typeof historyFilterSchema>

const cursorSchema = z.object({ inspectedAt: momentSchema, id: idSchema })

export const summarySchema = z.object({
  count: z.number().int(),
  /** After reviews. */
  ok: z.number().int(),
  ng: z.number().int(),
  overridden: z.number().int(),
  meanMilliseconds: z.number().nullable(),
  first: momentSchema.nullable(),
  last: momentSchema.nullable(),
})
export type Summary = z.infer<typeof summarySchema>

export const lotSchema = z.object({
  id: idSchema,
  projectId: idSchema,
  name: z.string(),
  createdAt: momentSchema,
  summary: summarySchema,
})
export type Lot = z.infer<typeof lotSchema>

export const history = {
  /** Newest first. */
  page: procedure
    .input(
      historyFilterSchema.extend({ after: cursorSchema.optional(), limit: z.number().int().min(1).max(500) }),
    )
    .output(z.object({ inspections: z.array(inspectionSchema), next: cursorSchema.nullable() })),
  summary: procedure.input(historyFilterSchema).output(summarySchema),
  get: procedure.input(z.object({ id: idSchema })).output(
    z.object({
      inspection: inspectionSchema,
      scores: scoresSchema,
      regions: z.array(regionSchema),
      threshold: thresholdSchema,
      /** All reviews, newest first; `verdict` null withdrew the one before. */
      reviews: z.array(reviewSchema.extend({ verdict: verdictSchema.nullable() })),
      /** The one inspected just before and after it in the same lot (or project). */
      previousId: idSchema.nullable(),
      nextId: idSchema.nullable(),
    }),
  ),
  /** Confirms (the model's own verdict) or overrides. */
  review: procedure
    .input(
      z.object({
        id: idSchema,
        verdict: verdictSchema,
        defectType: z.string().max(80).nullable().optional(),
        reason: z.string().max(500).optional(),
      }),
    )
    .output(inspectionSchema),
  /** Takes the newest review back: a new row, nothing is deleted. */
  withdrawReview: procedure.input(z.object({ id: idSchema })).output(inspectionSchema),
  /** Newest first. */
  lots: procedure.input(z.object({ projectId: idSchema })).output(z.array(lotSchema)),
  /** Defect types used in the project's samples and reviews. */
  defectTypes: procedure.input(z.object({ projectId: idSchema })).output(z.array(z.string())),
}
