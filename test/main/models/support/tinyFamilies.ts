/** Any family as small as it goes, with inputs to feed its programs. */
import { drawnInputs, imagesOfStep } from '../../../../src/main/models/drawn-inputs.ts'
import type { CommonConfig } from '../../../../src/main/models/config.ts'
import type { Family } from '../../../../src/main/models/family.ts'
import type { Engine, Values } from '../../../../src/main/nn/engines/engine.ts'
import { nameOf, type Program } from '../../../../src/main/nn/program.ts'
import { noiseBatches } from './tinyGanomaly.ts'

/** A configuration of 32 px, width 4, code 6, batch 3, with what else is given. */
export function tiny<Config extends CommonConfig>(
  family: Family<Config>,
  changes: Partial<Config> = {},
): Config {
  return family.schema.parse({
    size: 32,
    width: 4,
    latent: 6,
    batch: 3,
    seed: 7,
    learningRate: 2e-4,
    ...changes,
  })
}

/** Values of all inputs of one step. */
export function inputsOf(program: Program, config: CommonConfig): Values {
  const [images] = noiseBatches({ ...config, batch: imagesOfStep(program) }, 1)
  return { images, ...drawnInputs(program, config.seed, 1, 0) }
}

/** The program's first values by name. */
export function initialOf({ states }: Program): Values {
  return Object.fromEntries(states.map(({ node, initial }) => [nameOf(node), initial]))
}

/** First values with larger filters, and biases that are not 0: what leaves out a layer or a sign shows. */
export function lively(program: Program): Values {
  return Object.fromEntries(
    Object.entries(initialOf(program)).map(([name, data]) => {
      if (/^adam\//.test(name)) return [name, data]
      if (/(filters|matrix)$/.test(name)) return [name, data.map((value) => 4 * value)]
      if (/(bias|beta)$/.test(name)) return [name, data.map((_, i) => 0.3 * Math.sin(i + 1))]
      return [name, data]
    }),
  )
}

export interface Stepped {
  readonly losses: Readonly<Record<string, number>>
  /** After the step. */
  readonly state: Values
}

/** One step from the program's first values, or from given ones where they have others. */
export async function stepped(
  engine: Engine,
  program: Program,
  inputs: Values,
  values: Values = {},
): Promise<Stepped> {
  const executable = await engine.compile(program)
  await executable.writeState(values)
  const outputs = await executable.run(inputs)
  const state = await executable.readState()
  await executable.release()
  return {
    losses: Object.fromEntries(Object.entries(outputs).map(([name, [value]]) => [name, value])),
    state,
  }
}

/** Trained values such as inspection meets them: after some steps on noise, running statistics moved. */
export async function trainedFor<Config extends CommonConfig>(
  engine: Engine,
  family: Family<Config>,
  config: Config,
  steps: number,
  phase?: string,
): Promise<Values> {
  const program = family.trainingProgram(config, phase)
  const executable = await engine.compile(program)
  for (let step = 0; step < steps; step++) await executable.run(inputsOf(program, config))
  const state = await executable.readState()
  await executable.release()
  return state
}
