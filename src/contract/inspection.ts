import { idSchema, sourceSchema } from './common.ts'
import { procedure } from './procedure.ts'
import { z } from './zod.ts'

export const inspection = {
  /**
   * Inspects images with the project's current model: a job of kind `inspection`. Each verdict is told live as it
   * is stored.
   */
  start: procedure
    .input(
      z.object({
        projectId: idSchema,
        source: sourceSchema,
        /** Made if there is none of that name; absent: no lot. */
        lot: z.string().trim().min(1).max(80).optional(),
        keepImages: z.enum(['all', 'ng', 'none']).optional(),
      }),
    )
    .output(z.object({ jobId: idSchema })),
}
