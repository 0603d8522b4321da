/** The families by name. */
import { anogan } from './anogan.ts'
import { egbad } from './egbad.ts'
import { fAnogan } from './f-anogan.ts'
import type { Family } from './family.ts'
import { ganomaly } from './ganomaly.ts'
import { skipGanomaly } from './skip-ganomaly.ts'

/** In the order in which people are shown them. */
export const families: Readonly<Record<string, Family>> = Object.fromEntries(
  [ganomaly, skipGanomaly, egbad, fAnogan, anogan].map((family: Family) => [family.name, family]),
)

/** @throws RangeError naming the families that there are */
export function familyNamed(name: string): Family {
  const family = Object.hasOwn(families, name) ? families[name] : undefined
  if (!family)
    throw new RangeError(`there is no family '${name}'; there are: ${Object.keys(families).join(', ')}`)
  return family
}
