/** What every engine offers: compile a program, run it, keep its state where it computes. */
import type { Program } from '../program.ts'

/** Values by name, row-major. */
export type Values = Readonly<Record<string, Float32Array>>

export interface Executable {
  /** Runs once and moves the state on. Resolves to the outputs. */
  run(inputs: Values): Promise<Values>
  /** Copies the state (all, or the named part) to JavaScript. */
  readState(names?: readonly string[]): Promise<Values>
  /** Replaces named state values. */
  writeState(values: Values): Promise<void>
  release(): Promise<void>
}

export interface Engine {
  /** For example `onnx-cpu`. */
  readonly name: string
  compile(program: Program): Promise<Executable>
}

/** An engine that is not to be had on this machine: `message` says why and what would help. */
export class EngineUnavailableError extends Error {
  override name = 'EngineUnavailableError'
}
