/** One run: trains a contender on a split and scores the split's test images by the exported model. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { auroc, averagePrecision } from '../../src/main/evaluation/index.ts'
import { Inspector } from '../../src/main/models/inspector.ts'
import { train } from '../../src/main/models/trainer.ts'
import type { Scores, TrainingEvent, TrainingSample } from '../../src/main/models/types.ts'
import { dataSets } from './data-sets.ts'
import { rasterOf, type LabelledImages } from './images.ts'
import type { PictureFiles } from './picture-files.ts'
import { scoreNames, type RunKey, type RunResult } from './result.ts'
import type { Split } from './split.ts'

/** Test images judged together. */
const TOGETHER = 64

export interface RunParts {
  readonly key: RunKey
  readonly images: LabelledImages
  readonly files: PictureFiles
  readonly split: Split
  /** Checkpoints of this run lie here; one that was stopped goes on from them. */
  readonly folder: string
  readonly signal: AbortSignal
  tell(message: string): void
}

/** Null when the signal stopped it. */
export async function runOnce(parts: RunParts): Promise<RunResult | null> {
  const { key, images, split, folder, signal } = parts
  const { contender, protocol, set } = key
  await mkdir(folder, { recursive: true })
  const { metadata } = await train(
    {
      folder,
      family: contender.family,
      config: { ...contender.settings, channels: images.channels, seed: protocol.seed },
      samples: [
        ...(await samplesOf(parts, split.train, 'train')),
        ...(await samplesOf(parts, split.validation, 'validation')),
      ],
      engine: 'auto',
      resume: true,
      falseAlarmRate: 0.01,
    },
    { emit: (event) => say(event, parts), signal },
  )
  if (!metadata) return null
  const tested = [...split.testNormal, ...split.testAbnormal]
  const judged = await judge(path.join(folder, 'model.onnx'), images, tested, signal)
  if (!judged) return null
  const labels = tested.map((_, index) => index >= split.testNormal.length)
  const areas = scoreNames.map((name) => {
    const values = judged.scores.map((scores) => scores[name])
    return [name, { auroc: auroc(values, labels), auprc: averagePrecision(values, labels) }] as const
  })
  return {
    set,
    mode: protocol.mode,
    class: protocol.class,
    className: dataSets[set].classes[protocol.class],
    contender: contender.id,
    seed: protocol.seed,
    limit: protocol.limit,
    config: { ...metadata.config },
    images: {
      train: split.train.length,
      validation: split.validation.length,
      testNormal: split.testNormal.length,
      testAbnormal: split.testAbnormal.length,
    },
    engine: metadata.training.engine,
    bestEpoch: metadata.training.bestEpoch,
    trainingSeconds: metadata.training.seconds,
    millisecondsAnImage: judged.milliseconds / tested.length,
    scores: Object.fromEntries(areas) as RunResult['scores'],
  }
}

async function samplesOf(
  { files }: RunParts,
  indices: readonly number[],
  split: TrainingSample['split'],
): Promise<TrainingSample[]> {
  const paths = await files.filesOf(indices)
  return paths.map((file, index) => ({ id: String(indices[index]), file, split, label: 'good' }))
}

/** Scores in the order of `indices`; null when the signal stopped it. */
async function judge(
  modelFile: string,
  images: LabelledImages,
  indices: readonly number[],
  signal: AbortSignal,
): Promise<{ readonly scores: readonly Scores[]; readonly milliseconds: number } | null> {
  const inspector = await Inspector.open(modelFile)
  try {
    const scores: Scores[] = []
    const begin = performance.now()
    for (let start = 0; start < indices.length; start += TOGETHER) {
      if (signal.aborted) return null
      const rasters = indices.slice(start, start + TOGETHER).map((index) => rasterOf(images, index))
      scores.push(...(await inspector.judgeMany(rasters)).map((judgement) => judgement.scores))
      // The loop holds the process otherwise: a stop must be able to come in.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return { scores, milliseconds: performance.now() - begin }
  } finally {
    await inspector.release()
  }
}

/** A line an epoch, and whatever is out of the ordinary. */
function say(event: TrainingEvent, { key, tell }: RunParts): void {
  if (event.kind === 'epoch' && !event.replayed) {
    const { epochs = '?' } = key.contender.settings
    const chosen = event.best ? ', best so far' : ''
    const validation = event.validation === null ? '' : `, validation ${event.validation.toFixed(4)}`
    tell(`epoch ${event.epoch}/${epochs}: ${event.seconds.toFixed(1)} s${validation}${chosen}`)
  } else if (event.kind === 'skipped') {
    // Files of our own that cannot be read: the split would no longer be the one that was written.
    throw new Error(`image ${event.sample} could not be read back: ${event.reason}`)
  } else if (event.kind === 'log') tell(event.message)
}
