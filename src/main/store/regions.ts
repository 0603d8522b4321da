import type { Query } from './connection.ts'
import type { StoreContext } from './context.ts'

/** A connected defect area in pixels of the original image; the shape of imaging's Region. */
export interface StoredRegion {
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  /** Closed polygon. */
  readonly contour: readonly (readonly [number, number])[]
  readonly areaPixels: number
  readonly peak: number
  readonly peakAt: readonly [number, number]
}

interface RegionRow {
  inspectionId: string
  position: number
  x: number
  y: number
  width: number
  height: number
  contour: string
  areaPixels: number
  peak: number
  peakX: number
  peakY: number
}

/** Regions of inspections; written by the inspection repository, in its transaction. */
export class RegionRepository {
  readonly #insert: Query<[RegionRow], never>
  readonly #list: Query<[string], RegionRow>

  constructor(context: StoreContext) {
    this.#insert = context.connection.prepare(
      `INSERT INTO region (inspection_id, position, x, y, width, height, contour, area_pixels, peak, peak_x, peak_y)
       VALUES (@inspectionId, @position, @x, @y, @width, @height, @contour, @areaPixels, @peak, @peakX, @peakY)`,
    )
    this.#list = context.connection.prepare(
      `SELECT inspection_id AS inspectionId, position, x, y, width, height, contour,
         area_pixels AS areaPixels, peak, peak_x AS peakX, peak_y AS peakY
       FROM region WHERE inspection_id = ? ORDER BY position`,
    )
  }

  create(inspectionId: string, regions: readonly StoredRegion[]): void {
    for (const [position, region] of regions.entries()) {
      this.#insert.run({
        inspectionId,
        position,
        ...region.box,
        contour: JSON.stringify(region.contour),
        areaPixels: region.areaPixels,
        peak: region.peak,
        peakX: region.peakAt[0],
        peakY: region.peakAt[1],
      })
    }
  }

  /** In the order they were found: largest peak first. */
  list(inspectionId: string): StoredRegion[] {
    return this.#list.all(inspectionId).map((row) => ({
      box: { x: row.x, y: row.y, width: row.width, height: row.height },
      contour: JSON.parse(row.contour) as [number, number][],
      areaPixels: row.areaPixels,
      peak: row.peak,
      peakAt: [row.peakX, row.peakY],
    }))
  }
}
