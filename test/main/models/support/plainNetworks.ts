/**
 * The families' networks once more, as loops in double precision, layer by layer: they share no code with the tensor
 * graph.
 */
export interface PlainShape {
  readonly size: number
  readonly channels: number
  readonly latent: number
}

/** [N, H, W, C], row-major. */
export interface Maps {
  readonly shape: readonly [n: number, height: number, width: number, channels: number]
  readonly data: Float64Array
}

export type Parameters = Readonly<Record<string, Float32Array>>

/** Mean and biased variance by channel of what went into a batch norm. */
export interface BatchStatistics {
  readonly mean: Float64Array
  readonly variance: Float64Array
  /** Values that each is made of. */
  readonly count: number
}

const epsilon = 1e-5

/** Cross-correlation with filters [4, 4, C, F] and zeros around. */
function convolve(x: Maps, filters: Float32Array, features: number, stride: number, padding: number): Maps {
  const [n, height, width, channels] = x.shape
  const [rows, columns] = [height, width].map((side) => (side + 2 * padding - 4) / stride + 1)
  const data = new Float64Array(n * rows * columns * features)
  for (let i = 0; i < n; i++)
    for (let oy = 0; oy < rows; oy++)
      for (let ox = 0; ox < columns; ox++)
        for (let ky = 0; ky < 4; ky++)
          for (let kx = 0; kx < 4; kx++) {
            const [y, x0] = [oy * stride + ky - padding, ox * stride + kx - padding]
            if (y < 0 || y >= height || x0 < 0 || x0 >= width) continue
            const from = ((i * height + y) * width + x0) * channels
            const to = ((i * rows + oy) * columns + ox) * features
            for (let c = 0; c < channels; c++)
              for (let f = 0; f < features; f++)
                data[to + f] += x.data[from + c] * filters[((ky * 4 + kx) * channels + c) * features + f]
          }
  return { shape: [n, rows, columns, features], data }
}

/** Transposed convolution with filters [4, 4, features out, channels in]: every input pixel stamps its filter. */
function stamp(x: Maps, filters: Float32Array, features: number, stride: number, padding: number): Maps {
  const [n, height, width, channels] = x.shape
  const [rows, columns] = [height, width].map((side) => (side - 1) * stride + 4 - 2 * padding)
  const data = new Float64Array(n * rows * columns * features)
  for (let i = 0; i < n; i++)
    for (let y = 0; y < height; y++)
      for (let x0 = 0; x0 < width; x0++)
        for (let ky = 0; ky < 4; ky++)
          for (let kx = 0; kx < 4; kx++) {
            const [oy, ox] = [y * stride + ky - padding, x0 * stride + kx - padding]
            if (oy < 0 || oy >= rows || ox < 0 || ox >= columns) continue
            const from = ((i * height + y) * width + x0) * channels
            const to = ((i * rows + oy) * columns + ox) * features
            for (let c = 0; c < channels; c++)
              for (let f = 0; f < features; f++)
                data[to + f] += x.data[from + c] * filters[((ky * 4 + kx) * features + f) * channels + c]
          }
  return { shape: [n, rows, columns, features], data }
}

export function statisticsOf({ shape, data }: Maps): BatchStatistics {
  const channels = shape[3]
  const count = data.length / channels
  const mean = new Float64Array(channels)
  const variance = new Float64Array(channels)
  data.forEach((value, i) => (mean[i % channels] += value / count))
  data.forEach((value, i) => (variance[i % channels] += (value - mean[i % channels]) ** 2 / count))
  return { mean, variance, count }
}

export const mapped = (x: Maps, change: (value: number, index: number) => number): Maps => ({
  shape: x.shape,
  data: x.data.map(change),
})
export const leaky = (x: Maps): Maps => mapped(x, (value) => (value > 0 ? value : 0.2 * value))
const rectified = (x: Maps): Maps => mapped(x, (value) => Math.max(0, value))
export const meanOf = (x: Maps, value: (x: number, index: number) => number): number =>
  x.data.reduce((sum, element, index) => sum + value(element, index), 0) / x.data.length
export const squaredDistance = (a: Maps, b: Maps): number => meanOf(a, (value, i) => (value - b.data[i]) ** 2)

/** The networks with one way to normalise: by the batch in training, by running statistics in inspection. */
export class Networks {
  readonly statistics = new Map<string, BatchStatistics>()
  private readonly values: Parameters
  private readonly running: boolean

  constructor(values: Parameters, running: boolean) {
    this.values = values
    this.running = running
  }

  /**
   * Convolutions that halve the image down to 4×4, then one to a single pixel. Between them batch norm, or, in networks
   * that have biases, those.
   */
  encode(
    prefix: string,
    x: Maps,
    outputs: number,
  ): { readonly code: Maps; readonly features: Maps; readonly levels: readonly Maps[] } {
    let features = this.values[`${prefix}/0/filters`].length / 16 / x.shape[3]
    let value = leaky(this.biased(`${prefix}/0`, this.halved(`${prefix}/0`, x, features)))
    const levels = [value]
    for (let index = 1; value.shape[1] > 4; index++) {
      const layer = `${prefix}/${index}`
      features *= 2
      const halved = this.halved(layer, value, features)
      value = leaky(
        `${layer}/gamma` in this.values ? this.normalise(layer, halved) : this.biased(layer, halved),
      )
      levels.push(value)
    }
    const code = convolve(value, this.values[`${prefix}/code/filters`], outputs, 1, 0)
    return { code: this.biased(`${prefix}/code`, code), features: value, levels }
  }

  /** Values that a dense layer gives. */
  widthOf(layer: string): number {
    return this.values[`${layer}/bias`].length
  }

  /** Rows [N, 1, 1, K] times a matrix, plus a bias. */
  dense(layer: string, x: Maps, features: number): Maps {
    const inner = x.data.length / x.shape[0]
    const [matrix, bias] = [this.values[`${layer}/matrix`], this.values[`${layer}/bias`]]
    const data = new Float64Array(x.shape[0] * features)
    for (let n = 0; n < x.shape[0]; n++)
      for (let f = 0; f < features; f++) {
        let total = bias[f]
        for (let k = 0; k < inner; k++) total += x.data[n * inner + k] * matrix[k * features + f]
        data[n * features + f] = total
      }
    return { shape: [x.shape[0], 1, 1, features], data }
  }

  private halved(layer: string, x: Maps, features: number): Maps {
    return convolve(x, this.values[`${layer}/filters`], features, 2, 1)
  }

  private biased(layer: string, x: Maps): Maps {
    const bias = this.values[`${layer}/bias`] as Float32Array | undefined
    return bias ? mapped(x, (value, i) => value + bias[i % bias.length]) : x
  }

  /** A doubling of the U-Net's way back. */
  raise(layer: string, x: Maps, features: number, stride: number, padding: number): Maps {
    return rectified(this.normalise(layer, this.stamped(layer, x, features, stride, padding)))
  }

  stamped(layer: string, x: Maps, features: number, stride: number, padding: number): Maps {
    return stamp(x, this.values[`${layer}/filters`], features, stride, padding)
  }

  /** The way back: to 4×4, doubled until half the image's side, then the image. */
  decode(prefix: string, code: Maps, { size, channels, latent }: PlainShape): Maps {
    const layer = `${prefix}/code`
    let features = this.values[`${layer}/filters`].length / 16 / latent
    let value = rectified(this.normalise(layer, stamp(code, this.values[`${layer}/filters`], features, 1, 0)))
    for (let index = 0; value.shape[1] < size / 2; index++) {
      const name = `${prefix}/${index}`
      features /= 2
      value = rectified(this.normalise(name, stamp(value, this.values[`${name}/filters`], features, 2, 1)))
    }
    return mapped(stamp(value, this.values[`${prefix}/image/filters`], channels, 2, 1), Math.tanh)
  }

  private normalise(layer: string, x: Maps): Maps {
    const batch = statisticsOf(x)
    if (!this.statistics.has(layer)) this.statistics.set(layer, batch)
    const mean = this.running ? this.values[`${layer}/mean`] : batch.mean
    const variance = this.running ? this.values[`${layer}/variance`] : batch.variance
    const [gamma, beta] = [this.values[`${layer}/gamma`], this.values[`${layer}/beta`]]
    return mapped(x, (value, i) => {
      const c = i % x.shape[3]
      return (gamma[c] * (value - mean[c])) / Math.sqrt(variance[c] + epsilon) + beta[c]
    })
  }
}

/** Images in [0, 1] as the networks see them, in [-1, 1]. */
export function asMaps(images: ArrayLike<number>, { size, channels }: PlainShape): Maps {
  const data = Float64Array.from(images, (value) => 2 * value - 1)
  return { shape: [data.length / (size * size * channels), size, size, channels], data }
}

/** log(1 + eˣ) */
export const softplus = (x: number): number => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)))

/** Two maps of one size, feature behind feature. */
export function joined(a: Maps, b: Maps): Maps {
  const [left, right] = [a.shape[3], b.shape[3]]
  const total = left + right
  const data = new Float64Array((a.data.length / left) * total)
  data.forEach((_, i) => {
    const [place, c] = [Math.floor(i / total), i % total]
    data[i] = c < left ? a.data[place * left + c] : b.data[place * right + c - left]
  })
  return { shape: [a.shape[0], a.shape[1], a.shape[2], total], data }
}

/** The batch's mean of each value, then the mean squared difference of those. */
export function distanceOfMeans(a: Maps, b: Maps): number {
  const rows = a.shape[0]
  const size = a.data.length / rows
  let total = 0
  for (let i = 0; i < size; i++) {
    let difference = 0
    for (let n = 0; n < rows; n++) difference += (a.data[n * size + i] - b.data[n * size + i]) / rows
    total += difference ** 2
  }
  return total / size
}
