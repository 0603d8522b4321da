/**
 * What the interface and the core agree on. The core implements it (`src/main/app/router`), the interface calls it
 * over a MessagePort in the desktop application and over a WebSocket at the station.
 */
import { evaluation } from './evaluation.ts'
import { history } from './history.ts'
import { inspection } from './inspection.ts'
import { jobs } from './jobs.ts'
import { live } from './live.ts'
import { models } from './models.ts'
import { projects } from './projects.ts'
import { samples } from './samples.ts'
import { system } from './system.ts'
import { training } from './training.ts'

export const contract = {
  system,
  live,
  projects,
  samples,
  training,
  models,
  evaluation,
  inspection,
  history,
  jobs,
}
export type Contract = typeof contract

export type * from './bridge.ts'
export type * from './common.ts'
export type * from './errors.ts'
export type * from './evaluation.ts'
export type * from './history.ts'
export type * from './jobs.ts'
export type * from './live.ts'
export type * from './models.ts'
export type * from './projects.ts'
export type * from './samples.ts'
export type * from './station.ts'
export type * from './system.ts'
export type * from './training.ts'
