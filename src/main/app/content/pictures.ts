import { availableParallelism } from 'node:os'
import path from 'node:path'
import { readFile, stat } from 'node:fs/promises'
import type { ImageSize } from '../../../contract/addresses.ts'
import { renderHeatmap } from '../../imaging/heatmap.ts'
import { decodeMap } from '../../imaging/mapfile.ts'
import { isId, type StoredImage } from '../../store/index.ts'
import type { Services } from '../services.ts'
import { cached, fileContent, immutable, notFound, revalidated, type Content } from './answers.ts'
import { PictureCache } from './cache.ts'
import { JudgedMaps } from './judged-maps.ts'
import { renderMask, renderPng, renderSmall, shownAs } from './render.ts'
import { Workshop } from './workshop.ts'

/** Raised where pictures look different from before: browsers ask again. */
const look = 1

/** Pictures of samples, inspections, models and training runs. */
export class Pictures {
  readonly #services: Services
  readonly #cache: PictureCache
  readonly #maps: JudgedMaps
  readonly #workshop = new Workshop<Buffer>(Math.min(4, Math.max(2, availableParallelism())))

  constructor(services: Services) {
    this.#services = services
    this.#cache = new PictureCache(services.core.store.folder)
    this.#maps = new JudgedMaps(services.core)
  }

  /** @param way the parts of the address below `pictures/` */
  async answer(request: Request, way: readonly string[]): Promise<Response> {
    const [kind, id = '', third = '', fourth = '', fifth = '', ...rest] = way
    if (!isId(id) || rest.length > 0) return notFound()
    if (kind === 'samples' && fourth === '') return this.#sample(request, id, third)
    if (kind === 'inspections' && fourth === '') return this.#inspection(request, id, third)
    if (kind === 'models' && third === 'samples' && isId(fourth) && fifth === 'heatmap')
      return this.#judged(request, id, fourth)
    if (kind === 'runs' && third === 'previews' && fifth === '') return this.#preview(request, id, fourth)
    return notFound()
  }

  #sample(request: Request, id: string, what: string): Promise<Response> | Response {
    const sample = this.#services.core.store.samples.get(id)
    if (isImageSize(what)) return this.#image(request, sample, what)
    const { mask } = sample
    if (what !== 'mask' || mask === null) return notFound()
    const { files } = this.#services.core.store
    return this.#made(request, `${mask.sha256}-mask-${look}.png`, 'image/png', () =>
      renderMask(files.imagePath(mask)),
    )
  }

  #inspection(request: Request, id: string, what: string): Promise<Response> | Response {
    const { inspections, files } = this.#services.core.store
    const { imageSha256: sha256, imageExtension: extension, hasMap } = inspections.get(id)
    if (isImageSize(what))
      return extension === null ? notFound() : this.#image(request, { sha256, extension }, what)
    if (!hasMap) return notFound()
    if (what === 'map')
      return cached(request, `${id}-map`, immutable, () => fileContent(files.mapPath(id), 'image/png'))
    if (what !== 'heatmap') return notFound()
    return this.#made(request, `${id}-heatmap-${look}.png`, 'image/png', async () =>
      heatmapOf(await readFile(files.mapPath(id))),
    )
  }

  async #image(request: Request, stored: StoredImage, size: ImageSize): Promise<Response> {
    const file = this.#services.core.store.files.imagePath(stored)
    const name = `${stored.sha256}-${size}-${look}`
    if (size !== 'original')
      return this.#made(request, `${name}.webp`, 'image/webp', () => renderSmall(file, size))
    const type = await shownAs(file)
    if (type === undefined) return this.#made(request, `${name}.png`, 'image/png', () => renderPng(file))
    return cached(request, name, immutable, () => fileContent(file, type))
  }

  /** A picture that is made once and kept under its name, which is its entity tag too. */
  #made(request: Request, name: string, type: string, make: () => Promise<Buffer>): Promise<Response> {
    return cached(request, name, immutable, async (): Promise<Content> => {
      const body = await this.#workshop.do(name, request.signal, () => this.#cache.get(name, make))
      return { type, body }
    })
  }

  /** By the calibration that judges now: another threshold gives another heatmap under the same address. */
  async #judged(request: Request, modelId: string, sampleId: string): Promise<Response> {
    const found = this.#maps.find(modelId, sampleId)
    if (found === undefined) return notFound()
    const name = `${sampleId}-${found.calibrationId}-heatmap-${look}.png`
    return cached(request, name, revalidated, async () => {
      const map = await this.#maps.read(found, request.signal)
      return { type: 'image/png', body: await heatmapOf(map) }
    })
  }

  async #preview(request: Request, runId: string, epoch: string): Promise<Response> {
    if (!/^\d{1,7}$/.test(epoch)) return notFound()
    const { runs, files } = this.#services.core.store
    runs.get(runId)
    const file = path.join(files.modelFolder(runId), 'previews', `${Number(epoch)}.png`)
    const status = await stat(file).catch(() => undefined)
    if (status === undefined) return notFound()
    // A run that goes on from a checkpoint draws some of its epochs again.
    const tag = `${runId}-${epoch}-${status.size}-${Math.trunc(status.mtimeMs)}`
    return cached(request, tag, revalidated, () => fileContent(file, 'image/png'))
  }
}

async function heatmapOf(map: Buffer): Promise<Buffer> {
  return renderHeatmap(await decodeMap(map), { transparent: true })
}

function isImageSize(text: string): text is ImageSize {
  return text === 'thumbnail' || text === 'view' || text === 'original'
}
