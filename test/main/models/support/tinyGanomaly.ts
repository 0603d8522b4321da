/** GANomaly as small as it goes, with images to feed it. */
import { ganomaly, type GanomalyConfig } from '../../../../src/main/models/ganomaly.ts'
import type { Engine, Values } from '../../../../src/main/nn/engines/engine.ts'
import type { Program } from '../../../../src/main/nn/program.ts'
import { Random } from '../../../../src/main/nn/random.ts'

export const tinyGanomaly = (changes: Partial<GanomalyConfig> = {}): GanomalyConfig =>
  ganomaly.schema.parse({ size: 32, width: 4, latent: 8, batch: 4, seed: 7, ...changes })

/** Batches of noise in [0, 1], NHWC. */
export function noiseBatches(
  { batch, size, channels }: Pick<GanomalyConfig, 'batch' | 'size' | 'channels'>,
  count: number,
): Float32Array[] {
  const random = new Random('noise')
  return Array.from({ length: count }, () =>
    new Float32Array(batch * size * size * channels).map(() => random.next()),
  )
}

export interface Steps {
  /** Of each step. */
  readonly losses: readonly Readonly<Record<string, number>>[]
  /** After the last. */
  readonly state: Values
}

/** Trains for one step a batch, with the program's own first values. */
export async function runSteps(
  engine: Engine,
  program: Program,
  batches: readonly Float32Array[],
): Promise<Steps> {
  const executable = await engine.compile(program)
  const losses: Readonly<Record<string, number>>[] = []
  for (const images of batches) {
    const outputs = await executable.run({ images })
    losses.push(Object.fromEntries(Object.entries(outputs).map(([name, [value]]) => [name, value])))
  }
  const state = await executable.readState()
  await executable.release()
  return { losses, state }
}

/** Length of the difference in units of the length of `expected`. */
export function relativeDistance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity
  let difference = 0
  let length = 0
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2
    length += expected[i] ** 2
  }
  return Math.sqrt(difference / length)
}
