import { idSchema, labelSchema, momentSchema, sourceSchema, splitSchema } from './common.ts'
import { procedure } from './procedure.ts'
import { z } from './zod.ts'

export const sampleSchema = z.object({
  id: idSchema,
  projectId: idSchema,
  originalName: z.string(),
  originalPath: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  channels: z.number().int(),
  bits: z.number().int(),
  label: labelSchema,
  defectType: z.string().nullable(),
  split: splitSchema,
  /** Images of one physical part share it. */
  groupKey: z.string().nullable(),
  hasMask: z.boolean(),
  importedAt: momentSchema,
})
export type Sample = z.infer<typeof sampleSchema>

export const sampleFilterSchema = z.object({
  projectId: idSchema,
  split: splitSchema.optional(),
  label: labelSchema.optional(),
  defectType: z.string().optional(),
  /** Part of the file's name, without regard to case. */
  name: z.string().max(200).optional(),
})
export type SampleFilter = z.infer<typeof sampleFilterSchema>

export const sampleCountSchema = z.object({
  split: splitSchema,
  label: labelSchema,
  defectType: z.string().nullable(),
  count: z.number().int(),
})

/** What an import would take from a source. */
export const importPlanSchema = z.object({
  layout: z.enum(['mvtec', 'labelled-folders', 'flat', 'csv', 'unknown']),
  images: z.number().int(),
  good: z.number().int(),
  defect: z.number().int(),
  unlabelled: z.number().int(),
  defectTypes: z.array(z.string()),
  masks: z.number().int(),
  notes: z.array(z.string()),
})
export type ImportPlan = z.infer<typeof importPlanSchema>

const importOptionsSchema = z.object({
  /** What all images are, where the folders do not tell. */
  label: labelSchema.optional(),
  defectType: z.string().max(80).optional(),
  split: splitSchema.optional(),
})

const manySchema = z.object({ ids: z.array(idSchema).min(1).max(100_000) })

export const samples = {
  /** One page in the order of import; pages are asked for as the gallery scrolls. */
  page: procedure
    .input(
      sampleFilterSchema.extend({ offset: z.number().int().min(0), limit: z.number().int().min(1).max(500) }),
    )
    .output(z.object({ total: z.number().int(), samples: z.array(sampleSchema) })),
  /** Ids of all that match, in the order of import: for selecting a span. */
  ids: procedure.input(sampleFilterSchema).output(z.array(idSchema)),
  get: procedure.input(z.object({ id: idSchema })).output(sampleSchema),
  counts: procedure.input(z.object({ projectId: idSchema })).output(z.array(sampleCountSchema)),
  /** What a source holds, before it is imported. */
  plan: procedure
    .input(z.object({ projectId: idSchema, source: sourceSchema, options: importOptionsSchema.optional() }))
    .output(importPlanSchema),
  /** Imports: a job of kind `import`. */
  import: procedure
    .input(z.object({ projectId: idSchema, source: sourceSchema, options: importOptionsSchema.optional() }))
    .output(z.object({ jobId: idSchema })),
  /** Labels or moves many at once; what is not given stays. Returns the samples as they were, for undo. */
  update: procedure
    .input(
      manySchema.extend({
        label: labelSchema.optional(),
        defectType: z.string().max(80).nullable().optional(),
        split: splitSchema.optional(),
      }),
    )
    .output(
      z.object({
        before: z.array(sampleSchema.pick({ id: true, label: true, defectType: true, split: true })),
      }),
    ),
  /** Puts back what `update` returned. */
  restore: procedure
    .input(
      z.object({
        samples: z
          .array(sampleSchema.pick({ id: true, label: true, defectType: true, split: true }))
          .min(1)
          .max(100_000),
      }),
    )
    .output(z.object({ restored: z.number().int() })),
  /** Those that a training run learned from are kept and counted. */
  delete: procedure.input(manySchema).output(z.object({ deleted: z.number().int(), kept: z.number().int() })),
}
