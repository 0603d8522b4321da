/** Checkpoints: everything that a run needs to go on, in one file that is there whole or not at all. */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { nameOf, type Program } from '../nn/program.ts'
import { decodeSafetensors, encodeSafetensors, SafetensorsError } from '../nn/safetensors.ts'
import type { Weights } from './family.ts'

const progressSchema = z.object({
  /** Epochs completed. */
  epoch: z.number().int().min(0),
  best: z.object({ epoch: z.number().int(), validation: z.number() }).nullable(),
  /** Every completed epoch: a process that dies right after a checkpoint may not have told of its last ones. */
  history: z.array(
    z.object({
      epoch: z.number().int(),
      losses: z.record(z.string(), z.number()),
      /** Null where there was nothing yet that could inspect. */
      validation: z.number().nullable(),
      best: z.boolean(),
      seconds: z.number(),
    }),
  ),
  /** Training time so far. */
  seconds: z.number(),
  engine: z.string(),
  /** The checked configuration, to refuse going on with another. */
  config: z.record(z.string(), z.unknown()),
})
export type Progress = z.infer<typeof progressSchema>

export interface Checkpoint {
  readonly progress: Progress
  readonly values: Weights
}

const latestFile = (folder: string): string => path.join(folder, 'checkpoints', 'latest.safetensors')
const bestFile = (folder: string): string => path.join(folder, 'checkpoints', 'best.safetensors')

/**
 * Writes under a temporary name, syncs, renames: a killed run leaves the old file or the new one. The name is always
 * the same, so that what a killed run left half-written is overwritten by the next; two never write at once.
 */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const temporary = `${file}.tmp`
  const handle = await open(temporary, 'w')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
}

function encode({ progress, values }: Checkpoint): Uint8Array {
  return encodeSafetensors(
    Object.entries(values).map(([name, data]) => [name, { shape: [data.length], data }] as const),
    { progress: JSON.stringify(progress) },
  )
}

export const saveLatest = (folder: string, checkpoint: Checkpoint): Promise<void> =>
  writeWhole(latestFile(folder), encode(checkpoint))
export const saveBest = (folder: string, checkpoint: Checkpoint): Promise<void> =>
  writeWhole(bestFile(folder), encode(checkpoint))
export const loadLatest = (folder: string): Promise<Checkpoint | null> => load(latestFile(folder))
export const loadBest = (folder: string): Promise<Checkpoint | null> => load(bestFile(folder))

/** A checkpoint that is there but cannot be used; the message says why. */
export class CheckpointError extends Error {
  override name = 'CheckpointError'
}

/** @throws CheckpointError when the program has other states than those that were saved */
export function checkFits({ values }: Checkpoint, { states }: Program): void {
  for (const { node, initial } of states)
    if (values[nameOf(node)]?.length !== initial.length)
      throw new CheckpointError(
        `The checkpoint was made by another version of this program: '${nameOf(node)}' does not fit. Start a new training.`,
      )
}

/** @throws CheckpointError when the file is damaged */
async function load(file: string): Promise<Checkpoint | null> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  try {
    const { tensors, metadata } = decodeSafetensors(bytes)
    const progress = progressSchema.parse(JSON.parse(metadata.get('progress') ?? 'null'))
    return { progress, values: Object.fromEntries([...tensors].map(([name, { data }]) => [name, data])) }
  } catch (error) {
    const reason = error instanceof SafetensorsError ? error.message : 'it does not say how far it came'
    throw new CheckpointError(`The checkpoint ${file} is damaged: ${reason}. Start a new training.`, {
      cause: error,
    })
  }
}
