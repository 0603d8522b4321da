/**
 * GANomaly once more, as loops in double precision written from the paper and its reference implementation,
 * layer by layer: it shares no code with the tensor graph.
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

export interface PlainResult {
  readonly reconstruction: Maps
  readonly code: Maps
  readonly codeAgain: Maps
  readonly losses: Readonly<
    Record<'generator' | 'discriminator' | 'adversarial' | 'image' | 'latent', number>
  >
  readonly statistics: ReadonlyMap<string, BatchStatistics>
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

const mapped = (x: Maps, change: (value: number, index: number) => number): Maps => ({
  shape: x.shape,
  data: x.data.map(change),
})
const leaky = (x: Maps): Maps => mapped(x, (value) => (value > 0 ? value : 0.2 * value))
const rectified = (x: Maps): Maps => mapped(x, (value) => Math.max(0, value))
const meanOf = (x: Maps, value: (x: number, index: number) => number): number =>
  x.data.reduce((sum, element, index) => sum + value(element, index), 0) / x.data.length
const squaredDistance = (a: Maps, b: Maps): number => meanOf(a, (value, i) => (value - b.data[i]) ** 2)

/** The networks with one way to normalise: by the batch in training, by running statistics in inspection. */
class Networks {
  readonly statistics = new Map<string, BatchStatistics>()
  private readonly values: Parameters
  private readonly running: boolean

  constructor(values: Parameters, running: boolean) {
    this.values = values
    this.running = running
  }

  /** Convolutions that halve the image down to 4×4, then one to a single pixel. */
  encode(prefix: string, x: Maps, outputs: number): { readonly code: Maps; readonly features: Maps } {
    let features = this.values[`${prefix}/0/filters`].length / 16 / x.shape[3]
    let value = leaky(convolve(x, this.values[`${prefix}/0/filters`], features, 2, 1))
    for (let index = 1; value.shape[1] > 4; index++) {
      const layer = `${prefix}/${index}`
      features *= 2
      value = leaky(this.normalise(layer, convolve(value, this.values[`${layer}/filters`], features, 2, 1)))
    }
    return { code: convolve(value, this.values[`${prefix}/code/filters`], outputs, 1, 0), features: value }
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

function asMaps(images: ArrayLike<number>, { size, channels }: PlainShape): Maps {
  const data = Float64Array.from(images, (value) => 2 * value - 1)
  return { shape: [data.length / (size * size * channels), size, size, channels], data }
}

/** log(1 + eˣ) */
const softplus = (x: number): number => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)))

/**
 * One training forward pass: generator loss 1·adversarial + 50·image + 1·latent, discriminator loss the mean of
 * the cross-entropies on real and rebuilt images.
 *
 * @param images NHWC in [0, 1]
 */
export function plainTraining(images: ArrayLike<number>, shape: PlainShape, values: Parameters): PlainResult {
  const networks = new Networks(values, false)
  const x = asMaps(images, shape)
  const { code } = networks.encode('generator/encoder1', x, shape.latent)
  const reconstruction = networks.decode('generator/decoder', code, shape)
  const codeAgain = networks.encode('generator/encoder2', reconstruction, shape.latent).code
  const real = networks.encode('discriminator', x, 1)
  const fake = networks.encode('discriminator', reconstruction, 1)
  const adversarial = squaredDistance(fake.features, real.features)
  const image = meanOf(reconstruction, (value, i) => Math.abs(value - x.data[i]))
  const latent = squaredDistance(codeAgain, code)
  const discriminator =
    (meanOf(real.code, (logit) => softplus(-logit)) + meanOf(fake.code, (logit) => softplus(logit))) / 2
  return {
    reconstruction,
    code,
    codeAgain,
    losses: { generator: adversarial + 50 * image + latent, discriminator, adversarial, image, latent },
    statistics: networks.statistics,
  }
}

/** The trained generator on NHWC images in [0, 1]: reconstructions in [0, 1], and each image's latent difference. */
export function plainInspection(
  images: ArrayLike<number>,
  shape: PlainShape,
  values: Parameters,
): { readonly reconstruction: Float64Array; readonly latent: readonly number[] } {
  const networks = new Networks(values, true)
  const { code } = networks.encode('generator/encoder1', asMaps(images, shape), shape.latent)
  const rebuilt = networks.decode('generator/decoder', code, shape)
  const codeAgain = networks.encode('generator/encoder2', rebuilt, shape.latent).code
  const latent = Array.from({ length: code.shape[0] }, (_, n) => {
    const [a, b] = [code, codeAgain].map(({ data }) =>
      data.subarray(n * shape.latent, (n + 1) * shape.latent),
    )
    return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / shape.latent
  })
  return { reconstruction: rebuilt.data.map((value) => (value + 1) / 2), latent }
}
