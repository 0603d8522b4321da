/** Whatever takes longer than a moment is a job: it has progress, time left, an end, and can be cancelled. */
import { idSchema, messageSchema, momentSchema } from './common.ts'
import { problemKeySchema } from './errors.ts'
import { procedure } from './procedure.ts'
import { z } from './zod.ts'

export const jobKindSchema = z.enum(['import', 'training', 'inspection', 'evaluation', 'engines'])
export type JobKind = z.infer<typeof jobKindSchema>
export const jobStateSchema = z.enum(['queued', 'running', 'finished', 'cancelled', 'failed', 'interrupted'])
export type JobState = z.infer<typeof jobStateSchema>

const fileProblemSchema = z.object({ file: z.string(), reason: z.string() })

export const jobResultSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('import'),
    total: z.number().int(),
    imported: z.number().int(),
    /** Images that the project had already. */
    duplicates: z.number().int(),
    problems: z.array(fileProblemSchema),
    notes: z.array(z.string()),
  }),
  z.object({ kind: z.literal('training'), runId: idSchema, modelId: idSchema.nullable() }),
  z.object({
    kind: z.literal('inspection'),
    lotId: idSchema.nullable(),
    inspected: z.number().int(),
    ok: z.number().int(),
    ng: z.number().int(),
    /** Files that could not be judged. */
    rejected: z.array(fileProblemSchema),
  }),
  z.object({ kind: z.literal('evaluation'), modelId: idSchema, problems: z.array(fileProblemSchema) }),
  z.object({ kind: z.literal('engines') }),
])
export type JobResult = z.infer<typeof jobResultSchema>

export const jobSchema = z.object({
  /** Of a training: the run's id. */
  id: idSchema,
  kind: jobKindSchema,
  projectId: idSchema.nullable(),
  /** What it works on, for people: a folder's, lot's or model's name. */
  subject: z.string(),
  state: jobStateSchema,
  /** Things done, of `total` (images, epochs); null if unknown yet. */
  done: z.number(),
  total: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  createdAt: momentSchema,
  startedAt: momentSchema.nullable(),
  endedAt: momentSchema.nullable(),
  /** How often the compute process died under it; it went on each time. */
  restarts: z.number().int(),
  /** What is worth saying now, e.g. that engines are being measured first. */
  note: messageSchema.nullable(),
  error: messageSchema.extend({ key: problemKeySchema }).nullable(),
  /** Present when finished, and after a cancel where something was kept. */
  result: jobResultSchema.nullable(),
})
export type Job = z.infer<typeof jobSchema>

export const jobs = {
  /** Those queued and running, and the last hundred that ended since the start; newest first. */
  list: procedure.output(z.array(jobSchema)),
  get: procedure.input(z.object({ id: idSchema })).output(jobSchema),
  /** Stops where what is done is kept; queued jobs end at once. */
  cancel: procedure.input(z.object({ id: idSchema })).output(jobSchema),
}
