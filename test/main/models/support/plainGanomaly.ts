/**
 * GANomaly once more, in double precision, written from the paper and its reference implementation: it shares no code
 * with the tensor graph.
 */
import {
  asMaps,
  meanOf,
  Networks,
  softplus,
  squaredDistance,
  type BatchStatistics,
  type Maps,
  type Parameters,
  type PlainShape,
} from './plainNetworks.ts'

export interface PlainResult {
  readonly reconstruction: Maps
  readonly code: Maps
  readonly codeAgain: Maps
  readonly losses: Readonly<
    Record<'generator' | 'discriminator' | 'adversarial' | 'image' | 'latent', number>
  >
  readonly statistics: ReadonlyMap<string, BatchStatistics>
}

/**
 * One training forward pass: generator loss 1·adversarial + 50·image + 1·latent, discriminator loss the mean of
 * the cross-entropies on real and rebuilt images.
 *
 * @param images NHWC in [0, 1]
 */
export function plainTraining(
  images: ArrayLike<number>,
  shape: PlainShape & { readonly generatorLoss?: string },
  values: Parameters,
): PlainResult {
  const networks = new Networks(values, false)
  const x = asMaps(images, shape)
  const { code } = networks.encode('generator/encoder1', x, shape.latent)
  const reconstruction = networks.decode('generator/decoder', code, shape)
  const codeAgain = networks.encode('generator/encoder2', reconstruction, shape.latent).code
  const real = networks.encode('discriminator', x, 1)
  const fake = networks.encode('discriminator', reconstruction, 1)
  const adversarial =
    shape.generatorLoss === 'cross-entropy'
      ? meanOf(fake.code, (logit) => softplus(-logit))
      : squaredDistance(fake.features, real.features)
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
