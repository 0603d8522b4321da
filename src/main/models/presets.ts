/** Settings to begin from, for people who do not want to choose each. */

export type PresetName = 'quick' | 'balanced' | 'thorough'

/** Values of some fields of a family's schema. */
export type PresetValues = Readonly<Record<string, string | number | boolean>>
export type Presets = Readonly<Record<PresetName, PresetValues>>

/**
 * `quick` says in a minute or two whether parts and pictures are fit for it at all: a narrow network on small views.
 * `balanced` is enough for most parts. `thorough` sees four times the pixels and learns long enough for fine defects;
 * small shifts and changes of light keep it from learning single parts by heart.
 */
export const ganomalyPresets: Presets = {
  quick: { size: 64, width: 16, latent: 32, epochs: 70, batch: 8, learningRate: 0.0005, smoothing: 2 },
  balanced: { size: 64, width: 32, latent: 64, epochs: 120, batch: 8, learningRate: 0.0005, smoothing: 2 },
  thorough: {
    size: 128,
    width: 48,
    latent: 100,
    epochs: 150,
    batch: 16,
    learningRate: 0.0003,
    smoothing: 3,
    shift: 0.02,
    brightness: 0.05,
  },
}

/** Shortcuts carry detail past the code: it may be shorter than GANomaly's. */
export const skipGanomalyPresets: Presets = {
  quick: { size: 64, width: 16, latent: 32, epochs: 20, batch: 16, learningRate: 0.0005, smoothing: 2 },
  balanced: { size: 64, width: 32, latent: 64, epochs: 50, batch: 16, learningRate: 0.0005, smoothing: 2 },
  thorough: {
    size: 128,
    width: 48,
    latent: 100,
    epochs: 100,
    batch: 16,
    learningRate: 0.0002,
    smoothing: 3,
    shift: 0.02,
    brightness: 0.05,
  },
}

/** The game has no image loss to lean on: it takes longer than GANomaly's. */
export const egbadPresets: Presets = {
  quick: { size: 32, width: 16, latent: 32, epochs: 60, batch: 16, learningRate: 0.0005, smoothing: 1 },
  balanced: { size: 64, width: 32, latent: 64, epochs: 150, batch: 16, learningRate: 0.0003, smoothing: 2 },
  thorough: {
    size: 128,
    width: 32,
    latent: 128,
    epochs: 300,
    batch: 16,
    learningRate: 0.0002,
    smoothing: 3,
    shift: 0.02,
    brightness: 0.05,
  },
}

/** Most epochs are the game's, in which each image counts once for every five; the encoder learns fast. */
export const fAnoganPresets: Presets = {
  quick: {
    size: 32,
    width: 16,
    latent: 32,
    epochs: 120,
    batch: 8,
    learningRate: 0.0005,
    smoothing: 1,
  },
  balanced: {
    size: 64,
    width: 32,
    latent: 64,
    epochs: 300,
    batch: 16,
    learningRate: 0.0002,
    smoothing: 2,
  },
  thorough: {
    size: 128,
    width: 32,
    latent: 128,
    epochs: 600,
    batch: 16,
    learningRate: 0.0001,
    smoothing: 3,
    shift: 0.02,
    brightness: 0.05,
  },
}

/** A search costs hundreds of passes an image: small views, narrow networks and good starts keep it bearable. */
export const anoganPresets: Presets = {
  quick: {
    size: 32,
    width: 16,
    latent: 32,
    epochs: 80,
    batch: 16,
    learningRate: 0.0005,
    smoothing: 1,
    steps: 150,
    searchRate: 0.1,
    patience: 20,
    candidates: 256,
    validationSteps: 10,
  },
  balanced: {
    size: 64,
    width: 16,
    latent: 64,
    epochs: 150,
    batch: 16,
    learningRate: 0.0003,
    smoothing: 2,
    steps: 300,
    searchRate: 0.1,
    patience: 20,
    candidates: 256,
    validationSteps: 10,
  },
  thorough: {
    size: 64,
    width: 32,
    latent: 100,
    epochs: 300,
    batch: 16,
    learningRate: 0.0002,
    smoothing: 2,
    shift: 0.02,
    brightness: 0.05,
    steps: 500,
    searchRate: 0.1,
    patience: 40,
    candidates: 256,
    validationSteps: 10,
    restarts: 2,
  },
}
