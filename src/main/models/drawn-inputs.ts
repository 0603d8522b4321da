/** Random inputs of training programs, drawn from seed, epoch and step: a resumed run sees the same. */
import { sizeOf, type Node } from '../nn/graph.ts'
import type { Program } from '../nn/program.ts'
import { Random } from '../nn/random.ts'

/** Values of every input but `images`: `noise…` standard normal, `uniform…` in [0, 1). */
export function drawnInputs(
  { inputs }: Pick<Program, 'inputs'>,
  seed: number,
  epoch: number,
  step: number,
): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => name !== 'images')
      .map(([name, node]) => [name, draw(name, node, new Random(`${seed}/${name}/${epoch}/${step}`))]),
  )
}

function draw(name: string, { shape }: Node, random: Random): Float32Array {
  const values = new Float32Array(sizeOf(shape))
  if (name.startsWith('noise')) return values.map(() => random.normal())
  if (name.startsWith('uniform')) return values.map(() => random.next())
  throw new RangeError(`a training program asks for '${name}', which is neither images, noise nor uniform`)
}

/** Images that one run of a training program takes. */
export function imagesOfStep({ inputs }: Pick<Program, 'inputs'>): number {
  return inputs['images']?.shape[0] ?? 0
}
