/** The metadata that travels inside `model.onnx`, checked when a file comes from outside. */
import { z } from 'zod'
import { fitOf, type CommonConfig } from './config.ts'
import type { ModelMetadata } from './types.ts'

export const APPLICATION = 'Flawline 0.1.0'

/** Name of the property that holds the metadata as JSON. */
export const METADATA_KEY = 'flawline'

const scoreName = z.enum(['latent', 'map', 'combined'])
const finite = z.number()
const spread = z.object({ mean: finite, deviation: finite.positive() })

const metadataSchema = z.object({
  version: z.literal(1),
  family: z.string().min(1),
  config: z.record(z.string(), z.unknown()),
  input: z.object({
    size: z.number().int().min(8).max(4096),
    channels: z.union([z.literal(1), z.literal(3)]),
    range: z.tuple([z.literal(0), z.literal(1)]),
    layout: z.literal('NCHW'),
  }),
  fit: z.object({
    mode: z.enum(['stretch', 'letterbox', 'centre-crop', 'tile']),
    size: z.number().int().min(8).max(4096),
    overlap: z.number().min(0).max(0.75),
    scale: z.number().positive(),
  }),
  calibration: z.object({
    defaultScore: scoreName,
    goodScores: z.object({ latent: z.array(finite), map: z.array(finite), combined: z.array(finite) }),
    threshold: z.object({
      value: finite,
      low: finite,
      high: finite,
      mode: z.enum(['false-alarm-rate', 'f1', 'manual']),
      falseAlarmRate: z.number().min(0).max(1),
    }),
    pixelThreshold: finite.positive(),
    spread: finite.positive(),
    statistics: z.object({ latent: spread, map: spread }),
    position: z
      .object({
        side: z.number().int().min(1).max(256),
        mean: z.array(finite),
        deviation: z.array(finite.positive()),
      })
      .refine(
        ({ side, mean, deviation }) => mean.length === side ** 2 && deviation.length === side ** 2,
        'has the wrong number of cells',
      )
      .nullable(),
  }),
  training: z.object({
    epochs: z.number().int(),
    bestEpoch: z.number().int(),
    engine: z.string(),
    seconds: finite,
    images: z.number().int(),
    views: z.number().int(),
    seed: z.number().int(),
    finished: z.string(),
  }),
  application: z.string(),
}) satisfies z.ZodType<ModelMetadata>

/** @throws Error saying what is wrong */
export function parseMetadata(json: string | undefined): ModelMetadata {
  if (json === undefined) throw new Error('it carries no Flawline metadata')
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw new Error('its Flawline metadata is not JSON')
  }
  const result = metadataSchema.safeParse(value)
  if (!result.success) throw new Error(`its Flawline metadata is wrong: ${z.prettifyError(result.error)}`)
  const { fit, input } = result.data
  if (fit.size !== input.size)
    throw new Error(`its Flawline metadata is wrong: views of ${fit.size} px for a model of ${input.size} px`)
  return result.data
}

/** What a finished training says of its model. */
export function describeModel(
  family: string,
  config: CommonConfig,
  training: ModelMetadata['training'],
  calibration: ModelMetadata['calibration'],
): ModelMetadata {
  return {
    version: 1,
    family,
    config: { ...config },
    input: { size: config.size, channels: config.channels, range: [0, 1], layout: 'NCHW' },
    fit: fitOf(config),
    calibration,
    training,
    application: APPLICATION,
  }
}
