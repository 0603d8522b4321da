/** Times training steps of one configuration, so that the time of a whole training can be told beforehand. */
import { openEngine } from '../../nn/engines/choose.ts'
import { Random } from '../../nn/random.ts'
import { familyNamed } from '../../models/families.ts'
import type { JobInput, JobResult } from '../messages.ts'
import type { JobContext } from '../server.ts'

/** Steps are timed for so long, in ms, and at least one. */
const TIMED = 1500

export async function measureTraining(
  { family: name, config: raw, engine: engineName }: JobInput<'measure-training'>,
  { signal }: JobContext<'measure-training'>,
): Promise<JobResult<'measure-training'>> {
  const family = familyNamed(name)
  const config = family.schema.parse(raw)
  const begin = performance.now()
  const engine = await openEngine(engineName === 'auto' ? 'onnx-cpu' : engineName)
  const executable = await engine.compile(family.trainingProgram(config))
  try {
    const random = new Random('measure')
    const images = Float32Array.from({ length: config.batch * config.size ** 2 * config.channels }, () =>
      random.next(),
    )
    // The first step also compiles.
    await executable.run({ images })
    const preparing = (performance.now() - begin) / 1000
    const times: number[] = []
    const start = performance.now()
    do {
      // Lets a cancellation in: an engine may compute without ever yielding.
      await new Promise(setImmediate)
      if (signal.aborted) break
      const before = performance.now()
      await executable.run({ images })
      times.push((performance.now() - before) / 1000)
    } while (performance.now() - start < TIMED)
    const before = performance.now()
    await executable.readState()
    const reading = (performance.now() - before) / 1000
    times.sort((a, b) => a - b)
    return { step: times[times.length >> 1] ?? Number.NaN, preparing, reading, cancelled: signal.aborted }
  } finally {
    await executable.release()
  }
}
