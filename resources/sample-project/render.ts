/**
 * Draws one picture of the part as a line camera station would take it: a lamp at a finite distance, brushed
 * metal that reflects along its grain, a dark rubber mat below, lens blur, sensor noise.
 */
import type { Defect } from './defects.ts'
import type { Surface } from './part.ts'
import { outlineDistance, surfaceAt } from './part.ts'
import type { Random } from './noise.ts'
import { between, cloudNoise, normal, smoothstep, valueNoise } from './noise.ts'

/** What differs from one picture to the next although the part is good. */
export interface Scene {
  /** Part turned (radians), shifted (mm) and scaled on its way to the image. */
  angle: number
  shiftX: number
  shiftY: number
  scale: number
  /** The lamp's place (mm) and strength. */
  lampX: number
  lampY: number
  lampZ: number
  lampPower: number
  ambient: number
  /** Seed of this part's own brush marks and of the mat under it. */
  grain: number
}

/** Picks a scene within the tolerances of the imagined station. */
export function createScene(random: Random): Scene {
  return {
    angle: (between(random, -1.2, 1.2) * Math.PI) / 180,
    shiftX: between(random, -0.9, 0.9),
    shiftY: between(random, -0.9, 0.9),
    scale: between(random, 0.993, 1.007),
    lampX: between(random, -80, -60),
    lampY: between(random, -105, -85),
    lampZ: between(random, 160, 170),
    lampPower: between(random, 0.95, 1.05),
    ambient: between(random, 0.19, 0.23),
    grain: Math.floor(random() * 1e6),
  }
}

/** Millimetres across the whole picture. */
const field = 94
/** Samples per pixel and axis: enough to keep slanted edges smooth. */
const oversampling = 2

/**
 * Renders a scene.
 *
 * @param size side of the square picture, px
 * @returns `size * size` grey levels, 0 to 255, row by row
 */
export function renderPicture(
  size: number,
  scene: Scene,
  defect: Defect | undefined,
  random: Random,
): Uint8Array {
  const fine = size * oversampling
  const light = new Float64Array(fine * fine)
  for (let row = 0; row < fine; row++) {
    for (let column = 0; column < fine; column++) {
      const { x, y } = toPart((column + 0.5) / oversampling, (row + 0.5) / oversampling, size, scene)
      light[row * fine + column] = radiance(x, y, scene, defect)
    }
  }
  return expose(light, size, random)
}

/** Renders the mask of a defect: 255 where it covers the pixel's centre, else 0. */
export function renderMask(size: number, scene: Scene, defect: Defect): Uint8Array {
  const mask = new Uint8Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const { x, y } = toPart(column + 0.5, row + 0.5, size, scene)
      const visible = outlineDistance(x, y) < 0 && surfaceAt(x, y, defect.missing).kind !== 'open'
      if (visible && defect.covers(x, y)) mask[row * size + column] = 255
    }
  }
  return mask
}

/** Pixel coordinates to the part's own millimetres. */
function toPart(column: number, row: number, size: number, scene: Scene): { x: number; y: number } {
  const x = ((column / size - 0.5) * field) / scene.scale - scene.shiftX
  const y = ((row / size - 0.5) * field) / scene.scale - scene.shiftY
  const cos = Math.cos(scene.angle)
  const sin = Math.sin(scene.angle)
  return { x: x * cos + y * sin, y: y * cos - x * sin }
}

/** Light from one point of the part or the mat, linear, about 0 to 1. */
function radiance(x: number, y: number, scene: Scene, defect: Defect | undefined): number {
  const surface = surfaceAt(x, y, defect?.missing)
  if (surface.kind === 'outside') return matLight(x, y, scene)
  if (surface.kind === 'open') return 0.008 + 0.006 * cloudNoise(x * 0.4, y * 0.4, scene.grain)
  const blemish = surface.kind === 'wall' ? undefined : defect?.blemishAt(x, y)
  if (blemish) {
    surface.slopeX += blemish.slopeX
    surface.slopeY += blemish.slopeY
  }
  const finish = 1 - (blemish?.dullness ?? 0)
  return metalLight(x, y, surface, finish, scene) * (blemish?.reflectance ?? 1)
}

/** Rubber mat with the plate's soft shadow on the side away from the lamp. */
function matLight(x: number, y: number, scene: Scene): number {
  const shade = smoothstep(-1, 5, outlineDistance(x - 3, y - 4.5))
  const texture = 1 + 0.35 * cloudNoise(x * 1.1, y * 1.1, scene.grain + 31)
  return 0.045 * texture * (0.3 + 0.7 * shade) * scene.lampPower
}

/** Machined aluminium: ambient light, a diffuse part and an anisotropic highlight (Ward's model) along the grain. */
function metalLight(x: number, y: number, surface: Surface, finish: number, scene: Scene): number {
  const r = Math.hypot(x, y)
  const turned = surface.kind === 'turned'
  // Grain direction: along x where brushed, around the axis where turned.
  const grainX = turned && r > 0 ? -y / r : 1
  const grainY = turned && r > 0 ? x / r : 0
  const marks = turned
    ? valueNoise(r * 2.6, Math.atan2(y, x) * 1.5, scene.grain + 3)
    : 0.6 * valueNoise(x * 0.045, y * 1.9, scene.grain) + 0.4 * valueNoise(x * 0.11, y * 4.2, scene.grain + 1)
  const tilt = 0.08 * marks * finish
  const nx = surface.slopeX - grainY * tilt
  const ny = surface.slopeY + grainX * tilt
  const norm = 1 / Math.sqrt(nx * nx + ny * ny + 1)

  const lx = scene.lampX - x
  const ly = scene.lampY - y
  const distance = Math.sqrt(lx * lx + ly * ly + scene.lampZ * scene.lampZ)
  const cosine = Math.max(0, (nx * lx + ny * ly + scene.lampZ) * norm) / distance
  // Half vector between lamp and camera, which stands 260 mm above the centre.
  const viewDistance = Math.sqrt(x * x + y * y + 260 * 260)
  const hx = lx / distance - x / viewDistance
  const hy = ly / distance - y / viewDistance
  const hz = scene.lampZ / distance + 260 / viewDistance
  const halfNormal = (nx * hx + ny * hy + hz) * norm
  const along = hx * grainX + hy * grainY + nx * hz * -grainX + ny * hz * -grainY
  const across = hy * grainX - hx * grainY - (ny * grainX - nx * grainY) * hz
  const spread = (along * along) / 0.16 + (across * across) / 0.5
  const highlight = halfNormal > 0 ? Math.exp(-spread / (halfNormal * halfNormal)) : 0

  const albedo = (turned ? 0.4 : 0.44) * (1 + 0.15 * marks * finish)
  const falloff = (200 * 200) / (distance * distance)
  const lit = falloff * scene.lampPower * cosine * (0.62 + 0.75 * (0.35 + 0.65 * finish) * highlight)
  return albedo * surface.openness * (scene.ambient + lit)
}

/** Lens blur, exposure, gamma, and sensor noise (photon noise plus read noise). */
function expose(light: Float64Array, size: number, random: Random): Uint8Array {
  const fine = size * oversampling
  // A 4-tap tent over the fine samples of a pixel and its neighbours' nearest ones.
  const taps = [1 / 8, 3 / 8, 3 / 8, 1 / 8]
  const picture = new Uint8Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let sum = 0
      for (const [j, weightY] of taps.entries()) {
        const fineRow = Math.min(fine - 1, Math.max(0, row * oversampling - 1 + j))
        for (const [i, weightX] of taps.entries()) {
          const fineColumn = Math.min(fine - 1, Math.max(0, column * oversampling - 1 + i))
          sum += weightY * weightX * (light[fineRow * fine + fineColumn] ?? 0)
        }
      }
      const noisy = sum + normal(random) * Math.sqrt(0.00012 * sum + 0.000002)
      const level = 255 * Math.max(0, noisy) ** (1 / 2.2)
      picture[row * size + column] = Math.min(255, Math.round(level))
    }
  }
  return picture
}
