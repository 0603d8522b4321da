/**
 * AnoGAN (Schlegl et al. 2017, arXiv 1703.05921): a DCGAN learns to draw good parts; at inspection, Adam searches for
 * the code whose drawing is most like the part. The search is in the exported model itself: see anogan-search.ts.
 */
import { z } from 'zod'
import { Graph, type Node } from '../nn/graph.ts'
import { add, multiply, subtract } from '../nn/operations/elementwise.ts'
import type { Program } from '../nn/program.ts'
import { Random } from '../nn/random.ts'
import {
  adversarialLosses,
  allowsBatchNorm,
  discriminatorLoss,
  featureMatching,
  generatorLoss,
  gradientPenalty,
  type AdversarialLoss,
} from './adversarial.ts'
import { search } from './anogan-search.ts'
import { commonFields, networkFields } from './config.ts'
import { encode, generate, InspectionScope, TrainingScope, type NetworkShape, type Scope } from './dcgan.ts'
import type { Family, InspectionNodes, Weights } from './family.ts'
import { anoganPresets } from './presets.ts'
import { dcganAdam, trained } from './training-step.ts'

const schema = z.object({
  ...commonFields,
  ...networkFields,
  adversarialLoss: z
    .enum(adversarialLosses)
    .default('non-saturating')
    .describe(
      'The game between generator and discriminator; minimax is the original one, whose gradients may vanish',
    ),
  generatorLoss: z
    .enum(['cross-entropy', 'feature-matching'])
    .default('cross-entropy')
    .describe("What the generator follows: the game itself, or the means of the discriminator's features"),
  penaltyWeight: z
    .number()
    .min(0)
    .max(1000)
    .default(10)
    .describe('Weight of the gradient penalty; for the Wasserstein loss alone'),
  steps: z
    .number()
    .int()
    .min(1)
    .max(5000)
    .default(500)
    .describe('Inspection: steps of the search for the most similar good part, at most'),
  searchRate: z
    .number()
    .min(1e-4)
    .max(1)
    .default(0.2)
    .describe('Inspection: step size of the Adam optimiser in the search'),
  lambda: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe("Inspection: the discriminator's share of the search and the score; the rest is the image's"),
  restarts: z
    .number()
    .int()
    .min(1)
    .max(8)
    .default(1)
    .describe('Inspection: searches from so many starting points, of which the best counts'),
  candidates: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(1)
    .describe(
      'Inspection: good parts drawn beforehand, from the nearest of which a search starts; 1: all start from one point, as published',
    ),
  patience: z
    .number()
    .int()
    .min(0)
    .max(5000)
    .default(40)
    .describe('Inspection: a search ends when so many steps have improved nothing; 0: never before its last'),
  validationSteps: z
    .number()
    .int()
    .min(1)
    .max(5000)
    .default(50)
    .describe('Steps of the search when epochs are compared during training'),
})

export type AnoganConfig = z.infer<typeof schema>

/** The discriminator's raw output [N, 1, 1, 1] and its last features [N, 4, 4, F]. */
export function discriminate(
  scope: Scope,
  x: Node,
  shape: NetworkShape,
  kind: AdversarialLoss,
): { readonly logit: Node; readonly features: Node } {
  const { code, features } = encode(scope, x, shape, 1, { norm: allowsBatchNorm(kind) })
  return { logit: code, features }
}

export interface AnoganLosses {
  readonly inputs: Readonly<Record<string, Node>>
  readonly generator: TrainingScope
  readonly discriminator: TrainingScope
  readonly losses: Readonly<Record<string, Node>> & Readonly<Record<'generator' | 'discriminator', Node>>
}

export function anoganLosses(options: AnoganConfig): AnoganLosses {
  const graph = new Graph()
  const random = new Random(options.seed)
  const { size, channels, batch, latent, adversarialLoss: kind } = options
  const images = graph.input('images', [batch, size, size, channels])
  const noise = graph.input('noise', [batch, latent])
  const x = subtract(multiply(images, 2), 1)
  const generator = new TrainingScope(graph, 'generator', random)
  const discriminator = new TrainingScope(graph, 'discriminator', random)
  const made = generate(generator, noise, options)
  const judge = (image: Node) => discriminate(discriminator, image, options, kind)
  const real = judge(x)
  const fake = judge(made)
  const generatorGame =
    options.generatorLoss === 'feature-matching'
      ? featureMatching(real.features, fake.features)
      : generatorLoss(kind, fake.logit)
  const game = discriminatorLoss(kind, real.logit, fake.logit)
  if (kind !== 'wasserstein')
    return {
      inputs: { images, noise },
      generator,
      discriminator,
      losses: { generator: generatorGame, discriminator: game },
    }
  const uniform = graph.input('uniform', [batch])
  const penalty = gradientPenalty(([image]) => judge(image).logit, [x], [made], uniform)
  return {
    inputs: { images, noise, uniform },
    generator,
    discriminator,
    losses: {
      generator: generatorGame,
      discriminator: add(game, multiply(penalty, options.penaltyWeight)),
      penalty,
    },
  }
}

export function anoganStep(options: AnoganConfig): Program {
  const { inputs, generator, discriminator, losses } = anoganLosses(options)
  const { learningRate } = options
  return {
    inputs,
    outputs: losses,
    states: [
      ...trained(dcganAdam('adam/generator', learningRate), generator, losses.generator),
      ...generator.statistics,
      ...trained(dcganAdam('adam/discriminator', learningRate), discriminator, losses.discriminator),
      ...discriminator.statistics,
    ],
  }
}

/** The published score is what the search has left: see SearchOptions.loss. */
export function anoganInspection(images: Node, config: AnoganConfig, weights: Weights): InspectionNodes {
  const generator = new InspectionScope('generator', weights)
  const discriminator = new InspectionScope('discriminator', weights)
  const { drawing, loss } = search(subtract(multiply(images, 2), 1), {
    ...config,
    draw: (codes) => generate(generator, codes, config),
    features: (image) => discriminate(discriminator, image, config, config.adversarialLoss).features,
  })
  return { reconstruction: multiply(add(drawing, 1), 0.5), latent: loss }
}

/** Epochs of one training that are validated, about: a search takes longer than an epoch's learning. */
const VALIDATIONS = 25

const validationPause = (epochs: number): number => Math.ceil(epochs / VALIDATIONS)

export const anogan: Family<AnoganConfig> = {
  name: 'anogan',
  title: 'AnoGAN',
  summary: 'Learns to draw good parts and searches for the one most like a part; slow to inspect.',
  schema,
  presets: anoganPresets,
  trainingProgram: anoganStep,
  isInspectionState: (name) => name.startsWith('generator/') || name.startsWith('discriminator/'),
  inspection: anoganInspection,
  restart: () => null,
  quickInspection: (config) => ({
    ...config,
    steps: Math.min(config.steps, config.validationSteps),
    restarts: 1,
  }),
  validates: (epoch, { epochs }) => epoch === epochs || epoch % validationPause(epochs) === 0,
  // A step of the search goes forward and backward through both networks, and learns no filters.
  validationCost: ({ epochs, steps, validationSteps }) =>
    (0.5 * Math.min(steps, validationSteps)) / validationPause(epochs),
  // A search keeps the work memory of a training step.
  viewsPerRun: 64,
}
