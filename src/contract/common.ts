/** What several parts of the contract share. Times are ISO 8601 in UTC with milliseconds. */
import { z } from './zod.ts'

/** An id as the store makes it: safe in addresses and paths. */
export const idSchema = z.string().regex(/^[0-9a-z]{6,40}$/)
export const momentSchema = z.iso.datetime()
export const verdictSchema = z.enum(['ok', 'ng'])
export const labelSchema = z.enum(['good', 'defect', 'unlabelled'])
export const splitSchema = z.enum(['train', 'validation', 'test'])
export const scoreNameSchema = z.enum(['latent', 'map', 'combined'])
export const scoresSchema = z.object({ latent: z.number(), map: z.number(), combined: z.number() })

export type Verdict = z.infer<typeof verdictSchema>
export type SampleLabel = z.infer<typeof labelSchema>
export type SampleSplit = z.infer<typeof splitSchema>
export type ScoreName = z.infer<typeof scoreNameSchema>

/**
 * Where images come from. `upload`: files that the page sent before, see {@link uploadAddress}. `paths`: files and
 * folders on the machine that the core runs on, inside a folder that an administrator allowed.
 */
export const sourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('upload'), uploadId: idSchema }),
  z.object({ kind: z.literal('paths'), paths: z.array(z.string().min(1).max(4096)).min(1).max(10_000) }),
])
export type Source = z.infer<typeof sourceSchema>

/** Words that the interface translates: a key of the locale's `messages` and what is put into it. */
export const messageSchema = z.object({
  key: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type Message = z.infer<typeof messageSchema>
