import { idSchema, momentSchema } from './common.ts'
import { procedure } from './procedure.ts'
import { engineNameSchema } from './training.ts'
import { z } from './zod.ts'

export const roleSchema = z.enum(['operator', 'engineer', 'administrator'])
export type Role = z.infer<typeof roleSchema>

export const enginesSchema = z.object({
  machine: z.string(),
  measuredAt: momentSchema,
  chosen: engineNameSchema,
  reason: z.string(),
  engines: z.array(
    z.object({
      name: engineNameSchema,
      available: z.boolean(),
      reason: z.string().optional(),
      imagesPerSecond: z.number().optional(),
    }),
  ),
})
export type Engines = z.infer<typeof enginesSchema>

export const system = {
  info: procedure.output(
    z.object({
      version: z.string(),
      face: z.enum(['desktop', 'station']),
      /** Signs this start of the core: after another one everything is fetched anew. */
      instance: z.string(),
      user: z.object({ name: z.string(), role: roleSchema }),
      /** True if people sign in here (and can sign out). */
      signIn: z.boolean(),
    }),
  ),
  /** What was measured; null if nothing was yet. */
  engines: procedure.output(enginesSchema.nullable()),
  /** Measures anew: a job of kind `engines`. */
  measureEngines: procedure.output(z.object({ jobId: idSchema })),
  storage: procedure.output(
    z.object({
      folder: z.string(),
      /** Bytes. */
      database: z.number(),
      images: z.number(),
      maps: z.number(),
      models: z.number(),
      free: z.number(),
    }),
  ),
  /** Folders of the machine that images may be read from, beside uploads. */
  folders: {
    list: procedure.output(z.array(z.string())),
    /** Administrators alone. */
    allow: procedure.input(z.object({ path: z.string().min(1).max(4096) })).output(z.array(z.string())),
    forbid: procedure.input(z.object({ path: z.string() })).output(z.array(z.string())),
    /** What is in an allowed folder; without a path the allowed folders themselves. */
    browse: procedure.input(z.object({ path: z.string().max(4096).optional() })).output(
      z.object({
        path: z.string().nullable(),
        parent: z.string().nullable(),
        folders: z.array(z.object({ name: z.string(), path: z.string() })),
        images: z.number().int(),
      }),
    ),
  },
}
