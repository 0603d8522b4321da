/**
 * The router, the client and what the use cases give fit the contract: the compiler checks this file (`npm run lint`),
 * running it only shows that nothing of the contract is missing in the router.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isContractProcedure, type ContractRouterClient } from '@orpc/contract'
import { isProcedure, type RouterClient } from '@orpc/server'
import { contract, type Contract } from '../../src/contract/index.ts'
import type {
  Epoch,
  Evaluation,
  Family,
  Job,
  JobResult,
  LiveEvent,
  Model,
  Run,
} from '../../src/contract/index.ts'
import type { Message } from '../../src/contract/common.ts'
import type { scoreNameSchema } from '../../src/contract/common.ts'
import type { engineNameSchema, fieldSchema, presetNames } from '../../src/contract/training.ts'
import type { jobStateSchema } from '../../src/contract/jobs.ts'
import type { z } from '../../src/contract/zod.ts'
import { implementation } from '../../src/main/app/router/implementation.ts'
import { createRouter, type AppRouter } from '../../src/main/app/router/index.ts'
import type { StoredSample } from '../../src/main/app/evaluation.ts'
import type { Services } from '../../src/main/app/services.ts'
import type { LogLine } from '../../src/main/app/training-log.ts'
import type { runView, epochView } from '../../src/main/app/training-views.ts'
import type { FormField } from '../../src/main/models/fields.ts'
import type { PresetName } from '../../src/main/models/presets.ts'
import type { EngineChoice, ScoreName } from '../../src/main/models/types.ts'
import type { RunState } from '../../src/main/store/index.ts'

/** Compiles only if every `Given` can stand where a `Wanted` is expected. */
type Fits<Given extends Wanted, Wanted> = [Given, Wanted]
/** Compiles only if both are the same set of words. */
type Same<A extends B, B extends C, C = A> = [A, B, C]

// What the interface's client promises can be had from the router, and nothing else is asked of it.
type _Client = Fits<RouterClient<AppRouter>, ContractRouterClient<Contract>>
type _Reverse = Fits<ContractRouterClient<Contract>, RouterClient<AppRouter>>

// What the use cases give is what the schemas say.
type _Run = Fits<ReturnType<typeof runView>, Run>
type _Epoch = Fits<ReturnType<typeof epochView>, Epoch>
type _Field = Fits<FormField['kind'], z.infer<typeof fieldSchema>['kind']>
type _Group = Same<FormField['group'], z.infer<typeof fieldSchema>['group']>
type _Preset = Same<PresetName, (typeof presetNames)[number]>
type _Engine = Same<EngineChoice, z.infer<typeof engineNameSchema>>
type _State = Same<RunState, z.infer<typeof jobStateSchema>>
type _Score = Same<ScoreName, z.infer<typeof scoreNameSchema>>
type _Log = Fits<LogLine['message'], Message>
type _Sample = Fits<StoredSample['label'], Evaluation['samples'][number]['label']>
type _Job = Fits<ReturnType<Services['jobs']['get']>, Job>
type _Result = Fits<NonNullable<ReturnType<Services['jobs']['get']>['result']>, JobResult>
type _Live = Fits<Parameters<Services['live']['publish']>[0], LiveEvent>
type _Client2 = Fits<Awaited<ReturnType<RouterClient<AppRouter>['models']['get']>>, Model>
type _Families = Fits<Awaited<ReturnType<RouterClient<AppRouter>['training']['families']>>, Family[]>

/** Every checked pair, so that none is an unused type. */
export type Checked = [
  _Client,
  _Reverse,
  _Run,
  _Epoch,
  _Field,
  _Group,
  _Preset,
  _Engine,
  _State,
  _Score,
  _Log,
  _Sample,
  _Job,
  _Result,
  _Live,
  _Client2,
  _Families,
]

/** Names of all procedures, with those they stand under. */
function namesOf(router: object, isEnd: (value: unknown) => boolean, above: string[] = []): string[] {
  return Object.entries(router).flatMap(([name, value]) =>
    isEnd(value) ? [[...above, name].join('.')] : namesOf(value as object, isEnd, [...above, name]),
  )
}

test('the router has every procedure of the contract, and no other', () => {
  // Only built, never called: the services are not touched.
  const services = new Proxy(
    {},
    { get: () => new Proxy(() => undefined, { get: () => undefined }) },
  ) as Services
  assert.deepEqual(
    namesOf(createRouter(services), isProcedure).sort(),
    namesOf(contract, isContractProcedure).sort(),
  )
  assert.ok(implementation())
})
