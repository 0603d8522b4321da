import { idSchema, momentSchema, scoreNameSchema } from './common.ts'
import { procedure } from './procedure.ts'
import { z } from './zod.ts'

export const thresholdSchema = z.object({
  value: z.number(),
  /** 95 % interval. */
  low: z.number(),
  high: z.number(),
  mode: z.enum(['false-alarm-rate', 'f1', 'manual']),
  falseAlarmRate: z.number(),
})
export type Threshold = z.infer<typeof thresholdSchema>

export const modelSchema = z.object({
  id: idSchema,
  projectId: idSchema,
  runId: idSchema.nullable(),
  family: z.string(),
  familyTitle: z.string(),
  /** Side of its view in pixels. */
  size: z.number().int(),
  channels: z.number().int(),
  fit: z.string(),
  epochs: z.number().int(),
  bestEpoch: z.number().int(),
  trainingImages: z.number().int(),
  trainingSeconds: z.number(),
  engine: z.string(),
  bytes: z.number().int(),
  sha256: z.string(),
  /** The project's model for inspections. */
  published: z.boolean(),
  createdAt: momentSchema,
  scoreName: scoreNameSchema,
  threshold: thresholdSchema,
  /** Scores of the held-out good images, ascending: the evidence behind the threshold. */
  goodScores: z.array(z.number()),
  spread: z.number(),
  /** From its newest evaluation. */
  imageAuroc: z.number().nullable(),
})
export type Model = z.infer<typeof modelSchema>

export const models = {
  /** Newest first. */
  list: procedure.input(z.object({ projectId: idSchema })).output(z.array(modelSchema)),
  get: procedure.input(z.object({ id: idSchema })).output(modelSchema),
  /** Makes it the one that inspects. */
  publish: procedure.input(z.object({ id: idSchema })).output(modelSchema),
  /** A new calibration; nothing is trained and what was inspected keeps its threshold. */
  setThreshold: procedure
    .input(
      z.discriminatedUnion('by', [
        z.object({ id: idSchema, by: z.literal('value'), value: z.number() }),
        z.object({ id: idSchema, by: z.literal('false-alarm-rate'), rate: z.number().gt(0).lt(1) }),
        /** The best F1 on the scores of its newest evaluation. */
        z.object({ id: idSchema, by: z.literal('f1') }),
      ]),
    )
    .output(modelSchema),
  /** Thresholds it had, newest first. */
  thresholds: procedure
    .input(z.object({ id: idSchema }))
    .output(z.array(thresholdSchema.extend({ id: idSchema, createdAt: momentSchema }))),
}
