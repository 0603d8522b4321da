/** The networks that are measured, and the arithmetic one step of each takes. */

export interface Configuration {
  readonly name: string
  /** Image side, px. */
  readonly size: number
  readonly channels: 1 | 3
  readonly width: number
  readonly latent: number
  readonly batch: number
}

export const configurations: readonly Configuration[] = [
  { name: '32²×1', size: 32, channels: 1, width: 64, latent: 100, batch: 64 },
  { name: '128²×3', size: 128, channels: 3, width: 32, latent: 100, batch: 16 },
  { name: '256²×3', size: 256, channels: 3, width: 32, latent: 100, batch: 8 },
]

/**
 * One convolution as a matrix product of one image: `positions` × `16·wide` × `narrow`, where `wide` channels
 * belong to the larger image. A transposed convolution is the same product read the other way, and so are both
 * gradients, so all four cost `2·M·N·K`.
 */
interface Layer {
  readonly positions: number
  readonly wide: number
  readonly narrow: number
}

/** Layers of an encoder, image side first. A decoder has the same ones mirrored. */
function encoderLayers({ size, channels, width }: Configuration, outputs: number): Layer[] {
  const layers: Layer[] = [{ positions: (size / 2) ** 2, wide: channels, narrow: width }]
  let side = size / 2
  let features = width
  while (side > 4) {
    side /= 2
    layers.push({ positions: side * side, wide: features, narrow: features * 2 })
    features *= 2
  }
  layers.push({ positions: 1, wide: features, narrow: outputs })
  return layers
}

function operations(layers: readonly Layer[]): number {
  return layers.reduce((sum, { positions, wide, narrow }) => sum + 2 * positions * 16 * wide * narrow, 0)
}

/**
 * Floating-point operations of the matrix products for one image of one training step; all else (batch norm,
 * activations, losses, Adam) is left out.
 *
 * | | forward | input gradient | filter gradient |
 * |---|---|---|---|
 * | encoder 1 | 1 | 1, less its first layer | 1 |
 * | decoder | 1 | 1 | 1 |
 * | encoder 2 | 1 | 1 | 1 |
 * | discriminator, real image | 1 | 1, less its first layer (own update) | 1 (own update) |
 * | discriminator, rebuilt image | 1 | 1, less its first layer (own update) + 1 (generator's, features only) | 1 (own update) |
 *
 * 5 + 6 + 5 = 16 units of about one encoder's forward pass. The peer takes 19: it runs the discriminator's
 * forward passes again for its own update, and computes its filter gradients in the generator's step too.
 */
export function trainingOperations(configuration: Configuration): number {
  const generator = encoderLayers(configuration, configuration.latent)
  const discriminator = encoderLayers(configuration, 1)
  const unit = operations(generator)
  const firstLayer = operations(generator.slice(0, 1))
  const judge = operations(discriminator)
  // The generator's loss sees the discriminator's features: the last layer gives it no gradient.
  const features = operations(discriminator.slice(0, -1))
  return 9 * unit - firstLayer + 6 * judge - 2 * firstLayer + features
}

/** Floating-point operations of the matrix products for one inspected image: encoder, decoder, encoder. */
export function inspectionOperations(configuration: Configuration): number {
  return 3 * operations(encoderLayers(configuration, configuration.latent))
}
