/** The losses and scores of Skip-GANomaly, EGBAD, f-AnoGAN and AnoGAN in double precision, from their papers. */
import type { AdversarialLoss } from '../../../../src/main/models/adversarial.ts'
import {
  asMaps,
  distanceOfMeans,
  joined,
  leaky,
  mapped,
  meanOf,
  Networks,
  softplus,
  squaredDistance,
  type Maps,
  type Parameters,
  type PlainShape,
} from './plainNetworks.ts'

type Losses = Readonly<Record<string, number>>
type Numbers = ArrayLike<number>

export const absoluteDistance = (a: Maps, b: Maps): number =>
  meanOf(a, (value, i) => Math.abs(value - b.data[i]))

/** One row a part. */
const rowsOf = (values: Numbers, length: number): Maps => ({
  shape: [values.length / length, 1, 1, length],
  data: Float64Array.from(values),
})

/** Of each row, the mean of `value`. */
function byRow(a: Maps, value: (x: number, index: number) => number): number[] {
  const length = a.data.length / a.shape[0]
  return Array.from({ length: a.shape[0] }, (_, n) =>
    a.data
      .subarray(n * length, (n + 1) * length)
      .reduce((sum, x, i) => sum + value(x, n * length + i) / length, 0),
  )
}

/** E over the rows of log(1 + eˣ), of the squares and of the values themselves, as each game has them. */
export function plainGame(kind: AdversarialLoss, real: Maps, fake: Maps) {
  const average = (x: Maps, value: (x: number) => number): number => meanOf(x, value)
  switch (kind) {
    case 'minimax':
    case 'non-saturating': {
      const logOfReal = -average(real, (x) => softplus(-x))
      const logOfNotFake = -average(fake, (x) => softplus(x))
      return {
        discriminator: -(logOfReal + logOfNotFake),
        generator: kind === 'minimax' ? logOfNotFake : average(fake, (x) => softplus(-x)),
        encoder: kind === 'minimax' ? logOfReal : average(real, (x) => softplus(x)),
      }
    }
    case 'least-squares':
      return {
        discriminator: 0.5 * (average(real, (x) => (x - 1) ** 2) + average(fake, (x) => x ** 2)),
        generator: 0.5 * average(fake, (x) => (x - 1) ** 2),
        encoder: 0.5 * average(real, (x) => x ** 2),
      }
    case 'wasserstein':
      return {
        discriminator: average(fake, (x) => x) - average(real, (x) => x),
        generator: -average(fake, (x) => x),
        encoder: average(real, (x) => x),
      }
  }
}

/** The gradient penalty by central differences: rows of a critic without batch norm do not see each other. */
export function plainPenalty(
  criticise: (parts: readonly Maps[]) => Maps,
  real: readonly Maps[],
  fake: readonly Maps[],
  share: Numbers,
): number {
  const rows = share.length
  const between = real.map((part, index) => {
    const length = part.data.length / rows
    return mapped(part, (value, i) => {
      const weight = share[Math.floor(i / length)]
      return fake[index].data[i] + weight * (value - fake[index].data[i])
    })
  })
  const squares = new Float64Array(rows)
  // Small: few kinks of leaky ReLU lie so near.
  const step = 1e-6
  between.forEach((part, index) => {
    const length = part.data.length / rows
    for (let place = 0; place < length; place++) {
      const moved = (change: number): Float64Array =>
        criticise(
          between.map((other, i) =>
            i === index ? mapped(part, (x, at) => (at % length === place ? x + change : x)) : other,
          ),
        ).data
      const [up, down] = [moved(step), moved(-step)]
      for (let n = 0; n < rows; n++) squares[n] += ((up[n] - down[n]) / (2 * step)) ** 2
    }
  })
  return squares.reduce((sum, square) => sum + (Math.sqrt(square) - 1) ** 2, 0) / rows
}

/** The U-Net: what a level gave on the way down is joined on the way up. */
function rebuiltWithSkips(networks: Networks, x: Maps, { latent, channels }: PlainShape): Maps {
  const { code, levels } = networks.encode('generator/down', x, latent)
  const featuresOf = (level: number): number => levels[level].shape[3]
  let value = networks.raise('generator/up/code', code, featuresOf(levels.length - 1), 1, 0)
  for (let level = levels.length - 1; level > 0; level--)
    value = networks.raise(`generator/up/${level}`, joined(value, levels[level]), featuresOf(level - 1), 2, 1)
  return mapped(networks.stamped('generator/up/image', joined(value, levels[0]), channels, 2, 1), Math.tanh)
}

export function plainSkipGanomaly(images: Numbers, shape: PlainShape, values: Parameters): Losses {
  const networks = new Networks(values, false)
  const x = asMaps(images, shape)
  const rebuilt = rebuiltWithSkips(networks, x, shape)
  const real = networks.encode('discriminator', x, 1)
  const fake = networks.encode('discriminator', rebuilt, 1)
  const game = plainGame('non-saturating', real.code, fake.code)
  const image = absoluteDistance(rebuilt, x)
  const latent = squaredDistance(fake.features, real.features)
  return {
    generator: game.generator + 50 * image + latent,
    discriminator: game.discriminator,
    adversarial: game.generator,
    image,
    latent,
  }
}

/** 0.9 · residual + 0.1 · features by image. */
export function plainSkipScore(images: Numbers, shape: PlainShape, values: Parameters): number[] {
  const networks = new Networks(values, true)
  const x = asMaps(images, shape)
  const rebuilt = rebuiltWithSkips(networks, x, shape)
  const [real, fake] = [x, rebuilt].map((image) => networks.encode('discriminator', image, 1).features)
  const residuals = byRow(x, (value, i) => Math.abs(value - rebuilt.data[i]))
  return byRow(real, (value, i) => (value - fake.data[i]) ** 2).map(
    (distance, n) => 0.9 * residuals[n] + 0.1 * distance,
  )
}

function judged(networks: Networks, x: Maps, codes: Maps): { readonly features: Maps; readonly logit: Maps } {
  const hidden = networks.widthOf('discriminator/code')
  const ofImage = leaky(networks.encode('discriminator/image', x, hidden).code)
  const ofCode = leaky(networks.dense('discriminator/code', codes, hidden))
  const features = leaky(networks.dense('discriminator/joint', joined(ofImage, ofCode), hidden))
  return { features, logit: networks.dense('discriminator/output', features, 1) }
}

export function plainEgbad(
  { images, noise, uniform }: Readonly<Record<string, Numbers>>,
  shape: PlainShape & {
    readonly adversarialLoss: AdversarialLoss
    readonly generatorLoss: string
    readonly penaltyWeight: number
  },
  values: Parameters,
): Losses {
  const networks = new Networks(values, false)
  const x = asMaps(images, shape)
  const z = rowsOf(noise, shape.latent)
  const { code } = networks.encode('encoder', x, shape.latent)
  const made = networks.decode('generator', z, shape)
  const [real, fake] = [judged(networks, x, code), judged(networks, made, z)]
  const game = plainGame(shape.adversarialLoss, real.logit, fake.logit)
  const matching = distanceOfMeans(real.features, fake.features)
  const own =
    shape.generatorLoss === 'feature-matching'
      ? { generator: matching, encoder: matching }
      : { generator: game.generator, encoder: game.encoder }
  if (shape.adversarialLoss !== 'wasserstein') return { ...own, discriminator: game.discriminator }
  const penalty = plainPenalty(
    ([image, other]) => judged(networks, image, other).logit,
    [x, code],
    [made, z],
    uniform,
  )
  return { ...own, discriminator: game.discriminator + shape.penaltyWeight * penalty, penalty }
}

/** 0.9 · ‖x − G(E(x))‖₁ + 0.1 · the discriminator's doubt, by image. */
export function plainEgbadScore(
  images: Numbers,
  shape: PlainShape & { readonly score: string },
  values: Parameters,
): number[] {
  const networks = new Networks(values, true)
  const x = asMaps(images, shape)
  const { code } = networks.encode('encoder', x, shape.latent)
  const rebuilt = networks.decode('generator', code, shape)
  const [real, fake] = [judged(networks, x, code), judged(networks, rebuilt, code)]
  const total = (a: Maps, b: Maps): number[] =>
    byRow(a, (value, i) => Math.abs(value - b.data[i])).map((mean) => (mean * a.data.length) / a.shape[0])
  const doubt =
    shape.score === 'cross-entropy'
      ? Array.from(real.logit.data, (logit) => softplus(-logit))
      : total(real.features, fake.features)
  return total(x, rebuilt).map((residual, n) => 0.9 * residual + 0.1 * doubt[n])
}

/** A DCGAN's losses on one batch: AnoGAN's. */
export function plainAnogan(
  { images, noise, uniform }: Readonly<Record<string, Numbers>>,
  shape: PlainShape & {
    readonly adversarialLoss: AdversarialLoss
    readonly generatorLoss: string
    readonly penaltyWeight: number
  },
  values: Parameters,
): Losses {
  const networks = new Networks(values, false)
  const x = asMaps(images, shape)
  const made = networks.decode('generator', rowsOf(noise, shape.latent), shape)
  const judge = (image: Maps) => networks.encode('discriminator', image, 1)
  const [real, fake] = [judge(x), judge(made)]
  const game = plainGame(shape.adversarialLoss, real.code, fake.code)
  const generator =
    shape.generatorLoss === 'feature-matching'
      ? distanceOfMeans(real.features, fake.features)
      : game.generator
  if (shape.adversarialLoss !== 'wasserstein') return { generator, discriminator: game.discriminator }
  const penalty = plainPenalty(([image]) => judge(image).code, [x], [made], uniform)
  return { generator, discriminator: game.discriminator + shape.penaltyWeight * penalty, penalty }
}

/** What the critic minimises on one batch, before its step. */
export function plainCritic(
  { images, noise, uniform }: Readonly<Record<string, Numbers>>,
  shape: PlainShape & { readonly penaltyWeight: number },
  values: Parameters,
): Losses {
  const networks = new Networks(values, false)
  const [x, made] = [asMaps(images, shape), networks.decode('generator', rowsOf(noise, shape.latent), shape)]
  const value = (image: Maps): Maps => networks.encode('critic', image, 1).code
  const game = plainGame('wasserstein', value(x), value(made))
  const penalty = plainPenalty(([image]) => value(image), [x], [made], uniform)
  return {
    critic: game.discriminator + shape.penaltyWeight * penalty,
    distance: -game.discriminator,
    penalty,
  }
}

/** What the generator minimises. */
export function plainWganGenerator(noise: Numbers, shape: PlainShape, values: Parameters): number {
  const networks = new Networks(values, false)
  const made = networks.decode('generator', rowsOf(noise, shape.latent), shape)
  return -meanOf(networks.encode('critic', made, 1).code, (x) => x)
}

/** The encoder's losses: by the batch in the encoder, by running statistics in the generator, which rests. */
export function plainEncoder(
  { images, noise }: Readonly<Record<string, Numbers>>,
  shape: PlainShape & { readonly encoder: string; readonly kappa: number },
  values: Parameters,
): Losses {
  const [learning, resting] = [new Networks(values, false), new Networks(values, true)]
  const x = asMaps(images, shape)
  const rebuilt = resting.decode('generator', learning.encode('encoder', x, shape.latent).code, shape)
  const features = (image: Maps): Maps => resting.encode('critic', image, 1).features
  const image = squaredDistance(rebuilt, x)
  const distance = squaredDistance(features(rebuilt), features(x))
  const reported = { image, features: distance }
  if (shape.encoder === 'izi') return { encoder: image, ...reported }
  if (shape.encoder === 'izi_f') return { encoder: image + shape.kappa * distance, ...reported }
  const z = rowsOf(noise, shape.latent)
  const again = learning.encode('encoder', resting.decode('generator', z, shape), shape.latent).code
  return { encoder: squaredDistance(again, z), ...reported }
}

/** Mean squared difference of images + κ · that of features, by image. */
export function plainFAnoganScore(
  images: Numbers,
  shape: PlainShape & { readonly kappa: number },
  values: Parameters,
): number[] {
  const networks = new Networks(values, true)
  const x = asMaps(images, shape)
  const rebuilt = networks.decode('generator', networks.encode('encoder', x, shape.latent).code, shape)
  const [real, fake] = [x, rebuilt].map((image) => networks.encode('critic', image, 1).features)
  const residuals = byRow(x, (value, i) => (value - rebuilt.data[i]) ** 2)
  return byRow(real, (value, i) => (value - fake.data[i]) ** 2).map(
    (distance, n) => residuals[n] + shape.kappa * distance,
  )
}

/** The loss of AnoGAN's search at given codes, by image: sums over its values. */
export function plainSearchLoss(
  images: Numbers,
  codes: Numbers,
  shape: PlainShape & { readonly lambda: number },
  values: Parameters,
): number[] {
  const networks = new Networks(values, true)
  const x = asMaps(images, shape)
  const drawing = networks.decode('generator', rowsOf(codes, shape.latent), shape)
  const [real, fake] = [x, drawing].map((image) => networks.encode('discriminator', image, 1).features)
  const total = (a: Maps, b: Maps): number[] =>
    byRow(a, (value, i) => Math.abs(value - b.data[i])).map((mean) => (mean * a.data.length) / a.shape[0])
  const residuals = total(x, drawing)
  return total(real, fake).map((distance, n) => (1 - shape.lambda) * residuals[n] + shape.lambda * distance)
}

/** Drawings of codes in [0, 1]. */
export function plainDrawings(codes: Numbers, shape: PlainShape, values: Parameters): Float64Array[] {
  const drawn = new Networks(values, true).decode('generator', rowsOf(codes, shape.latent), shape)
  const length = drawn.data.length / drawn.shape[0]
  return Array.from({ length: drawn.shape[0] }, (_, n) =>
    drawn.data.slice(n * length, (n + 1) * length).map((value) => (value + 1) / 2),
  )
}
