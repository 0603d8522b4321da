/** The families by name. */
import type { Family } from './family.ts'
import { ganomaly } from './ganomaly.ts'

export const families: Readonly<Record<string, Family>> = { ganomaly }

/** @throws RangeError naming the families that there are */
export function familyNamed(name: string): Family {
  const family = Object.hasOwn(families, name) ? families[name] : undefined
  if (!family)
    throw new RangeError(`there is no family '${name}'; there are: ${Object.keys(families).join(', ')}`)
  return family
}
