/**
 * What happens, as it happens: one numbered stream for each connected page. After a cut the client says which
 * event it had last and gets those that it missed, once and in order; `reset` where the core no longer knows them
 * (it was started anew, or too much has happened): then everything is fetched again.
 */
import { eventIterator } from '@orpc/contract'
import { idSchema } from './common.ts'
import { inspectionSchema } from './history.ts'
import { jobSchema } from './jobs.ts'
import { procedure } from './procedure.ts'
import { epochSchema } from './training.ts'
import { z } from './zod.ts'

/** What can change; queries of that topic (and project) are to be asked again. */
export const topics = [
  'projects',
  'samples',
  'runs',
  'models',
  'evaluations',
  'inspections',
  'system',
] as const
export const topicSchema = z.enum(topics)
export type Topic = z.infer<typeof topicSchema>

export const liveEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reset'), instance: z.string() }),
  z.object({ kind: z.literal('changed'), topic: topicSchema, projectId: idSchema.nullable() }),
  /** The whole job as it is now. */
  z.object({ kind: z.literal('job'), job: jobSchema }),
  z.object({ kind: z.literal('epoch'), runId: idSchema, projectId: idSchema, epoch: epochSchema }),
  /** There are new pictures of reconstructions. */
  z.object({ kind: z.literal('preview'), runId: idSchema, epoch: z.number().int() }),
  z.object({ kind: z.literal('inspected'), jobId: idSchema, inspection: inspectionSchema }),
  /** An image that could not be judged. */
  z.object({
    kind: z.literal('rejected'),
    jobId: idSchema,
    projectId: idSchema,
    file: z.string(),
    reason: z.string(),
  }),
  /** The compute process died and was started again; the job goes on. */
  z.object({ kind: z.literal('compute-restarted'), jobId: idSchema, reason: z.string() }),
])
export type LiveEvent = z.infer<typeof liveEventSchema>

export const live = procedure.output(eventIterator(liveEventSchema))
