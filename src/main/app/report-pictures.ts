import { readFile } from 'node:fs/promises'
import { decodeImage } from '../imaging/decode.ts'
import { renderHeatmap, renderOverlay } from '../imaging/heatmap.ts'
import { decodeMap } from '../imaging/mapfile.ts'
import type { Plane, Raster } from '../imaging/raster.ts'
import { resample } from '../imaging/resample.ts'
import type { Inspection, Store } from '../store/index.ts'
import type { PictureProvider } from './reports/index.ts'

/** Opacity of heatmaps over images in reports. */
const OPACITY = 0.6

/**
 * The picture of an inspected part: the copy in the data folder, else the file it was inspected from, if that is
 * still the same. Null if there is neither.
 */
export function imageOf(store: Store, inspection: Inspection): PictureProvider {
  return async () => {
    const file = await imageFile(store, inspection)
    if (file === undefined) return null
    const bytes = await readFile(file)
    // What sharp does not read is drawn anew.
    return bytes.subarray(0, 2).toString('latin1') === 'BM' ? renderPlain(file) : bytes
  }
}

/** The part with its heatmap laid over it and its regions outlined; the bare heatmap if the image is gone. */
export function heatmapOf(store: Store, inspection: Inspection): PictureProvider {
  return async () => {
    if (!inspection.hasMap) return null
    const map = await decodeMap(await readFile(store.files.mapPath(inspection.id)))
    const file = await imageFile(store, inspection)
    if (file === undefined) return renderHeatmap(map)
    const raster = await decodeImage(file, { channels: 3 })
    const regions = store.inspections.regions(inspection.id)
    return renderOverlay(raster, stretched(map, raster), { opacity: OPACITY, regions })
  }
}

async function imageFile(store: Store, inspection: Inspection): Promise<string | undefined> {
  const { imageSha256: sha256, imageExtension: extension, sourcePath } = inspection
  if (extension !== null) return store.files.imagePath({ sha256, extension })
  try {
    return (await store.files.hash(sourcePath)).sha256 === sha256 ? sourcePath : undefined
  } catch {
    return undefined
  }
}

/** A stored map covers the whole image at the model's resolution. */
function stretched(map: Plane, { width, height }: Raster): Plane {
  if (map.width === width && map.height === height) return map
  const whole = { x: 0, y: 0, width: map.width, height: map.height }
  return { width, height, data: resample(map, 1, whole, width, height) }
}

async function renderPlain(file: string): Promise<Buffer> {
  const raster = await decodeImage(file, { channels: 3 })
  const nothing = {
    width: raster.width,
    height: raster.height,
    data: new Float32Array(raster.width * raster.height),
  }
  return renderOverlay(raster, nothing, { opacity: 0, regions: [] })
}
