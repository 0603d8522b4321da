/** What a family is to the trainer, the exporter and the settings form. */
import type { z } from 'zod'
import type { Node } from '../nn/graph.ts'
import type { Program } from '../nn/program.ts'
import type { CommonConfig } from './config.ts'
import type { Presets } from './presets.ts'
import type { Losses } from './types.ts'

/** Trained values by state name. */
export type Weights = Readonly<Record<string, Float32Array>>

/** What an inspection graph yields for a batch of views. */
export interface InspectionNodes {
  /** [N, S, S, C] in [0, 1]. */
  readonly reconstruction: Node
  /** The family's own score, as published, [N]: of GANomaly the mean squared latent difference. */
  readonly latent: Node
}

/** A part of a training with a program of its own. What states of the same name hold goes from one to the next. */
export interface Phase {
  readonly name: string
  /** Passes over the training images; all phases together make the configuration's `epochs`. */
  readonly epochs: number
  /** False while there is nothing yet that could inspect: such epochs have no validation and are never the best. */
  readonly inspects: boolean
}

export interface Family<Config extends CommonConfig = CommonConfig> {
  readonly name: string
  readonly title: string
  /** One sentence for people who choose. */
  readonly summary: string
  /** Fields with ranges, defaults and help texts. */
  readonly schema: z.ZodType<Config> & { readonly shape: Readonly<Record<string, z.ZodType>> }
  /** What each preset sets; the other fields keep their default. */
  readonly presets: Presets
  /** Left out: one phase. */
  phases?(config: Config): readonly Phase[]
  /**
   * One training step: input `images` [k · batch, S, S, C] in [0, 1], and any whose names begin with `noise` (standard
   * normal) or `uniform` (in [0, 1)), which the trainer draws; scalar outputs are the losses.
   *
   * @param phase name of one of `phases`; the first when left out
   */
  trainingProgram(config: Config, phase?: string): Program
  /** True for state that inspection needs. */
  isInspectionState(name: string): boolean
  /** Builds the inspection graph from images [N, S, S, C] in [0, 1]. */
  inspection(images: Node, config: Config, weights: Weights): InspectionNodes
  /** Prefix of the state to be drawn anew after a step with these losses; null almost always. */
  restart(losses: Losses): string | null
  /** Where inspection is slow by nature: settings of a shorter one, with which epochs are compared. */
  quickInspection?(config: Config): Config
  /** Where inspection is slow by nature: whether this epoch is validated; the last always is. Left out: each is. */
  validates?(epoch: number, config: Config): boolean
  /** What judging a view for validation costs, as a share of learning from one, over all epochs: for estimates. */
  validationCost?(config: Config): number
  /** Views judged in one run of the model, at most, where its memory or time asks for fewer than usual. */
  readonly viewsPerRun?: number
}

/** The phases of a family's training: one that inspects, if it does not say otherwise. */
export function phasesOf<Config extends CommonConfig>(
  family: Family<Config>,
  config: Config,
): readonly Phase[] {
  return family.phases?.(config) ?? [{ name: 'training', epochs: config.epochs, inspects: true }]
}
