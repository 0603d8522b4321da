/**
 * f-AnoGAN (Schlegl et al. 2019, Medical Image Analysis 54): first a Wasserstein GAN learns to draw good parts, then an
 * encoder learns where its drawings come from; inspection takes one pass.
 */
import { z } from 'zod'
import { gradients } from '../nn/gradients.ts'
import { Graph, type Node, type Shape } from '../nn/graph.ts'
import { meanSquaredError } from '../nn/layers.ts'
import { add, detach, multiply, square, subtract } from '../nn/operations/elementwise.ts'
import { slice } from '../nn/operations/layout.ts'
import { mean } from '../nn/operations/reduction.ts'
import { adam, adamChain } from '../nn/optimisers.ts'
import type { Program } from '../nn/program.ts'
import { Random } from '../nn/random.ts'
import { discriminatorLoss, generatorLoss, gradientPenalty } from './adversarial.ts'
import { commonFields, networkFields } from './config.ts'
import {
  encode,
  encodeImage,
  FrozenScope,
  generate,
  InspectionScope,
  TrainingScope,
  type NetworkShape,
  type Scope,
} from './dcgan.ts'
import type { Family, InspectionNodes, Phase, Weights } from './family.ts'
import { fAnoganPresets } from './presets.ts'
import { dcganAdam, trained } from './training-step.ts'

const schema = z.object({
  ...commonFields,
  ...networkFields,
  epochs: z
    .number()
    .int()
    .min(2)
    .max(10_000)
    .default(150)
    .describe('Passes over the training images, of generator and encoder together'),
  learningRate: z
    .number()
    .min(1e-6)
    .max(0.1)
    .default(1e-4)
    .describe('Step size of the Adam optimiser for generator and critic'),
  criticSteps: z
    .number()
    .int()
    .min(1)
    .max(10)
    .default(5)
    .describe('Steps of the critic, each on a batch of its own, to one of the generator'),
  penaltyWeight: z.number().min(0).max(1000).default(10).describe("Weight of the critic's gradient penalty"),
  encoder: z
    .enum(['izi_f', 'izi', 'ziz'])
    .default('izi_f')
    .describe(
      'What the encoder learns from: image to code to image (izi), with features besides (izi_f), or code to image to code (ziz)',
    ),
  kappa: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .describe("Weight of the critic's features, in the encoder's loss and in the published score"),
  encoderShare: z
    .number()
    .min(0.05)
    .max(0.95)
    .default(0.3)
    .describe('The share of the epochs in which the encoder learns'),
  encoderLearningRate: z
    .number()
    .min(1e-6)
    .max(0.1)
    .default(2e-4)
    .describe('Step size of the Adam optimiser for the encoder'),
})

export type FAnoganConfig = z.infer<typeof schema>

export function fAnoganPhases({ epochs, encoderShare }: FAnoganConfig): readonly Phase[] {
  const encoder = Math.min(epochs - 1, Math.max(1, Math.round(epochs * encoderShare)))
  return [
    { name: 'wgan', epochs: epochs - encoder, inspects: false },
    { name: 'encoder', epochs: encoder, inspects: true },
  ]
}

/** The critic's value of each image, [N, 1, 1, 1], and its last features, [N, 4, 4, F]. No batch norm: see adversarial.ts. */
export function criticise(
  scope: Scope,
  x: Node,
  shape: NetworkShape,
): { readonly value: Node; readonly features: Node } {
  const { code, features } = encode(scope, x, shape, 1, { norm: false })
  return { value: code, features }
}

/** What the critic minimises on one batch: the Wasserstein loss and its penalty. */
export function criticLoss(
  scope: Scope,
  batch: { readonly real: Node; readonly made: Node; readonly share: Node },
  options: FAnoganConfig,
): { readonly loss: Node; readonly distance: Node; readonly penalty: Node } {
  const { real, made, share } = batch
  const value = (x: Node): Node => criticise(scope, x, options).value
  const game = discriminatorLoss('wasserstein', value(real), value(made))
  const penalty = gradientPenalty(([x]) => value(x), [real], [made], share)
  return {
    loss: add(game, multiply(penalty, options.penaltyWeight)),
    distance: multiply(game, -1),
    penalty,
  }
}

/** One step of the generator after `criticSteps` of the critic, each on `batch` images of its own. */
export function wganStep(options: FAnoganConfig): Program {
  const graph = new Graph()
  const random = new Random(options.seed)
  const { size, channels, batch, latent, criticSteps, learningRate } = options
  const images = graph.input('images', [criticSteps * batch, size, size, channels])
  const criticNoise = graph.input('noiseCritic', [criticSteps * batch, latent])
  const generatorNoise = graph.input('noiseGenerator', [batch, latent])
  const uniform = graph.input('uniform', [criticSteps * batch])
  const x = subtract(multiply(images, 2), 1)
  const generator = new TrainingScope(graph, 'generator', random)
  const critic = new TrainingScope(graph, 'critic', random)
  const betas = { beta1: 0, beta2: 0.9 }
  // Its own batch first: that is the one whose statistics are kept.
  const drawing = generate(generator, generatorNoise, options)
  const part = (value: Node, step: number): Node => {
    const sizes: Shape = [batch, ...value.shape.slice(1)]
    return slice(
      value,
      value.shape.map((_, axis) => (axis === 0 ? step * batch : 0)),
      sizes,
    )
  }
  const batchOf = (step: number) => ({
    real: part(x, step),
    // The generator rests while the critic learns.
    made: detach(generate(generator, part(criticNoise, step), options)),
    share: part(uniform, step),
  })
  // Building the first loss makes the parameters; the chain then takes them on from step to step.
  let judged = criticLoss(critic, batchOf(0), options)
  const chain = adamChain(
    'adam/critic',
    { learningRate, ...betas },
    critic.parameters.map(({ node }) => node),
  )
  for (let step = 0; ; step++) {
    chain.step(gradients(judged.loss, chain.current))
    critic.continueWith(chain.current)
    if (step + 1 === criticSteps) break
    judged = criticLoss(critic, batchOf(step + 1), options)
  }
  const { next, states } = chain.updates()
  const generatorGame = generatorLoss('wasserstein', criticise(critic, drawing, options).value)
  return {
    inputs: { images, noiseCritic: criticNoise, noiseGenerator: generatorNoise, uniform },
    outputs: {
      generator: generatorGame,
      critic: judged.loss,
      distance: judged.distance,
      penalty: judged.penalty,
    },
    states: [
      ...trained(adam('adam/generator', { learningRate, ...betas }), generator, generatorGame),
      ...generator.statistics,
      ...critic.parameters.map(({ node, initial }, index) => ({ node, initial, next: next[index] })),
      ...states,
    ],
  }
}

/**
 * The encoder's losses with generator and critic at rest. `image` and `features` are reported for `ziz` too, though it
 * learns from codes alone.
 */
export function encoderLosses(options: FAnoganConfig) {
  const graph = new Graph()
  const { size, channels, batch, latent, kappa, seed } = options
  const images = graph.input('images', [batch, size, size, channels])
  const x = subtract(multiply(images, 2), 1)
  const generator = new FrozenScope(graph, 'generator')
  const critic = new FrozenScope(graph, 'critic')
  const encoder = new TrainingScope(graph, 'encoder', new Random(`${seed}/encoder`))
  const rebuilt = generate(generator, encodeImage(encoder, x, options), options)
  const image = meanSquaredError(rebuilt, x)
  const features = meanSquaredError(
    criticise(critic, rebuilt, options).features,
    criticise(critic, x, options).features,
  )
  const frozen = [...generator.states, ...critic.states]
  if (options.encoder !== 'ziz') {
    const loss = options.encoder === 'izi' ? image : add(image, multiply(features, kappa))
    return { inputs: { images }, encoder, frozen, losses: { encoder: loss, image, features } }
  }
  const noise = graph.input('noise', [batch, latent])
  const code = meanSquaredError(encodeImage(encoder, generate(generator, noise, options), options), noise)
  return { inputs: { images, noise }, encoder, frozen, losses: { encoder: code, image, features } }
}

export function encoderStep(options: FAnoganConfig): Program {
  const { inputs, encoder, frozen, losses } = encoderLosses(options)
  return {
    inputs,
    outputs: losses,
    states: [
      ...frozen,
      ...trained(dcganAdam('adam/encoder', options.encoderLearningRate), encoder, losses.encoder),
      ...encoder.statistics,
    ],
  }
}

/** The published score: mean squared difference of the images in [-1, 1] + κ · that of the critic's features. */
export function fAnoganInspection(images: Node, config: FAnoganConfig, weights: Weights): InspectionNodes {
  const scope = (name: string): Scope => new InspectionScope(name, weights)
  const x = subtract(multiply(images, 2), 1)
  const rebuilt = generate(scope('generator'), encodeImage(scope('encoder'), x, config), config)
  const features = (value: Node): Node => criticise(scope('critic'), value, config).features
  const distance = (a: Node, b: Node): Node => mean(square(subtract(a, b)), [1, 2, 3])
  return {
    reconstruction: multiply(add(rebuilt, 1), 0.5),
    latent: add(distance(rebuilt, x), multiply(distance(features(rebuilt), features(x)), config.kappa)),
  }
}

export const fAnogan: Family<FAnoganConfig> = {
  name: 'f-anogan',
  title: 'f-AnoGAN',
  summary: 'Learns to draw good parts, then to find the drawing of a part; what differs is anomalous.',
  schema,
  presets: fAnoganPresets,
  phases: fAnoganPhases,
  trainingProgram: (config, phase = 'wgan') => (phase === 'wgan' ? wganStep(config) : encoderStep(config)),
  isInspectionState: (name) => /^(generator|critic|encoder)\//.test(name),
  inspection: fAnoganInspection,
  restart: () => null,
}
