/**
 * GANomaly (Akcay, Atapour-Abarghouei & Breckon 2018, arXiv 1805.06725): encoder, decoder, encoder; a part is
 * anomalous where its image and where the code of its reconstruction differ from the originals.
 */
import { z } from 'zod'
import { Graph, type Node } from '../nn/graph.ts'
import { binaryCrossEntropy, meanSquaredError } from '../nn/layers.ts'
import { abs, add, detach, multiply, subtract } from '../nn/operations/elementwise.ts'
import { mean } from '../nn/operations/reduction.ts'
import type { Program } from '../nn/program.ts'
import { Random } from '../nn/random.ts'
import { commonFields, networkFields } from './config.ts'
import { decode, encode, InspectionScope, TrainingScope, within, type NetworkShape } from './dcgan.ts'
import type { Family } from './family.ts'
import { ganomalyPresets } from './presets.ts'
import { dcganAdam, DISCRIMINATOR_HAS_WON, trained } from './training-step.ts'

const schema = z.object({
  ...commonFields,
  ...networkFields,
  generatorLoss: z
    .enum(['feature-matching', 'cross-entropy'])
    .default('feature-matching')
    .describe("The adversarial loss: distance of the discriminator's features, as published, or its verdict"),
  adversarialWeight: z.number().min(0).max(1000).default(1).describe('Weight of the adversarial loss'),
  imageWeight: z
    .number()
    .min(0)
    .max(1000)
    .default(50)
    .describe('Weight of the image loss (mean absolute difference)'),
  latentWeight: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .describe('Weight of the latent loss (mean squared difference)'),
})

export type GanomalyConfig = z.infer<typeof schema>

/** The networks on one batch, and their losses: what a training step and a gradient test are made from. */
export interface GanomalyLosses {
  readonly graph: Graph
  readonly images: Node
  readonly generator: TrainingScope
  readonly discriminator: TrainingScope
  readonly reconstruction: Node
  readonly losses: Readonly<Record<'generator' | 'discriminator' | 'adversarial' | 'image' | 'latent', Node>>
}

/**
 * One forward pass. The discriminator sees each batch once: its passes serve both updates, which is exact
 * because both are taken at the same weights.
 *
 * @param imageLoss by default the paper's L1; a smooth one makes gradients comparable across engines
 */
export function ganomalyLosses(
  options: GanomalyConfig,
  imageLoss: (a: Node, b: Node) => Node = (a, b) => mean(abs(subtract(a, b))),
): GanomalyLosses {
  const graph = new Graph()
  const random = new Random(options.seed)
  const { size, channels, batch, latent } = options
  const images = graph.input('images', [batch, size, size, channels])
  const x = subtract(multiply(images, 2), 1)
  const generator = new TrainingScope(graph, 'generator', random)
  const discriminator = new TrainingScope(graph, 'discriminator', random)
  const code = encode(within(generator, 'encoder1'), x, options, latent).code
  const reconstruction = decode(within(generator, 'decoder'), code, options)
  const codeAgain = encode(within(generator, 'encoder2'), reconstruction, options, latent).code
  const real = encode(discriminator, x, options, 1)
  const fake = encode(discriminator, reconstruction, options, 1)
  const adversarial =
    options.generatorLoss === 'cross-entropy'
      ? binaryCrossEntropy(fake.code, 1)
      : meanSquaredError(fake.features, detach(real.features))
  const image = imageLoss(reconstruction, x)
  const latentLoss = meanSquaredError(codeAgain, code)
  return {
    graph,
    images,
    generator,
    discriminator,
    reconstruction,
    losses: {
      generator: add(
        add(multiply(adversarial, options.adversarialWeight), multiply(image, options.imageWeight)),
        multiply(latentLoss, options.latentWeight),
      ),
      discriminator: multiply(add(binaryCrossEntropy(real.code, 1), binaryCrossEntropy(fake.code, 0)), 0.5),
      adversarial,
      image,
      latent: latentLoss,
    },
  }
}

/** One whole training step as one program: forward, both backward passes, both Adam updates. */
export function ganomalyStep(options: GanomalyConfig): Program {
  const { images, generator, discriminator, losses } = ganomalyLosses(options)
  const { learningRate } = options
  return {
    inputs: { images },
    outputs: losses,
    states: [
      ...trained(dcganAdam('adam/generator', learningRate), generator, losses.generator),
      // The discriminator's running statistics serve no inspection.
      ...generator.statistics,
      ...trained(dcganAdam('adam/discriminator', learningRate), discriminator, losses.discriminator),
    ],
  }
}

/** The trained generator for inspection: reconstruction in [0, 1] and latent difference [N] of images in [0, 1]. */
export function ganomalyInspection(
  images: Node,
  shape: NetworkShape,
  values: Readonly<Record<string, Float32Array>>,
): { readonly reconstruction: Node; readonly latent: Node } {
  const scope = new InspectionScope('generator', values)
  const x = subtract(multiply(images, 2), 1)
  const code = encode(within(scope, 'encoder1'), x, shape, shape.latent).code
  const rebuilt = decode(within(scope, 'decoder'), code, shape)
  const codeAgain = encode(within(scope, 'encoder2'), rebuilt, shape, shape.latent).code
  const difference = subtract(codeAgain, code)
  return {
    reconstruction: multiply(add(rebuilt, 1), 0.5),
    latent: mean(multiply(difference, difference), [1, 2, 3]),
  }
}

export const ganomaly: Family<GanomalyConfig> = {
  name: 'ganomaly',
  title: 'GANomaly',
  summary: 'Encodes, rebuilds and encodes again; a part is anomalous where it is not rebuilt.',
  schema,
  presets: ganomalyPresets,
  trainingProgram: ganomalyStep,
  isInspectionState: (name) => name.startsWith('generator/'),
  inspection: ganomalyInspection,
  restart: ({ discriminator }) =>
    discriminator !== undefined && discriminator < DISCRIMINATOR_HAS_WON ? 'discriminator/' : null,
}
