/** The phase that a training is in: its program on an engine, and what goes over from the phase before. */
import type { Engine, Executable, Values } from '../nn/engines/engine.ts'
import { nameOf, type Program } from '../nn/program.ts'
import { checkFits, type Checkpoint } from './checkpoint.ts'
import type { CommonConfig } from './config.ts'
import { drawnInputs, imagesOfStep } from './drawn-inputs.ts'
import { phasesOf, type Family, type Phase } from './family.ts'

/** The phase of an epoch, which counts from 1 over all phases; after the last epoch, the last phase. */
export function phaseOfEpoch(phases: readonly Phase[], epoch: number): Phase {
  let end = 0
  for (const phase of phases) {
    end += phase.epochs
    if (epoch <= end) return phase
  }
  return phases[phases.length - 1]
}

export class PhaseRun {
  private readonly family: Family
  private readonly config: CommonConfig
  private readonly engine: Engine
  private readonly phases: readonly Phase[]
  private phase: Phase
  private program: Program
  private executable: Executable

  private constructor(
    parts: { readonly engine: Engine; readonly family: Family; readonly config: CommonConfig },
    phase: Phase,
    program: Program,
    executable: Executable,
  ) {
    this.engine = parts.engine
    this.family = parts.family
    this.config = parts.config
    this.phases = phasesOf(parts.family, parts.config)
    this.phase = phase
    this.program = program
    this.executable = executable
  }

  /**
   * Compiles the phase that the checkpoint's last epoch belongs to (the first without one) with its state.
   *
   * @throws CheckpointError when the checkpoint was made by another version of the program
   */
  static async open(
    engine: Engine,
    family: Family,
    config: CommonConfig,
    checkpoint: Checkpoint | null,
  ): Promise<PhaseRun> {
    const phase = phaseOfEpoch(phasesOf(family, config), Math.max(1, checkpoint?.progress.epoch ?? 0))
    const program = family.trainingProgram(config, phase.name)
    if (checkpoint) checkFits(checkpoint, program)
    const executable = await engine.compile(program)
    if (checkpoint) await executable.writeState(checkpoint.values)
    return new PhaseRun({ engine, family, config }, phase, program, executable)
  }

  /** True if the model is to be validated after this epoch: if it can inspect, and it is not too soon again. */
  validates(epoch: number): boolean {
    return this.phase.inspects && (this.family.validates?.(epoch, this.config) ?? true)
  }

  /** Images that one step takes. */
  get imagesPerStep(): number {
    return imagesOfStep(this.program)
  }

  /** Goes on to the phase of this epoch, if it is not the current one: states of the same name keep their values. */
  async enter(epoch: number): Promise<void> {
    const next = phaseOfEpoch(this.phases, epoch)
    if (next.name === this.phase.name) return
    const values = await this.executable.readState()
    await this.executable.release()
    this.phase = next
    this.program = this.family.trainingProgram(this.config, next.name)
    this.executable = await this.engine.compile(this.program)
    await this.executable.writeState(values)
  }

  /** One step; its random inputs are drawn for this epoch and step. */
  run(images: Float32Array, epoch: number, step: number): Promise<Values> {
    const drawn = drawnInputs(this.program, this.config.seed, epoch, step)
    return this.executable.run({ images, ...drawn })
  }

  readState(): Promise<Values> {
    return this.executable.readState()
  }

  /** Draws the state of this prefix anew. */
  async redraw(prefix: string, seed: number): Promise<void> {
    const fresh = this.family.trainingProgram({ ...this.config, seed }, this.phase.name)
    const values = fresh.states
      .filter(({ node }) => nameOf(node).startsWith(prefix))
      .map(({ node, initial }) => [nameOf(node), initial] as const)
    await this.executable.writeState(Object.fromEntries(values))
  }

  release(): Promise<void> {
    return this.executable.release()
  }
}

/** Values that inspection needs, running statistics included, over all phases. */
export function parametersOf(family: Family, config: CommonConfig): number {
  const sizes = new Map<string, number>()
  for (const { name } of phasesOf(family, config))
    for (const { node, initial } of family.trainingProgram(config, name).states)
      if (family.isInspectionState(nameOf(node))) sizes.set(nameOf(node), initial.length)
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}
