/** A small made-up part in the layout of MVTec AD: grey stripes, and a bright or dark spot as its defect. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'

const side = 32

/** Numbers in [0, 1) that are the same in every run: a linear congruential generator (Numerical Recipes). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

async function write(file: string, pixels: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(file)
}

/** Writes a part's picture; with `spot` also the mask of its defect. */
async function writePart(
  seed: number,
  file: string,
  spot?: { readonly grey: number; readonly mask: string },
) {
  const random = randomOf(seed)
  const pixels = new Uint8Array(side * side)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      pixels[y * side + x] = 110 + 30 * Math.sin((2 * Math.PI * x) / 8) + 12 * random()
    }
  }
  if (spot) {
    const mask = new Uint8Array(side * side)
    const [left, top] = [6 + Math.floor(14 * random()), 6 + Math.floor(14 * random())]
    for (let y = top; y < top + 6; y++) {
      for (let x = left; x < left + 6; x++) {
        pixels[y * side + x] = spot.grey
        mask[y * side + x] = 255
      }
    }
    await write(spot.mask, mask)
  }
  await write(file, pixels)
}

/** 16 good parts to learn from; to test 6 good ones, 4 with a bright and 4 with a dark spot. */
export async function writeParts(folder: string): Promise<void> {
  const name = (index: number) => `${String(index).padStart(3, '0')}.png`
  const mask = (index: number) => `${String(index).padStart(3, '0')}_mask.png`
  for (let index = 0; index < 16; index++) {
    await writePart(1 + index, path.join(folder, 'train', 'good', name(index)))
  }
  for (let index = 0; index < 6; index++) {
    await writePart(100 + index, path.join(folder, 'test', 'good', name(index)))
  }
  for (const [type, grey] of [
    ['bright', 255],
    ['dark', 0],
  ] as const) {
    for (let index = 0; index < 4; index++) {
      await writePart(200 + grey + index, path.join(folder, 'test', type, name(index)), {
        grey,
        mask: path.join(folder, 'ground_truth', type, mask(index)),
      })
    }
  }
}

/** Options of a training that takes moments. */
export const quick: readonly string[] = [
  ...['--size', '32', '--width', '4', '--latent', '8', '--batch', '8'],
  ...['--engine', 'onnx-cpu', '--validation-fraction', '0.25'],
]
