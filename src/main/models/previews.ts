/**
 * Pictures of how a model in the making rebuilds the same few held-out images: input above, reconstruction below, from
 * epoch to epoch. They serve people alone; nothing is chosen by them, and no random number is drawn for them.
 */
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { extractView, planViews, prepare } from '../imaging/fit.ts'
import { encodePng } from '../imaging/png.ts'
import type { Raster } from '../imaging/raster.ts'
import { writeWhole } from './checkpoint.ts'
import { fitOf, type CommonConfig } from './config.ts'
import { exportModel, neutralStatistics } from './exporter.ts'
import type { Family, Weights } from './family.ts'
import { ModelRuntime } from './runtime.ts'

/** Views in a picture. */
const VIEWS = 6
/** Pictures that a run keeps, about. */
const KEPT = 40
/** Milliseconds between two pictures of which the first does not stay: short epochs do without. */
const PAUSE = 2000
/** Smaller views are enlarged by a whole factor, in pixels of the picture. */
const SMALLEST_SIDE = 96
/** Between views, in pixels of the picture, of this grey. */
const GAP = 4
const GAP_GREY = 128

export class Previews {
  readonly #folder: string
  readonly #family: Family
  readonly #config: CommonConfig
  /** NCHW, one view after the other. */
  readonly #views: Float32Array
  readonly #count: number
  /** Epochs whose pictures stay, beside the first and the newest: multiples of this. */
  readonly #every: number
  #wroteAt = -Infinity

  /** @param images held-out good images; the first few are shown, of tiled ones the tile in the middle */
  constructor(folder: string, family: Family, config: CommonConfig, images: readonly Raster[]) {
    this.#folder = path.join(folder, 'previews')
    this.#family = family
    this.#config = config
    const shown = images.slice(0, VIEWS)
    this.#count = shown.length
    this.#every = Math.ceil(config.epochs / KEPT)
    const length = config.size ** 2 * config.channels
    this.#views = new Float32Array(shown.length * length)
    shown.forEach((raster, index) => {
      const plan = planViews(raster.width, raster.height, fitOf(config))
      const view = plan.views[plan.views.length >> 1]
      if (view) extractView(prepare(raster, plan), view, config.size, this.#views, index * length)
    })
  }

  /**
   * Writes the picture of an epoch and takes away that of the one before, if it is not to stay.
   *
   * @returns false if the epoch does without one
   */
  async write(epoch: number, weights: Weights): Promise<boolean> {
    if (this.#count === 0) return false
    if (!this.#stays(epoch) && performance.now() - this.#wroteAt < PAUSE) return false
    const { size, channels } = this.#config
    const model = exportModel(
      this.#family,
      this.#family.quickInspection?.(this.#config) ?? this.#config,
      weights,
      neutralStatistics(size),
      { defaultScore: 'map', latent: neutral, map: neutral },
      {},
    )
    const runtime = await ModelRuntime.open(model)
    try {
      const rebuilt = await runtime.reconstruct(this.#views, this.#count, channels, size)
      await writeWhole(path.join(this.#folder, `${epoch}.png`), await this.#draw(rebuilt))
    } finally {
      await runtime.release()
    }
    this.#wroteAt = performance.now()
    await this.#thin(epoch)
    return true
  }

  #stays(epoch: number): boolean {
    return epoch === 1 || epoch === this.#config.epochs || epoch % this.#every === 0
  }

  /** Epochs between the multiples go when a newer one is there. */
  async #thin(newest: number): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const epoch = Number(/^(\d+)\.png$/.exec(name)?.[1] ?? Number.NaN)
      if (epoch < newest && !this.#stays(epoch)) await rm(path.join(this.#folder, name), { force: true })
    }
  }

  #draw(rebuilt: Float32Array): Promise<Buffer> {
    const { size } = this.#config
    const factor = Math.ceil(SMALLEST_SIDE / size)
    const side = size * factor
    const width = this.#count * (side + GAP) - GAP
    const height = 2 * side + GAP
    const bytes = new Uint8Array(width * height * 3).fill(GAP_GREY)
    for (let index = 0; index < this.#count; index++) {
      for (const [row, values] of [this.#views, rebuilt].entries()) {
        const corner = { x: index * (side + GAP), y: row * (side + GAP) }
        this.#drawView(values, index, factor, bytes, width, corner)
      }
    }
    return encodePng({ width, height, kind: 'rgb8', bytes })
  }

  #drawView(
    values: Float32Array,
    index: number,
    factor: number,
    bytes: Uint8Array,
    width: number,
    corner: { readonly x: number; readonly y: number },
  ): void {
    const { size, channels } = this.#config
    const area = size ** 2
    const begin = index * area * channels
    for (let y = 0; y < size * factor; y++) {
      for (let x = 0; x < size * factor; x++) {
        const pixel = Math.floor(y / factor) * size + Math.floor(x / factor)
        const target = ((corner.y + y) * width + corner.x + x) * 3
        for (let colour = 0; colour < 3; colour++) {
          const value = values[begin + (channels === 1 ? 0 : colour) * area + pixel] ?? 0
          bytes[target + colour] = Math.round(Math.min(1, Math.max(0, value)) * 255)
        }
      }
    }
  }
}

const neutral = { mean: 0, deviation: 1 }
