/**
 * The defects of the sample project. Each one changes the surface the renderer shades (its slope, its
 * reflectance) and says which points of the part it covers, so picture and mask come from one description.
 */
import type { Hole } from './part.ts'
import { holes, isPlainFace } from './part.ts'
import type { Random } from './noise.ts'
import { between, cloudNoise, pick, smoothstep, valueNoise } from './noise.ts'

export const defectTypes = ['scratch', 'dent', 'stain', 'missing_hole'] as const
export type DefectType = (typeof defectTypes)[number]

/** What a defect does at one point of the top face, in the part's frame (mm). */
export interface Blemish {
  slopeX: number
  slopeY: number
  /** Factor on the reflected light: below 1 darker, above 1 brighter. */
  reflectance: number
  /** 0 keeps the brushed finish, 1 takes all of it away. */
  dullness: number
}

export interface Defect {
  type: DefectType
  /** A hole that is not there, for `missing_hole`. */
  missing?: Hole
  blemishAt(x: number, y: number): Blemish | undefined
  /** True where an inspector would mark the defect. */
  covers(x: number, y: number): boolean
}

/** A defect of the given type at a random, plausible place. */
export function createDefect(type: DefectType, random: Random): Defect {
  switch (type) {
    case 'scratch':
      return createScratch(random)
    case 'dent':
      return createDent(random)
    case 'stain':
      return createStain(random)
    case 'missing_hole':
      return createMissingHole(random)
  }
}

interface Point {
  x: number
  y: number
}

/** A random point of the plain top face, `margin` mm away from every feature. */
function placeOnFace(random: Random, margin: number): Point {
  for (;;) {
    const point = { x: between(random, -39, 39), y: between(random, -39, 39) }
    if (isPlainFace(point.x, point.y, margin)) return point
  }
}

/** A tool mark: a slightly bent furrow with raised edges, deepest in its middle, that skips here and there. */
function createScratch(random: Random): Defect {
  const centre = placeOnFace(random, 1)
  const length = between(random, 16, 34)
  const angle = between(random, 0, Math.PI)
  const bend = between(random, -0.012, 0.012)
  const halfWidth = between(random, 0.38, 0.6)
  const depth = between(random, 0.75, 1.1)
  const seed = Math.floor(random() * 1e6)
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)

  /** Position along and across the bent line. */
  function locate(x: number, y: number): { along: number; across: number } {
    const along = (x - centre.x) * cos + (y - centre.y) * sin
    const straight = (y - centre.y) * cos - (x - centre.x) * sin
    const wander = 0.25 * valueNoise(along * 0.35, 0.5, seed)
    return { along, across: straight - bend * along * along - wander }
  }

  return {
    type: 'scratch',
    blemishAt(x, y) {
      const { along, across } = locate(x, y)
      const end = 1 - smoothstep(0.75, 1, (2 * Math.abs(along)) / length)
      const offset = across / halfWidth
      if (end === 0 || Math.abs(offset) > 2) return undefined
      const pressure = end * (0.8 + 0.3 * valueNoise(along * 0.8, 3.5, seed + 7))
      // The derivative of a furrow exp(-offset²): one flank faces the light, the other turns away.
      const slope = -2 * offset * Math.exp(-offset * offset) * depth * pressure
      return {
        slopeX: sin * slope,
        slopeY: -cos * slope,
        reflectance: 1 + 0.75 * pressure * Math.exp(-2 * offset * offset),
        dullness: 0.8 * pressure * Math.exp(-offset * offset),
      }
    },
    covers(x, y) {
      const { along, across } = locate(x, y)
      return Math.abs(along) < 0.46 * length && Math.abs(across) < halfWidth * 1.3
    },
  }
}

/** A blow: a shallow elliptical hollow whose rim is thrown up a little. */
function createDent(random: Random): Defect {
  const long = between(random, 2.6, 4.4)
  const short = long * between(random, 0.65, 0.95)
  const centre = placeOnFace(random, 0.6)
  const angle = between(random, 0, Math.PI)
  const depth = between(random, 0.85, 1.2)
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)

  /** The point in the ellipse's own axes, scaled to radius 1. */
  function locate(x: number, y: number): Point {
    return {
      x: ((x - centre.x) * cos + (y - centre.y) * sin) / long,
      y: ((y - centre.y) * cos - (x - centre.x) * sin) / short,
    }
  }

  return {
    type: 'dent',
    blemishAt(x, y) {
      const p = locate(x, y)
      const squared = p.x * p.x + p.y * p.y
      if (squared > 4) return undefined
      // Height -(1 - s)·exp(-1.5·s) of s = squared radius; its slope along the scaled radius, per axis.
      const fall = Math.exp(-1.5 * squared) * (1 + 1.5 * (1 - squared))
      const gx = -2 * p.x * fall * depth * 0.5
      const gy = -2 * p.y * fall * depth * 0.5
      return {
        slopeX: gx * cos - gy * sin,
        slopeY: gx * sin + gy * cos,
        reflectance: 1 - 0.22 * Math.exp(-2 * squared),
        dullness: 0.5 * Math.exp(-squared),
      }
    },
    covers(x, y) {
      const p = locate(x, y)
      return p.x * p.x + p.y * p.y < 1.1
    },
  }
}

/** Dried coolant or oil: an irregular darker patch, darkest where the drop's edge dried last. */
function createStain(random: Random): Defect {
  const radius = between(random, 5, 8.5)
  const centre = placeOnFace(random, 1)
  const stretch = between(random, 0.75, 1.3)
  const strength = between(random, 0.34, 0.5)
  const seed = Math.floor(random() * 1e6)

  const phases = [between(random, 0, 6.28), between(random, 0, 6.28), between(random, 0, 6.28)] as const

  /** 0 at the middle, 1 at the wavy outline. */
  function reach(x: number, y: number): number {
    const dx = (x - centre.x) * stretch
    const dy = (y - centre.y) / stretch
    const angle = Math.atan2(dy, dx)
    const wave =
      0.16 * Math.sin(2 * angle + phases[0]) +
      0.1 * Math.sin(3 * angle + phases[1]) +
      0.05 * Math.sin(7 * angle + phases[2])
    return Math.hypot(dx, dy) / (radius * (1 + wave)) + 0.04 * cloudNoise(x * 0.9, y * 0.9, seed)
  }

  return {
    type: 'stain',
    blemishAt(x, y) {
      const at = reach(x, y)
      if (at > 1.1) return undefined
      const film = 1 - smoothstep(0.84, 1.04, at)
      const rim = Math.exp(-(((at - 0.88) / 0.09) ** 2))
      const blotch = 1 + 0.25 * cloudNoise(x * 0.5, y * 0.5, seed + 11)
      const darkening = Math.min(0.75, strength * film * blotch + 0.16 * rim)
      return { slopeX: 0, slopeY: 0, reflectance: 1 - darkening, dullness: 0.7 * film }
    },
    covers: (x, y) => reach(x, y) < 0.98,
  }
}

/** One of the five holes was never drilled: the brushed face runs on. */
function createMissingHole(random: Random): Defect {
  const missing = pick(random, holes)
  return {
    type: 'missing_hole',
    missing,
    blemishAt: () => undefined,
    covers: (x, y) => Math.hypot(x - missing.x, y - missing.y) < missing.countersink,
  }
}
