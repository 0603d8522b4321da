/** Settings that every family has, as zod schemas whose ranges, defaults and help texts draw a form or a command line. */
import { z } from 'zod'
import type { AugmentOptions } from '../imaging/augment.ts'
import type { FitOptions } from '../imaging/fit.ts'
import type { FieldGroup } from './fields.ts'

const powerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value))

/** How images become views of the model's size. */
const viewFields = {
  size: z
    .number()
    .int()
    .min(32)
    .max(256)
    .refine(powerOfTwo, 'must be 32, 64, 128 or 256')
    .default(64)
    .describe('Side of the square view that the model sees, in pixels: 32, 64, 128 or 256'),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .default(1)
    .describe('1: grey images; 3: colour images'),
  fit: z
    .enum(['stretch', 'letterbox', 'centre-crop', 'tile'])
    .default('stretch')
    .describe(
      'How an image becomes views: stretched, letterboxed, centre-cropped, or cut in overlapping tiles at full detail',
    ),
  overlap: z
    .number()
    .min(0)
    .max(0.75)
    .default(0.5)
    .describe('Tiles: the fraction of its side that a tile shares with the next one'),
  scale: z
    .number()
    .min(0.05)
    .max(4)
    .default(1)
    .describe('Tiles: images are resized by this factor first; 1 keeps every detail'),
  smoothing: z
    .number()
    .min(0)
    .max(16)
    .default(3)
    .describe(
      'Smooth the difference by this many pixels of the view before it is judged: larger finds larger defects',
    ),
  context: z
    .number()
    .min(0.05)
    .max(4)
    .default(0.5)
    .describe(
      'Surroundings that a difference is compared with, as a fraction of the view: rough surfaces differ everywhere',
    ),
}

const augmentFields = {
  flipHorizontal: z.boolean().default(false).describe('Also learn from views mirrored left to right'),
  flipVertical: z.boolean().default(false).describe('Also learn from views mirrored top to bottom'),
  quarterTurns: z
    .boolean()
    .default(false)
    .describe('Also learn from views turned by 90, 180 and 270 degrees'),
  shift: z.number().min(0).max(0.25).default(0).describe('Shift views by up to this fraction of their side'),
  brightness: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe('Make views brighter or darker by up to this fraction'),
}

const trainingFields = {
  batch: z.number().int().min(2).max(512).default(32).describe('Views in one training step'),
  epochs: z.number().int().min(1).max(10_000).default(30).describe('Passes over the training images'),
  learningRate: z.number().min(1e-6).max(0.1).default(2e-4).describe('Step size of the Adam optimiser'),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1)
    .describe('Start of all random numbers: the same seed gives the same model on one engine'),
}

/** Size of the networks, for families of convolutional ones. */
export const networkFields = {
  width: z
    .number()
    .int()
    .min(4)
    .max(128)
    .default(32)
    .describe('Features of the first layer; they double at each halving of the image'),
  latent: z
    .number()
    .int()
    .min(4)
    .max(1024)
    .default(100)
    .describe('Length of the code that an image is squeezed into'),
}

export const commonFields = { ...viewFields, ...trainingFields, ...augmentFields }
/** Which part of a form each common field belongs to; a family's own are its `network`. */
export const fieldGroups: Readonly<Record<string, FieldGroup>> = {
  ...groupOf(viewFields, 'view'),
  ...groupOf(trainingFields, 'training'),
  ...groupOf(augmentFields, 'augmentation'),
}

function groupOf(fields: object, group: FieldGroup): Record<string, FieldGroup> {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, group]))
}

export const commonSchema = z.object(commonFields)
export type CommonConfig = z.infer<typeof commonSchema>

export function fitOf({ fit, size, overlap, scale }: CommonConfig): FitOptions {
  return { mode: fit, size, overlap, scale }
}

export function augmentOf({
  flipHorizontal,
  flipVertical,
  quarterTurns,
  shift,
  brightness,
}: CommonConfig): AugmentOptions {
  return { flipHorizontal, flipVertical, quarterTurns, shift, brightness }
}
