import { encodeSrgb, oklabToLinear, type Triple } from './oklab.ts'

/**
 * The path of the map through OKLab: lightness rises all the way, so that order survives grey print and colour
 * blindness, while the hue runs from blue over magenta and red to yellow. `at` is 0 to 1.
 */
function path(at: number): Triple {
  const lightness = 0.13 + 0.83 * at
  const hue = ((275 + 190 * at) * Math.PI) / 180
  // Little at both ends, where screens show little colour; everywhere just inside sRGB, so that nothing is clipped
  // and no bend of the gamut's surface shows as a band.
  const chroma = 0.07 + 0.115 * Math.sin(Math.PI * at)
  return [lightness, chroma * Math.cos(hue), chroma * Math.sin(hue)]
}

const entries = 256

function build(): Uint8Array {
  const fine = 4096
  const points: Triple[] = []
  const lengths = new Float64Array(fine + 1)
  for (let i = 0; i <= fine; i++) {
    const point = path(i / fine)
    const last = points.at(-1)
    if (last !== undefined) {
      const step = Math.hypot(point[0] - last[0], point[1] - last[1], point[2] - last[2])
      lengths[i] = (lengths[i - 1] as number) + step
    }
    points.push(point)
  }
  // Entries at equal distances along the path: equal steps of the value look equally large.
  const result = new Uint8Array(3 * entries)
  const total = lengths[fine] as number
  for (let i = 0, j = 0; i < entries; i++) {
    const wanted = (total * i) / (entries - 1)
    while (j < fine && (lengths[j] as number) < wanted) j++
    const linear = oklabToLinear(points[j] as Triple)
    linear.forEach((v, c) => (result[3 * i + c] = Math.round(255 * encodeSrgb(v))))
  }
  return result
}

/** The colour map: 256 red, green, blue triples of 8-bit sRGB, from 0 (dark blue) to 1 (light yellow). */
export const colourMap: Uint8Array = build()

/** Index into `colourMap` of a value; clamped to 0…1, not-a-number is 0. */
export function colourIndex(value: number): number {
  // Comparisons and truncation: asked for every pixel, and many times as fast as Math.round.
  return value > 0 ? (value < 1 ? (value * (entries - 1) + 0.5) | 0 : entries - 1) : 0
}

/** Colour of a normalised value, 8-bit sRGB; values are clamped to 0…1. */
export function colourOf(value: number): [red: number, green: number, blue: number] {
  const at = 3 * colourIndex(value)
  return [colourMap[at] as number, colourMap[at + 1] as number, colourMap[at + 2] as number]
}
