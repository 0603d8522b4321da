/** What is kept of a run: one JSON file, by which a later call of the bench knows that it need not be repeated. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { Contender } from './contenders.ts'
import { dataSetNames, type DataSetName } from './data-sets.ts'
import { modes, type Protocol } from './split.ts'

export const scoreNames = ['latent', 'map', 'combined'] as const

const areaSchema = z.object({
  /** Area under the ROC curve. */
  auroc: z.number(),
  /** Average precision, abnormal images being the positives. */
  auprc: z.number(),
})

const resultSchema = z.object({
  set: z.enum(dataSetNames),
  mode: z.enum(modes),
  class: z.number().int(),
  className: z.string(),
  contender: z.string(),
  seed: z.number().int(),
  limit: z.number().int().nullable(),
  /** The whole configuration that was trained with. */
  config: z.record(z.string(), z.unknown()),
  images: z.object({
    train: z.number(),
    validation: z.number(),
    testNormal: z.number(),
    testAbnormal: z.number(),
  }),
  engine: z.string(),
  bestEpoch: z.number(),
  trainingSeconds: z.number(),
  /** Of the test images, judged in batches. */
  millisecondsAnImage: z.number(),
  scores: z.object({ latent: areaSchema, map: areaSchema, combined: areaSchema }),
})
export type RunResult = z.infer<typeof resultSchema>

/** What makes a run the one that it is. */
export interface RunKey {
  readonly set: DataSetName
  readonly contender: Contender
  readonly protocol: Protocol
  /** Images in the set: a part of it gives other splits than the whole. */
  readonly imagesInSet: number
}

/** Name of a run's files, without an ending: readable, and another one for other settings. */
export function runName({ set, contender, protocol, imagesInSet }: RunKey): string {
  const { settings } = contender
  const sorted = Object.fromEntries(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)))
  const what = JSON.stringify({ settings: sorted, limit: protocol.limit, imagesInSet })
  const print = createHash('sha256').update(what).digest('hex').slice(0, 8)
  return `${set}_${protocol.mode}_${protocol.class}_${contender.id}_seed${protocol.seed}_${print}`
}

/** Name of the file that tells others the split: it depends on no contender. */
export function splitFile(set: DataSetName, protocol: Protocol, imagesInSet: number): string {
  const { mode, seed, limit } = protocol
  return `${set}_${mode}_${protocol.class}_seed${seed}_${limit ?? imagesInSet}of${imagesInSet}.json`
}

/**
 * The result of an earlier run; null when there is none.
 *
 * @throws Error naming the file when it is damaged
 */
export async function readResult(folder: string, name: string): Promise<RunResult | null> {
  const file = path.join(folder, `${name}.json`)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  try {
    return resultSchema.parse(JSON.parse(text))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`${file} is no result of this bench (${reason}). Delete it to repeat the run.`, {
      cause: error,
    })
  }
}
