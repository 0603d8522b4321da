/** What the application remembers of its window, in one small file: place and size, language and theme. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Appearance } from '../../contract/bridge.ts'
import { z } from 'zod'

/** In screen pixels, as Electron has them. */
export interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const coordinate = z.number().int().min(-100_000).max(100_000)
const extent = z.number().int().min(1).max(100_000)

/** From our own page or file, and checked all the same. */
export const appearanceSchema = z.object({
  language: z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/),
  theme: z.enum(['light', 'dark', 'system']),
}) satisfies z.ZodType<Appearance>

const stateSchema = z.object({
  bounds: z.object({ x: coordinate, y: coordinate, width: extent, height: extent }).optional(),
  maximised: z.boolean().optional(),
  appearance: appearanceSchema.optional(),
})

export interface WindowState {
  readonly bounds?: Bounds | undefined
  readonly maximised?: boolean | undefined
  readonly appearance?: Appearance | undefined
}

/** What the file says; an empty state where it is missing or makes no sense: a window is never worth an error. */
export function readWindowState(file: string): WindowState {
  try {
    const parsed = stateSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return parsed.success ? parsed.data : {}
  } catch {
    return {}
  }
}

/** Writes the file whole or not at all. */
export function writeWindowState(file: string, state: WindowState): void {
  mkdirSync(path.dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(temporary, file)
}

/** How much of a window must be on a display to be found and dragged, in pixels. */
const VISIBLE_WIDTH = 120
const VISIBLE_HEIGHT = 60

/**
 * The bounds to open with: those remembered, no larger than the display that they are on; undefined if there are
 * none or no display shows enough of them any more (a screen was unplugged).
 *
 * @param displays work areas of the displays
 */
export function usableBounds(bounds: Bounds | undefined, displays: readonly Bounds[]): Bounds | undefined {
  if (!bounds) return undefined
  const [best] = displays
    .map((display) => ({ display, ...overlap(bounds, display) }))
    .filter(({ width, height }) => width >= VISIBLE_WIDTH && height >= VISIBLE_HEIGHT)
    .toSorted((a, b) => b.width * b.height - a.width * a.height)
  if (!best) return undefined
  const { display } = best
  return {
    x: bounds.x,
    // The title bar must be reachable.
    y: Math.max(bounds.y, display.y),
    width: Math.min(bounds.width, display.width),
    height: Math.min(bounds.height, display.height),
  }
}

function overlap(a: Bounds, b: Bounds): { width: number; height: number } {
  return {
    width: Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
    height: Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y),
  }
}
