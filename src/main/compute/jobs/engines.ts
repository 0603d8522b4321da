/** Measures which engines load on this machine and how fast each trains. */
import { engineNames, measureEngines as measure } from '../../nn/engines/choose.ts'
import type { EngineMeasurement, JobInput } from '../messages.ts'
import type { JobContext } from '../server.ts'

export function measureEngines(
  { only }: JobInput<'measure-engines'>,
  context: JobContext<'measure-engines'>,
): Promise<readonly EngineMeasurement[]> {
  const names = only && engineNames.filter((name) => only.includes(name))
  return measure(names, (measured) => void context.emit(measured))
}
