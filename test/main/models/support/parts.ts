/** Made-up parts: soft grey gradients under slightly varying light, as pixels and as files of a training job. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import type { Raster } from '../../../../src/main/imaging/raster.ts'
import type { TrainingJob, TrainingSample } from '../../../../src/main/models/types.ts'
import { Random } from '../../../../src/main/nn/random.ts'

/** A square of one value in image pixels: what a good part never has. */
export interface Defect {
  readonly x: number
  readonly y: number
  readonly side: number
  readonly value: number
}

export interface PartOptions {
  readonly width: number
  readonly height: number
  readonly channels?: 1 | 3
}

/** One good part: brighter to the right and to the bottom, its light and its grain drawn from `random`. */
export function drawPart(random: Random, { width, height, channels = 1 }: PartOptions): Raster {
  const light = 0.02 * random.normal()
  const data = new Float32Array(width * height * channels)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++)
        data[(y * width + x) * channels + c] =
          0.55 + (0.25 * x) / width + (0.1 * y) / height - 0.05 * c + light + 0.01 * random.normal()
  return { width, height, channels, data }
}

export function withDefect(raster: Raster, { x: left, y: top, side, value }: Defect): Raster {
  const { width, channels } = raster
  const data = raster.data.slice()
  for (let y = top; y < top + side; y++)
    for (let x = left; x < left + side; x++)
      for (let c = 0; c < channels; c++) data[(y * width + x) * channels + c] = value
  return { ...raster, data }
}

/** As an 8-bit PNG. */
export async function savePart(file: string, { width, height, channels, data }: Raster): Promise<void> {
  const bytes = Uint8Array.from(data, (value) => Math.round(255 * Math.min(1, Math.max(0, value))))
  await sharp(bytes, { raw: { width, height, channels } }).png().toFile(file)
}

export const tinyConfig = { size: 32, width: 4, latent: 8, batch: 4, epochs: 3, learningRate: 2e-3, seed: 5 }

/** A folder of parts with jobs that learn from them. */
export class Workshop {
  readonly folder: string
  readonly samples: readonly TrainingSample[]
  private runs = 0

  private constructor(folder: string, samples: readonly TrainingSample[]) {
    this.folder = folder
    this.samples = samples
  }

  /** @param sizes of the images in turn */
  static async open(
    sizes: readonly PartOptions[] = [{ width: 48, height: 40 }],
    counts: { readonly train: number; readonly validation: number } = { train: 10, validation: 5 },
  ): Promise<Workshop> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'flawline-models-'))
    const random = new Random('parts')
    const samples: TrainingSample[] = []
    for (const split of ['train', 'validation'] as const)
      for (let index = 0; index < counts[split]; index++) {
        const id = `${split}${index}`
        const file = path.join(folder, `${id}.png`)
        await savePart(file, drawPart(random, sizes[index % sizes.length]))
        samples.push({ id, file, split, label: 'good' })
      }
    return new Workshop(folder, samples)
  }

  /** A job in a folder of its own. */
  async job(
    config: Readonly<Record<string, unknown>> = {},
    changes: Partial<TrainingJob> = {},
  ): Promise<TrainingJob> {
    const folder = path.join(this.folder, `run${this.runs++}`)
    await mkdir(folder)
    return {
      folder,
      family: 'ganomaly',
      config: { ...tinyConfig, ...config },
      samples: this.samples,
      engine: 'onnx-cpu',
      resume: false,
      falseAlarmRate: 0.05,
      ...changes,
    }
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}
