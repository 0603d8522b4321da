/**
 * The good part of the sample project: a brushed aluminium flange plate, 80 mm square, with a stepped bore,
 * a sealing groove, four countersunk bolt holes, a dowel hole and an engraved index line.
 *
 * All lengths are millimetres in the part's own frame, origin at its centre, y down as in the image.
 */
import { smoothstep } from './noise.ts'

export interface Hole {
  x: number
  y: number
  /** Radius of the drilled hole. */
  radius: number
  /** Radius of its countersink at the surface. */
  countersink: number
}

/** The bolt holes and, last, the dowel hole: each can be missing in a defective part. */
export const holes: readonly [Hole, Hole, Hole, Hole, Hole] = [
  { x: -29, y: -29, radius: 3.9, countersink: 6.3 },
  { x: 29, y: -29, radius: 3.9, countersink: 6.3 },
  { x: 29, y: 29, radius: 3.9, countersink: 6.3 },
  { x: -29, y: 29, radius: 3.9, countersink: 6.3 },
  { x: 0, y: -35, radius: 1.9, countersink: 2.5 },
]

export const plate = {
  halfSide: 40,
  cornerRadius: 7,
  chamfer: 1.6,
  thickness: 12,
  /** The bore, its chamfer, and the turned step around it. */
  bore: 14,
  boreChamfer: 1.5,
  step: 22,
  stepChamfer: 0.9,
  /** Middle and half width of the sealing groove. */
  groove: 28,
  grooveHalfWidth: 1.1,
  /** The engraved line: centre height, half length, half width. */
  lineY: 35.4,
  lineHalfLength: 11,
  lineHalfWidth: 0.55,
} as const

/** What the surface is like at one point. */
export interface Surface {
  /** `brushed` top face, `turned` step face, `wall` of a hole seen at a slant, `open` hole, `outside` the plate. */
  kind: 'brushed' | 'turned' | 'wall' | 'open' | 'outside'
  /** The normal, not normalised: (slopeX, slopeY, 1). */
  slopeX: number
  slopeY: number
  /** Share of the surroundings' light that reaches the point, 0 to 1. */
  openness: number
}

/** Signed distance to the plate's outline: negative inside. */
export function outlineDistance(x: number, y: number): number {
  const inner = plate.halfSide - plate.cornerRadius
  const qx = Math.abs(x) - inner
  const qy = Math.abs(y) - inner
  const outside = Math.hypot(Math.max(qx, 0), Math.max(qy, 0))
  return outside + Math.min(Math.max(qx, qy), 0) - plate.cornerRadius
}

/** True where the top face is plain metal: no hole, bore, groove, line or chamfer within `margin` of the point. */
export function isPlainFace(x: number, y: number, margin: number): boolean {
  const r = Math.hypot(x, y)
  return (
    outlineDistance(x, y) < -plate.chamfer - margin &&
    r > plate.step + plate.stepChamfer + margin &&
    Math.abs(r - plate.groove) > plate.grooveHalfWidth + margin &&
    holes.every((hole) => Math.hypot(x - hole.x, y - hole.y) > hole.countersink + margin)
  )
}

/**
 * The surface of a good part at a point of the image plane.
 * The camera stands over the centre, so a hole away from it shows a crescent of its wall.
 *
 * @param missing a hole that was never drilled, if any
 */
export function surfaceAt(x: number, y: number, missing?: Hole): Surface {
  const surface: Surface = { kind: 'brushed', slopeX: 0, slopeY: 0, openness: 1 }
  const edge = outlineDistance(x, y)
  if (edge > 0) return { ...surface, kind: 'outside' }

  const r = Math.hypot(x, y)
  if (r < plate.step + plate.stepChamfer) return boreAt(x, y, r, surface)

  for (const hole of holes) {
    if (hole === missing) continue
    const distance = Math.hypot(x - hole.x, y - hole.y)
    if (distance < hole.countersink) return holeAt(x, y, distance, hole, surface)
  }

  // The outer chamfer falls away along the outline's gradient; its inner edge is slightly broken.
  const chamfer = smoothstep(-plate.chamfer - 0.2, -plate.chamfer + 0.2, edge)
  if (chamfer > 0) {
    const step = 0.05
    const gx = (outlineDistance(x + step, y) - outlineDistance(x - step, y)) / (2 * step)
    const gy = (outlineDistance(x, y + step) - outlineDistance(x, y - step)) / (2 * step)
    surface.slopeX += 0.9 * chamfer * gx
    surface.slopeY += 0.9 * chamfer * gy
  }

  // The groove and the line have a round-bottomed profile: the slope grows towards their edges.
  const across = (r - plate.groove) / plate.grooveHalfWidth
  if (Math.abs(across) < 1) {
    const slope = -0.85 * Math.sin(across * Math.PI * 0.5) * grooveLip(across)
    surface.slopeX += (slope * x) / r
    surface.slopeY += (slope * y) / r
    surface.openness = 0.55 + 0.45 * across * across
  }
  const beyond = Math.max(0, Math.abs(x) - plate.lineHalfLength)
  const lineAcross = Math.hypot(beyond, y - plate.lineY) / plate.lineHalfWidth
  if (lineAcross < 1) {
    surface.slopeY += -0.8 * ((y - plate.lineY) / plate.lineHalfWidth)
    surface.openness = 0.45 + 0.4 * lineAcross
  }
  return surface
}

/** The last tenth of the groove rounds back into the face. */
function grooveLip(across: number): number {
  return 1 - smoothstep(0.88, 1, Math.abs(across))
}

function boreAt(x: number, y: number, r: number, surface: Surface): Surface {
  const ux = r > 0 ? x / r : 1
  const uy = r > 0 ? y / r : 0
  if (r >= plate.step) return { ...surface, slopeX: -0.9 * ux, slopeY: -0.9 * uy, openness: 0.95 }
  if (r >= plate.bore + plate.boreChamfer) {
    // The step's face lies 3 mm deep: its wall takes light away from the last millimetres.
    const openness = 1 - 0.45 * smoothstep(plate.step - 3.5, plate.step, r)
    return { ...surface, kind: 'turned', openness }
  }
  if (r >= plate.bore) return { ...surface, slopeX: -0.9 * ux, slopeY: -0.9 * uy, openness: 0.85 }
  return throughHole(x, y, r, { x: 0, y: 0, radius: plate.bore, countersink: 0 }, surface)
}

function holeAt(x: number, y: number, distance: number, hole: Hole, surface: Surface): Surface {
  if (distance < hole.radius) return throughHole(x, y, distance, hole, surface)
  const ux = (x - hole.x) / distance
  const uy = (y - hole.y) / distance
  return { ...surface, slopeX: -0.95 * ux, slopeY: -0.95 * uy, openness: 0.9 }
}

/** Inside a drilled hole: the far rim is drawn towards the picture's centre by perspective. */
function throughHole(x: number, y: number, distance: number, hole: Hole, surface: Surface): Surface {
  const perspective = 1 - plate.thickness / 260
  const rim = Math.hypot(x - hole.x * perspective, y - hole.y * perspective)
  if (rim < hole.radius * perspective) return { ...surface, kind: 'open', openness: 0.25 }
  const ux = distance > 0 ? (x - hole.x) / distance : 1
  const uy = distance > 0 ? (y - hole.y) / distance : 0
  // A vertical wall: the normal points to the hole's axis; 4 stands for a nearly horizontal normal.
  return { ...surface, kind: 'wall', slopeX: -4 * ux, slopeY: -4 * uy, openness: 0.35 }
}
