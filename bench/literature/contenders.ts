/** The systems that are compared, and their settings on images of 32 pixels. */
import { families } from '../../src/main/models/families.ts'

export type Settings = Readonly<Record<string, string | number | boolean>>

export interface Contender {
  /** Part of file names. */
  readonly id: string
  readonly title: string
  readonly family: string
  readonly settings: Settings
}

/** The smallest view, to which the literature too enlarges MNIST's 28 pixels. */
const common: Settings = { size: 32, fit: 'stretch', smoothing: 1, batch: 64, latent: 100 }

/** GANomaly with the defaults of its authors' code (samet-akcay/ganomaly, options.py): width 64, code 100, 15 epochs of batches of 64, rate 0.0002. The others are ours. */
const settings: Readonly<Record<string, Settings>> = {
  ganomaly: { ...common, width: 64, epochs: 15, learningRate: 0.0002 },
  'skip-ganomaly': { ...common, width: 64, epochs: 15, learningRate: 0.0002 },
  egbad: { ...common, width: 32, epochs: 25, learningRate: 0.0002 },
  'f-anogan': { ...common, width: 32, epochs: 50, learningRate: 0.0001 },
  anogan: { ...common, width: 32, epochs: 25, learningRate: 0.0002 },
}

const egbadParts = ['cross-entropy', 'feature-matching'] as const

/**
 * The contenders of one family: one, except that the published comparison has EGBAD with both generator losses and
 * both scores.
 *
 * @param changes settings put over the family's
 * @throws RangeError naming the families that there are
 */
export function contendersOf(name: string, changes: Settings): Contender[] {
  const family = Object.hasOwn(families, name) ? families[name] : undefined
  if (!family)
    throw new RangeError(`there is no family '${name}'; there are: ${Object.keys(families).join(', ')}`)
  const own = { ...(Object.hasOwn(settings, name) ? settings[name] : common), ...changes }
  if (name !== 'egbad') return [{ id: name, title: family.title, family: name, settings: own }]
  return egbadParts.flatMap((generatorLoss) =>
    egbadParts.map((score) => ({
      id: `egbad-${initials(generatorLoss)}-loss-${initials(score)}-score`,
      title: `${family.title}, ${generatorLoss} loss, ${score} score`,
      family: name,
      settings: { ...own, generatorLoss, score },
    })),
  )
}

function initials(name: string): string {
  return name.replaceAll(/(\w)\w*-?/g, '$1')
}
