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
  /** Mean squared latent difference, [N]. */
  readonly latent: Node
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
  /** One training step: input `images` [batch, S, S, C] in [0, 1]; scalar outputs are the losses. */
  trainingProgram(config: Config): Program
  /** True for state that inspection needs. */
  isInspectionState(name: string): boolean
  /** Builds the inspection graph from images [N, S, S, C] in [0, 1]. */
  inspection(images: Node, config: Config, weights: Weights): InspectionNodes
  /** Prefix of the state to be drawn anew after a step with these losses; null almost always. */
  restart(losses: Losses): string | null
}
