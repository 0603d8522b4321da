/** Measures which engines load on this machine and how fast each trains. */
import { measureEngines as measureAll } from '../../nn/engines/choose.ts'
import type { EngineMeasurement } from '../messages.ts'

export function measureEngines(): Promise<readonly EngineMeasurement[]> {
  return measureAll()
}
