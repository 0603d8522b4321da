/** Times training steps of one configuration, so that the time of a whole training can be told beforehand. */
import type { Engine } from '../../nn/engines/engine.ts'
import { openEngine } from '../../nn/engines/choose.ts'
import type { Program } from '../../nn/program.ts'
import { Random } from '../../nn/random.ts'
import type { CommonConfig } from '../../models/config.ts'
import { drawnInputs, imagesOfStep } from '../../models/drawn-inputs.ts'
import { familyNamed } from '../../models/families.ts'
import { phasesOf } from '../../models/family.ts'
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
  const engine = await openEngine(engineName === 'auto' ? 'onnx-cpu' : engineName)
  // Each phase is as much of the whole as it has epochs.
  const total = { step: 0, preparing: 0, reading: 0 }
  for (const { name: phase, epochs } of phasesOf(family, config)) {
    const timed = await measurePhase(engine, family.trainingProgram(config, phase), config, signal)
    const share = epochs / config.epochs
    total.step += share * timed.step
    total.reading += share * timed.reading
    total.preparing += timed.preparing
  }
  return { ...total, cancelled: signal.aborted }
}

/** Seconds of one batch of a phase's training program, of compiling it with its first step, of reading its state. */
async function measurePhase(
  engine: Engine,
  program: Program,
  { batch, size, channels }: CommonConfig,
  signal: AbortSignal,
): Promise<Omit<JobResult<'measure-training'>, 'cancelled'>> {
  const begin = performance.now()
  const executable = await engine.compile(program)
  try {
    const random = new Random('measure')
    const count = imagesOfStep(program)
    const images = Float32Array.from({ length: count * size ** 2 * channels }, () => random.next())
    const inputs = { images, ...drawnInputs(program, 1, 1, 1) }
    // The first step also compiles.
    await executable.run(inputs)
    const preparing = (performance.now() - begin) / 1000
    const times: number[] = []
    const start = performance.now()
    do {
      // Lets a cancellation in: an engine may compute without ever yielding.
      await new Promise(setImmediate)
      if (signal.aborted) break
      const before = performance.now()
      await executable.run(inputs)
      times.push((performance.now() - before) / 1000)
    } while (performance.now() - start < TIMED)
    const before = performance.now()
    await executable.readState()
    const reading = (performance.now() - before) / 1000
    times.sort((a, b) => a - b)
    // A step may take several batches: f-AnoGAN's critic sees five to the generator's one.
    return { step: ((times[times.length >> 1] ?? Number.NaN) * batch) / count, preparing, reading }
  } finally {
    await executable.release()
  }
}
