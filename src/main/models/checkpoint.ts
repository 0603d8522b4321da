/** Checkpoints: everything that a run needs to go on, in one file that is there whole or not at all. */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { decodeSafetensors, encodeSafetensors } from '../nn/safetensors.ts'
import type { Weights } from './family.ts'

const progressSchema = z.object({
  /** Epochs completed. */
  epoch: z.number().int().min(0),
  best: z.object({ epoch: z.number().int(), validation: z.number() }).nullable(),
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

/** Writes under a temporary name, syncs, renames: a killed run leaves the old file or the new one. */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
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

/** @throws SafetensorsError when the file is damaged */
async function load(file: string): Promise<Checkpoint | null> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  const { tensors, metadata } = decodeSafetensors(bytes)
  const progress = progressSchema.parse(JSON.parse(metadata.get('progress') ?? 'null'))
  return { progress, values: Object.fromEntries([...tensors].map(([name, { data }]) => [name, data])) }
}
