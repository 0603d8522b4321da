/**
 * Skip-GANomaly (Akcay, Atapour-Abarghouei & Breckon 2019, arXiv 1901.08954): a U-Net rebuilds the image, and the
 * discriminator's features are the space in which original and reconstruction are compared besides.
 */
import { z } from 'zod'
import { Graph, type Node } from '../nn/graph.ts'
import { meanSquaredError } from '../nn/layers.ts'
import {
  abs,
  add,
  detach,
  leakyRelu,
  multiply,
  square,
  subtract,
  tanh,
} from '../nn/operations/elementwise.ts'
import { concat } from '../nn/operations/layout.ts'
import { mean } from '../nn/operations/reduction.ts'
import type { Program } from '../nn/program.ts'
import { Random } from '../nn/random.ts'
import { discriminatorLoss, generatorLoss } from './adversarial.ts'
import { commonFields, networkFields } from './config.ts'
import { encode, InspectionScope, TrainingScope, within, type NetworkShape, type Scope } from './dcgan.ts'
import type { Family, InspectionNodes, Weights } from './family.ts'
import { skipGanomalyPresets } from './presets.ts'
import { dcganAdam, DISCRIMINATOR_HAS_WON, trained } from './training-step.ts'

const weight = z.number().min(0).max(1000)

const schema = z.object({
  ...commonFields,
  ...networkFields,
  adversarialLoss: z
    .enum(['non-saturating', 'minimax', 'least-squares'])
    .default('non-saturating')
    .describe('The game between generator and discriminator'),
  adversarialWeight: weight.default(1).describe('Weight of the adversarial loss'),
  // The default of the authors' code (samet-akcay/skip-ganomaly, options.py: w_rec).
  imageWeight: weight.default(50).describe('Weight of the contextual loss (mean absolute difference)'),
  latentWeight: weight.default(1).describe("Weight of the latent loss (discriminator's features)"),
})

export type SkipGanomalyConfig = z.infer<typeof schema>

/** The published score's share of the image residual; the rest is the features'. */
const RESIDUAL_SHARE = 0.9

/** Image [N, S, S, C] in [-1, 1] to its reconstruction: each level of the way down is joined on the way up. */
export function rebuildWithSkips(scope: Scope, x: Node, { width, latent, channels }: NetworkShape): Node {
  const { code, levels } = encode(within(scope, 'down'), x, { width }, latent)
  const up = (name: string, value: Node, features: number, stride: number, padding: number): Node =>
    leakyRelu(
      scope.block(`up/${name}`, value, { transposed: true, features, stride, padding, norm: true }),
      0,
    )
  const featuresOf = (level: number): number => levels[level].shape[3] ?? 0
  const deepest = levels.length - 1
  let value = up('code', code, featuresOf(deepest), 1, 0)
  for (let level = deepest; level > 0; level--)
    value = up(String(level), concat([value, levels[level]], -1), featuresOf(level - 1), 2, 1)
  return tanh(
    scope.block('up/image', concat([value, levels[0]], -1), {
      transposed: true,
      features: channels,
      stride: 2,
      padding: 1,
      norm: false,
    }),
  )
}

export interface SkipGanomalyLosses {
  readonly images: Node
  readonly generator: TrainingScope
  readonly discriminator: TrainingScope
  readonly reconstruction: Node
  readonly losses: Readonly<Record<'generator' | 'discriminator' | 'adversarial' | 'image' | 'latent', Node>>
}

/** @param imageLoss by default the paper's L1; a smooth one makes gradients comparable across engines */
export function skipGanomalyLosses(
  options: SkipGanomalyConfig,
  imageLoss: (a: Node, b: Node) => Node = (a, b) => mean(abs(subtract(a, b))),
): SkipGanomalyLosses {
  const graph = new Graph()
  const random = new Random(options.seed)
  const { size, channels, batch } = options
  const images = graph.input('images', [batch, size, size, channels])
  const x = subtract(multiply(images, 2), 1)
  const generator = new TrainingScope(graph, 'generator', random)
  const discriminator = new TrainingScope(graph, 'discriminator', random)
  const reconstruction = rebuildWithSkips(generator, x, options)
  const real = encode(discriminator, x, options, 1)
  const fake = encode(discriminator, reconstruction, options, 1)
  const adversarial = generatorLoss(options.adversarialLoss, fake.code)
  const image = imageLoss(reconstruction, x)
  const latent = meanSquaredError(fake.features, detach(real.features))
  return {
    images,
    generator,
    discriminator,
    reconstruction,
    losses: {
      generator: add(
        add(multiply(adversarial, options.adversarialWeight), multiply(image, options.imageWeight)),
        multiply(latent, options.latentWeight),
      ),
      discriminator: discriminatorLoss(options.adversarialLoss, real.code, fake.code),
      adversarial,
      image,
      latent,
    },
  }
}

export function skipGanomalyStep(options: SkipGanomalyConfig): Program {
  const { images, generator, discriminator, losses } = skipGanomalyLosses(options)
  const { learningRate } = options
  return {
    inputs: { images },
    outputs: losses,
    states: [
      ...trained(dcganAdam('adam/generator', learningRate), generator, losses.generator),
      ...generator.statistics,
      ...trained(dcganAdam('adam/discriminator', learningRate), discriminator, losses.discriminator),
      ...discriminator.statistics,
    ],
  }
}

/**
 * The published score: 0.9 · mean absolute difference of the images (in [-1, 1]) + 0.1 · mean squared difference of the
 * discriminator's features. The paper then stretches scores over the test set; here they stay as they are.
 */
export function skipGanomalyInspection(
  images: Node,
  config: SkipGanomalyConfig,
  weights: Weights,
): InspectionNodes {
  const x = subtract(multiply(images, 2), 1)
  const discriminator = new InspectionScope('discriminator', weights)
  const rebuilt = rebuildWithSkips(new InspectionScope('generator', weights), x, config)
  const features = (value: Node): Node => encode(discriminator, value, config, 1).features
  const residual = mean(abs(subtract(rebuilt, x)), [1, 2, 3])
  const distance = mean(square(subtract(features(rebuilt), features(x))), [1, 2, 3])
  return {
    reconstruction: multiply(add(rebuilt, 1), 0.5),
    latent: add(multiply(residual, RESIDUAL_SHARE), multiply(distance, 1 - RESIDUAL_SHARE)),
  }
}

export const skipGanomaly: Family<SkipGanomalyConfig> = {
  name: 'skip-ganomaly',
  title: 'Skip-GANomaly',
  summary: 'Rebuilds with shortcuts for detail; a part is anomalous where image and features differ.',
  schema,
  presets: skipGanomalyPresets,
  trainingProgram: skipGanomalyStep,
  isInspectionState: (name) => name.startsWith('generator/') || name.startsWith('discriminator/'),
  inspection: skipGanomalyInspection,
  restart: ({ discriminator }) =>
    discriminator !== undefined && discriminator < DISCRIMINATOR_HAS_WON ? 'discriminator/' : null,
}
