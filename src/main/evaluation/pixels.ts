/**
 * Pixel AUROC and AUPRO over many anomaly maps.
 *
 * Sorting 50 million pixels takes too long and too much memory, so values are counted in bins. A bin holds the
 * floats that share sign, exponent and their first 16 bits of fraction: about 0.0015 % of the value wide, on any
 * scale, whatever the outliers, and known before the first map arrives, so that maps can be added one by one and
 * let go. Values inside one bin are treated as tied. What that can cost is known and reported: see `aurocError` and `auproError`.
 */
import { connectedComponents } from './components.ts'
import type { Mask } from './components.ts'
import { at } from './ranking.ts'

/** One anomaly value a pixel, any range, larger is more anomalous. Row-major. */
export interface AnomalyMap {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

/** Counts of the values that share sign and exponent. */
interface Page {
  /** Background pixels by bin. */
  readonly background: Uint32Array
  /** Defect pixels by bin. */
  readonly defect: Uint32Array
  /** Σ 1 / (area of the pixel's region) by bin. */
  readonly overlap: Float64Array
}

const binBits = 16
const binsPerPage = 1 << binBits
/** Bits of a float32's fraction that a bin does not tell apart. */
const dropped = 23 - binBits
const pages = 512

/** A curve of mean per-region overlap against false-positive rate, both ascending from (0, 0) to (1, 1). */
export interface ProCurve {
  readonly falsePositiveRate: Float64Array
  readonly overlap: Float64Array
}

/** Gathers maps and masks, then answers with the pixel metrics. Memory: about 1 MiB per power of two of values. */
export class PixelEvaluation {
  readonly #pages: (Page | undefined)[] = new Array<Page | undefined>(pages).fill(undefined)
  #background = 0
  #defect = 0
  #regions = 0

  /** Ground-truth regions so far. */
  get regions(): number {
    return this.#regions
  }

  /**
   * Adds an image's map. `mask` null: a good image, every pixel is background. Leave images of defects without
   * a mask out: their pixels cannot be judged.
   * @throws {RangeError} when the sizes differ or a value is NaN.
   */
  add(map: AnomalyMap, mask: Mask | null): void {
    const { width, height, data } = map
    if (data.length !== width * height)
      throw new RangeError(`a map of ${width}x${height} px holds ${data.length} values`)
    if (mask && (mask.width !== width || mask.height !== height))
      throw new RangeError(
        `the map has ${width}x${height} px but its mask ${mask.width}x${mask.height} px: resample one of them`,
      )
    const components = mask?.data.some((value) => value !== 0) ? connectedComponents(mask) : null
    const bits = new Uint32Array(data.buffer, data.byteOffset, data.length)
    for (let i = 0; i < bits.length; i++) {
      // + 0 turns -0 into +0: the two are equal and must share a bin.
      const value = bits[i] === 0x80000000 ? 0 : at(bits, i)
      if ((value & 0x7fffffff) > 0x7f800000) throw new RangeError(`value ${i} of the map is NaN`)
      const page = this.#pages[value >>> 23] ?? this.#open(value >>> 23)
      const bin = (value >>> dropped) & (binsPerPage - 1)
      const label = components === null ? 0 : at(components.labels, i)
      if (components === null || label === 0) page.background[bin] = at(page.background, bin) + 1
      else {
        page.defect[bin] = at(page.defect, bin) + 1
        page.overlap[bin] = at(page.overlap, bin) + 1 / at(components.areas, label)
      }
    }
    const defect = components === null ? 0 : data.length - at(components.areas, 0)
    this.#defect += defect
    this.#background += data.length - defect
    this.#regions += components === null ? 0 : components.areas.length - 1
  }

  /** Area under the pixels' ROC curve, ties (and bin mates) counting half; NaN unless both classes are there. */
  auroc(): number {
    let doubled = 0
    let defect = 0
    this.#descend((page, bin) => {
      const added = at(page.defect, bin)
      doubled += at(page.background, bin) * (2 * defect + added)
      defect += added
    })
    return doubled / 2 / (this.#defect * this.#background)
  }

  /** Largest possible distance between `auroc()` and the exact value: half the pairs that share a bin. */
  aurocError(): number {
    let pairs = 0
    this.#descend((page, bin) => {
      pairs += at(page.background, bin) * at(page.defect, bin)
    })
    return pairs / 2 / (this.#defect * this.#background)
  }

  /** The PRO curve: one point for each occupied bin, from (0, 0) to (1, 1). */
  proCurve(): ProCurve {
    let occupied = 1
    this.#descend(() => occupied++)
    const falsePositiveRate = new Float64Array(occupied)
    const overlap = new Float64Array(occupied)
    let point = 1
    let background = 0
    let covered = 0
    this.#descend((page, bin) => {
      background += at(page.background, bin)
      covered += at(page.overlap, bin)
      falsePositiveRate[point] = background / this.#background
      overlap[point] = covered / this.#regions
      point++
    })
    return { falsePositiveRate, overlap }
  }

  /** Area under the PRO curve up to `fprLimit`, divided by it; see `aupro`. NaN without regions or background. */
  aupro(fprLimit = 0.3): number {
    if (this.#regions === 0 || this.#background === 0) return Number.NaN
    const { falsePositiveRate, overlap } = this.proCurve()
    return areaUpTo(falsePositiveRate, overlap, fprLimit) / fprLimit
  }

  /**
   * Largest possible distance between `aupro()` and the exact value: inside a bin the exact curve may take any way
   * between the two corners, half the bin's rectangle away from the straight line at most.
   */
  auproError(fprLimit = 0.3): number {
    let background = 0
    let area = 0
    this.#descend((page, bin) => {
      if (background / this.#background < fprLimit)
        area += (at(page.background, bin) * at(page.overlap, bin)) / 2
      background += at(page.background, bin)
    })
    return area / (this.#background * this.#regions * fprLimit)
  }

  #open(index: number): Page {
    const page: Page = {
      background: new Uint32Array(binsPerPage),
      defect: new Uint32Array(binsPerPage),
      overlap: new Float64Array(binsPerPage),
    }
    this.#pages[index] = page
    return page
  }

  /** Visits the occupied bins from the largest value to the smallest. */
  #descend(visit: (page: Page, bin: number) => void): void {
    // Floats order as their bits do, except that negative ones (sign bit set: the upper half) run backwards.
    for (let step = 0; step < pages; step++) {
      const negative = step >= pages / 2
      const page = this.#pages[negative ? step : pages / 2 - 1 - step]
      if (page === undefined) continue
      for (let i = 0; i < binsPerPage; i++) {
        const bin = negative ? i : binsPerPage - 1 - i
        if (page.background[bin] !== 0 || page.defect[bin] !== 0) visit(page, bin)
      }
    }
  }
}

/**
 * Area under a piecewise linear curve from 0 to `limit`. The segment that crosses the limit is cut there by
 * linear interpolation, as the MVTec AD evaluation does.
 * @throws {RangeError} when `limit` is not in (0, 1].
 */
export function areaUpTo(x: ArrayLike<number>, y: ArrayLike<number>, limit: number): number {
  if (!(limit > 0 && limit <= 1)) throw new RangeError(`the limit must lie in (0, 1], not ${limit}`)
  let area = 0
  for (let i = 1; i < x.length; i++) {
    const width = at(x, i) - at(x, i - 1)
    if (width === 0) continue
    if (at(x, i - 1) >= limit) break
    const share = Math.min(1, (limit - at(x, i - 1)) / width)
    const end = at(y, i - 1) + share * (at(y, i) - at(y, i - 1))
    area += (share * width * (at(y, i - 1) + end)) / 2
  }
  return area
}

function gather(maps: readonly AnomalyMap[], masks: readonly (Mask | null)[]): PixelEvaluation {
  if (maps.length !== masks.length)
    throw new RangeError(`${maps.length} maps but ${masks.length} masks: give one mask (or null) a map`)
  const evaluation = new PixelEvaluation()
  for (const [index, map] of maps.entries()) evaluation.add(map, masks[index] ?? null)
  return evaluation
}

/**
 * AUPRO (Bergmann et al., "The MVTec Anomaly Detection Dataset", IJCV 2021): at each threshold the overlap of
 * each ground-truth region (8-connected component, over all images) with the pixels at or above the threshold,
 * averaged over regions with equal weight, against the false-positive rate over all background pixels of all
 * images; area up to `fprLimit` with interpolation at the limit, divided by the limit. A random map gives
 * fprLimit / 2. Masks: null for good images. NaN when there is no region.
 * @throws {RangeError} when sizes differ, a value is NaN, or the limit is not in (0, 1].
 */
export function aupro(
  maps: readonly AnomalyMap[],
  masks: readonly (Mask | null)[],
  options: { readonly fprLimit?: number } = {},
): number {
  return gather(maps, masks).aupro(options.fprLimit ?? 0.3)
}

/**
 * Area under the ROC curve over all pixels of all images. Masks: null for good images. NaN without defect pixels.
 * @throws {RangeError} when sizes differ or a value is NaN.
 */
export function pixelAuroc(maps: readonly AnomalyMap[], masks: readonly (Mask | null)[]): number {
  return gather(maps, masks).auroc()
}
