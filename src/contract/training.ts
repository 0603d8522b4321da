import { idSchema, messageSchema, momentSchema } from './common.ts'
import { jobStateSchema } from './jobs.ts'
import { procedure } from './procedure.ts'
import { z } from './zod.ts'

/** One input of a family's form, drawn from its zod schema. */
export const fieldSchema = z.object({
  name: z.string(),
  kind: z.enum(['integer', 'number', 'boolean', 'choice']),
  group: z.enum(['view', 'network', 'training', 'augmentation']),
  /** In English; the interface translates by name where it can. */
  help: z.string(),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  /** For `choice`. */
  options: z.array(z.union([z.string(), z.number()])),
  initial: z.union([z.string(), z.number(), z.boolean()]),
})
export type Field = z.infer<typeof fieldSchema>

export const configSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
export type Config = z.infer<typeof configSchema>

export const presetNames = ['quick', 'balanced', 'thorough'] as const
export const familySchema = z.object({
  name: z.string(),
  title: z.string(),
  summary: z.string(),
  fields: z.array(fieldSchema),
  /** What each preset sets; the other fields keep their initial value. */
  presets: z.record(z.enum(presetNames), configSchema),
})
export type Family = z.infer<typeof familySchema>

export const epochSchema = z.object({
  epoch: z.number().int(),
  losses: z.record(z.string(), z.number().nullable()),
  /** Detection of drawn faults on held-out good images (1 is best); null where it was not measured. */
  validation: z.number().nullable(),
  seconds: z.number().nullable(),
})
export type Epoch = z.infer<typeof epochSchema>

export const runSchema = z.object({
  id: idSchema,
  projectId: idSchema,
  /** Of the images it learns from; runs that were started together share one. */
  snapshotId: idSchema,
  family: z.string(),
  config: z.record(z.string(), z.unknown()),
  /** Asked for, e.g. `auto`, and used. */
  engine: z.string(),
  engineUsed: z.string().nullable(),
  falseAlarmRate: z.number(),
  state: jobStateSchema,
  epochsDone: z.number().int(),
  epochsPlanned: z.number().int(),
  /** Best validation so far and its epoch. */
  best: z.object({ epoch: z.number().int(), validation: z.number() }).nullable(),
  trainingImages: z.number().int(),
  heldOutImages: z.number().int(),
  error: z.string().nullable(),
  createdAt: momentSchema,
  startedAt: momentSchema.nullable(),
  endedAt: momentSchema.nullable(),
  /** The model it left. */
  modelId: idSchema.nullable(),
})
export type Run = z.infer<typeof runSchema>

export const engineNameSchema = z.enum([
  'auto',
  'onnx-cpu',
  'onnx-webgpu',
  'onnx-dml',
  'onnx-cuda',
  'onnx-coreml',
  'tensorflow',
  'tensorflow-plain',
])
export type EngineName = z.infer<typeof engineNameSchema>

/** What holds for a training besides its family and configuration. */
const conditions = {
  /** On good parts, e.g. 0.01. */
  falseAlarmRate: z.number().gt(0).lt(1).optional(),
  validationFraction: z.number().gt(0).lt(0.9).optional(),
}

const requestSchema = z.object({
  projectId: idSchema,
  family: z.string(),
  /** What differs from the family's initial values. */
  config: configSchema,
  engine: engineNameSchema.optional(),
})

export const training = {
  families: procedure.output(z.array(familySchema)),
  /**
   * How long such a training takes here: some steps of this very configuration are timed on this machine (once;
   * remembered). `images`: those it would learn from.
   */
  estimate: procedure
    .input(requestSchema)
    .output(z.object({ seconds: z.number(), images: z.number().int(), stepsPerSecond: z.number() })),
  /** Makes a snapshot and queues the run; one runs at a time. The job has the run's id. */
  start: procedure.input(requestSchema.extend(conditions)).output(runSchema),
  /**
   * Queues several runs, in this order, that learn from one and the same snapshot, so that they can be compared. If
   * one configuration is refused, so are all.
   */
  startMany: procedure
    .input(
      z.object({
        projectId: idSchema,
        families: z
          .array(requestSchema.pick({ family: true, config: true }))
          .min(1)
          .max(20),
        engine: engineNameSchema.optional(),
        ...conditions,
      }),
    )
    .output(z.array(runSchema)),
  /** Queues a cancelled, failed or interrupted run again; it goes on from its last checkpoint. */
  resume: procedure.input(z.object({ id: idSchema })).output(runSchema),
  /** Stops after the step under way, with a checkpoint. */
  cancel: procedure.input(z.object({ id: idSchema })).output(runSchema),
  /** Newest first. */
  list: procedure.input(z.object({ projectId: idSchema })).output(z.array(runSchema)),
  get: procedure.input(z.object({ id: idSchema })).output(
    z.object({
      run: runSchema,
      epochs: z.array(epochSchema),
      /** Epochs for which there are pictures of reconstructions, oldest first. */
      previews: z.array(z.number().int()),
      log: z.array(z.object({ at: momentSchema, message: messageSchema })),
    }),
  ),
}
