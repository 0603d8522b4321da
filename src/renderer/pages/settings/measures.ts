/** What the settings reckon: the order of engines, the lengths of bars. */
import type { Engines } from '../../../contract/index.ts'

export interface EngineRow {
  readonly name: Engines['engines'][number]['name']
  readonly available: boolean
  /** Null where it could not be measured. */
  readonly imagesPerSecond: number | null
  /** Share of the fastest, in [0, 1]. */
  readonly share: number
  /** Why it is not there. */
  readonly reason: string | null
  readonly chosen: boolean
}

/** The engines, fastest first, and then those that are not there. */
export function engineRows(engines: Engines): readonly EngineRow[] {
  const speed = (engine: { readonly imagesPerSecond?: number | undefined }) => engine.imagesPerSecond ?? 0
  const fastest = Math.max(0, ...engines.engines.map(speed))
  return engines.engines
    .toSorted((a, b) => Number(b.available) - Number(a.available) || speed(b) - speed(a))
    .map((engine) => ({
      name: engine.name,
      available: engine.available,
      imagesPerSecond: engine.imagesPerSecond ?? null,
      share: fastest === 0 ? 0 : speed(engine) / fastest,
      reason: engine.reason ?? null,
      chosen: engine.name === engines.chosen,
    }))
}

/** How many times as fast as the next one the fastest is; null where there is no next one. */
export function lead(rows: readonly EngineRow[]): number | null {
  const [first, second] = rows.filter((row) => row.imagesPerSecond !== null).map((row) => row.imagesPerSecond)
  return first === undefined || first === null || !second ? null : first / second
}

export const storageAreas = ['images', 'maps', 'models', 'database'] as const
export type StorageArea = (typeof storageAreas)[number]

/** Bytes and share of the whole, in [0, 1], of each area of the data folder. */
export function storageParts(sizes: Readonly<Record<StorageArea, number>>): {
  readonly total: number
  readonly parts: readonly { readonly area: StorageArea; readonly bytes: number; readonly share: number }[]
} {
  const total = storageAreas.reduce((sum, area) => sum + sizes[area], 0)
  const parts = storageAreas.map((area) => ({
    area,
    bytes: sizes[area],
    share: total === 0 ? 0 : sizes[area] / total,
  }))
  return { total, parts }
}
