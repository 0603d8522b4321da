/**
 * EGBAD (Zenati et al. 2018, arXiv 1802.06222): a BiGAN (Donahue et al. 2017, arXiv 1605.09782) learns encoder and
 * generator at once, because its discriminator judges images together with their codes.
 */
import { z } from 'zod'
import { Graph, type Node } from '../nn/graph.ts'
import { abs, add, leakyRelu, multiply, negate, softplus, subtract } from '../nn/operations/elementwise.ts'
import { concat, reshape } from '../nn/operations/layout.ts'
import { sum } from '../nn/operations/reduction.ts'
import type { Program } from '../nn/program.ts'
import { Random } from '../nn/random.ts'
import {
  adversarialLosses,
  allowsBatchNorm,
  discriminatorLoss,
  encoderLoss,
  featureMatching,
  generatorLoss,
  gradientPenalty,
} from './adversarial.ts'
import { commonFields, networkFields } from './config.ts'
import {
  encode,
  encodeImage,
  generate,
  InspectionScope,
  TrainingScope,
  within,
  type NetworkShape,
  type Scope,
} from './dcgan.ts'
import type { Family, InspectionNodes, Weights } from './family.ts'
import { egbadPresets } from './presets.ts'
import { dcganAdam, trained } from './training-step.ts'

const schema = z.object({
  ...commonFields,
  ...networkFields,
  adversarialLoss: z
    .enum(adversarialLosses)
    .default('non-saturating')
    .describe('The game between the networks; minimax is the original one, whose gradients may vanish'),
  generatorLoss: z
    .enum(['cross-entropy', 'feature-matching'])
    .default('cross-entropy')
    .describe('What generator and encoder follow: the game itself, or the means of the joint features'),
  penaltyWeight: z
    .number()
    .min(0)
    .max(1000)
    .default(10)
    .describe('Weight of the gradient penalty; for the Wasserstein loss alone'),
  score: z
    .enum(['feature-matching', 'cross-entropy'])
    .default('feature-matching')
    .describe("The discriminator's part of the published score"),
  scoreWeight: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe("The discriminator's share of the published score; the rest is the image residual's"),
})

export type EgbadConfig = z.infer<typeof schema>

/** Values in a hidden layer of the joint discriminator for each feature of the first convolution. */
const HIDDEN_PER_WIDTH = 8

/** D(x, z): its last hidden layer [N, H] and its raw output [N, 1]. */
export function discriminate(
  scope: Scope,
  x: Node,
  codes: Node,
  { width }: NetworkShape,
  norm: boolean,
): { readonly features: Node; readonly logit: Node } {
  const hidden = width * HIDDEN_PER_WIDTH
  const seen = encode(within(scope, 'image'), x, { width }, hidden, { norm }).code
  const ofImage = leakyRelu(reshape(seen, [x.shape[0] ?? 0, hidden]))
  const ofCode = leakyRelu(scope.dense('code', codes, hidden))
  const features = leakyRelu(scope.dense('joint', concat([ofImage, ofCode], 1), hidden))
  return { features, logit: scope.dense('output', features, 1) }
}

export interface EgbadLosses {
  readonly inputs: Readonly<Record<string, Node>>
  readonly generator: TrainingScope
  readonly encoder: TrainingScope
  readonly discriminator: TrainingScope
  readonly losses: Readonly<Record<string, Node>> &
    Readonly<Record<'generator' | 'encoder' | 'discriminator', Node>>
}

export function egbadLosses(options: EgbadConfig): EgbadLosses {
  const graph = new Graph()
  const random = new Random(options.seed)
  const { size, channels, batch, latent, adversarialLoss: kind } = options
  const norm = allowsBatchNorm(kind)
  const images = graph.input('images', [batch, size, size, channels])
  const noise = graph.input('noise', [batch, latent])
  const x = subtract(multiply(images, 2), 1)
  const generator = new TrainingScope(graph, 'generator', random)
  const encoder = new TrainingScope(graph, 'encoder', random)
  const discriminator = new TrainingScope(graph, 'discriminator', random)
  const codes = encodeImage(encoder, x, options)
  const made = generate(generator, noise, options)
  const judge = (image: Node, code: Node) => discriminate(discriminator, image, code, options, norm)
  const real = judge(x, codes)
  const fake = judge(made, noise)
  const matching = options.generatorLoss === 'feature-matching'
  const distance = featureMatching(real.features, fake.features)
  const game = discriminatorLoss(kind, real.logit, fake.logit)
  const losses = {
    generator: matching ? distance : generatorLoss(kind, fake.logit),
    encoder: matching ? distance : encoderLoss(kind, real.logit),
  }
  if (kind !== 'wasserstein')
    return {
      inputs: { images, noise },
      generator,
      encoder,
      discriminator,
      losses: { ...losses, discriminator: game },
    }
  const uniform = graph.input('uniform', [batch])
  const penalty = gradientPenalty(
    ([image, code]) => judge(image, code).logit,
    [x, codes],
    [made, noise],
    uniform,
  )
  return {
    inputs: { images, noise, uniform },
    generator,
    encoder,
    discriminator,
    losses: {
      ...losses,
      discriminator: add(game, multiply(penalty, options.penaltyWeight)),
      penalty,
    },
  }
}

export function egbadStep(options: EgbadConfig): Program {
  const { inputs, generator, encoder, discriminator, losses } = egbadLosses(options)
  const { learningRate } = options
  return {
    inputs,
    outputs: losses,
    states: [
      ...trained(dcganAdam('adam/generator', learningRate), generator, losses.generator),
      ...generator.statistics,
      ...trained(dcganAdam('adam/encoder', learningRate), encoder, losses.encoder),
      ...encoder.statistics,
      ...trained(dcganAdam('adam/discriminator', learningRate), discriminator, losses.discriminator),
      ...discriminator.statistics,
    ],
  }
}

/**
 * The published score: (1 − w) · ‖x − G(E(x))‖₁ + w · L_D, sums over the values of one image in [-1, 1]. L_D is the
 * cross-entropy of D(x, E(x)) with "real", or ‖f(x, E(x)) − f(G(E(x)), E(x))‖₁ with f the joint features.
 */
export function egbadInspection(images: Node, config: EgbadConfig, weights: Weights): InspectionNodes {
  const scope = (name: string): Scope => new InspectionScope(name, weights)
  const x = subtract(multiply(images, 2), 1)
  const codes = encodeImage(scope('encoder'), x, config)
  const rebuilt = generate(scope('generator'), codes, config)
  const judge = (image: Node) =>
    discriminate(scope('discriminator'), image, codes, config, allowsBatchNorm(config.adversarialLoss))
  const residual = sum(abs(subtract(x, rebuilt)), [1, 2, 3])
  const real = judge(x)
  const doubt =
    config.score === 'cross-entropy'
      ? sum(softplus(negate(real.logit)), [1])
      : sum(abs(subtract(real.features, judge(rebuilt).features)), [1])
  return {
    reconstruction: multiply(add(rebuilt, 1), 0.5),
    latent: add(multiply(residual, 1 - config.scoreWeight), multiply(doubt, config.scoreWeight)),
  }
}

export const egbad: Family<EgbadConfig> = {
  name: 'egbad',
  title: 'EGBAD',
  summary: 'Learns to encode and to draw good parts at once; a part is anomalous where its drawing differs.',
  schema,
  presets: egbadPresets,
  trainingProgram: egbadStep,
  isInspectionState: (name) => /^(generator|encoder|discriminator)\//.test(name),
  inspection: egbadInspection,
  restart: () => null,
}
