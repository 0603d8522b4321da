import { idSchema, momentSchema } from './common.ts'
import { procedure } from './procedure.ts'
import { z } from './zod.ts'

export const projectSchema = z.object({
  id: idSchema,
  name: z.string(),
  description: z.string(),
  /** Size of a pixel on the part; null if unknown. */
  millimetresPerPixel: z.number().nullable(),
  createdAt: momentSchema,
  updatedAt: momentSchema,
  archivedAt: momentSchema.nullable(),
})
export type Project = z.infer<typeof projectSchema>

/** A project as its card shows it. */
export const projectOverviewSchema = projectSchema.extend({
  good: z.number().int(),
  defect: z.number().int(),
  unlabelled: z.number().int(),
  models: z.number().int(),
  inspections: z.number().int(),
  /** The model that inspects: the published one, else the newest. */
  currentModel: z
    .object({ id: idSchema, family: z.string(), createdAt: momentSchema, published: z.boolean() })
    .nullable(),
  /** The lot of the newest inspection; verdicts after reviews. */
  lastLot: z
    .object({ id: idSchema, name: z.string(), ok: z.number().int(), ng: z.number().int() })
    .nullable(),
  /** Newest import, training or inspection. */
  lastActivity: momentSchema,
  /** A sample for the card's picture. */
  coverSampleId: idSchema.nullable(),
  running: z.number().int(),
})
export type ProjectOverview = z.infer<typeof projectOverviewSchema>

const name = z.string().max(200)
const description = z.string().max(2000)
const millimetresPerPixel = z.number().positive().max(1000).nullable()

export const projects = {
  /** All projects by name; archived ones too. */
  list: procedure.output(z.array(projectOverviewSchema)),
  get: procedure.input(z.object({ id: idSchema })).output(projectOverviewSchema),
  create: procedure
    .input(
      z.object({
        name,
        description: description.optional(),
        millimetresPerPixel: millimetresPerPixel.optional(),
      }),
    )
    .output(projectSchema),
  /** Renames, describes, sets the scale. */
  update: procedure
    .input(
      z.object({
        id: idSchema,
        name: name.optional(),
        description: description.optional(),
        millimetresPerPixel: millimetresPerPixel.optional(),
      }),
    )
    .output(projectSchema),
  archive: procedure.input(z.object({ id: idSchema, archived: z.boolean() })).output(projectSchema),
  /** With its samples, models and inspections; there is no way back. `name` must be typed as confirmation. */
  delete: procedure
    .input(z.object({ id: idSchema, name: z.string() }))
    .output(z.object({ filesRemoved: z.number().int() })),
  /** Creates the sample project (or finds it) and imports its images: a job. */
  createSample: procedure.output(z.object({ project: projectSchema, jobId: idSchema.nullable() })),
}
