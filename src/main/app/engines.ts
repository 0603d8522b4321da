import { readFile, rename, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import type { EngineMeasurement } from '../compute/messages.ts'
import type { EngineChoice } from '../models/types.ts'
import type { Core } from './core.ts'

/** The engines of this machine, measured once and remembered in the data folder's `engines.json`. */
export interface EngineReport {
  /** What the figures hold for: another processor or version of Flawline measures anew. */
  readonly machine: string
  /** ISO 8601 in UTC. */
  readonly measuredAt: string
  readonly engines: readonly EngineMeasurement[]
  /** What `auto` takes, and why in words. */
  readonly chosen: EngineChoice
  readonly reason: string
}

const choices = [
  'auto',
  'onnx-cpu',
  'onnx-webgpu',
  'onnx-dml',
  'onnx-cuda',
  'onnx-coreml',
  'tensorflow',
  'tensorflow-plain',
] as const satisfies readonly EngineChoice[]

/** The engines that can be asked for by name. */
export const engineChoices: readonly EngineChoice[] = choices

const reportSchema = z.object({
  machine: z.string(),
  measuredAt: z.string(),
  engines: z.array(
    z.object({
      name: z.enum(choices),
      available: z.boolean(),
      reason: z.string().optional(),
      imagesPerSecond: z.number().optional(),
    }),
  ),
  chosen: z.enum(choices),
  reason: z.string(),
})

/**
 * Which engines load here, how fast each trains, and which one `auto` takes. Measured the first time, then
 * remembered.
 *
 * @param options.again measures even if it is known
 */
export async function reportEngines(
  core: Core,
  options: { readonly again?: boolean; readonly signal?: AbortSignal } = {},
): Promise<EngineReport> {
  const file = path.join(core.store.folder, 'engines.json')
  const known = options.again ? undefined : await readReport(file)
  if (known) return known
  const engines = await core.compute.run(
    'measure-engines',
    {},
    options.signal ? { signal: options.signal } : {},
  )
  const report: EngineReport = {
    machine: machineKey(),
    measuredAt: new Date().toISOString(),
    engines,
    ...choose(engines),
  }
  await writeReport(file, report)
  return report
}

/** The engine to train on: `auto` becomes the fastest that was measured here. */
export async function resolveEngine(
  core: Core,
  wanted: EngineChoice,
  signal?: AbortSignal,
): Promise<EngineChoice> {
  if (wanted !== 'auto') return wanted
  return (await reportEngines(core, signal ? { signal } : {})).chosen
}

/** The fastest available engine; ties and missing figures fall back to the one that runs everywhere. */
export function choose(engines: readonly EngineMeasurement[]): { chosen: EngineChoice; reason: string } {
  const measured = engines
    .filter((engine) => engine.available && engine.imagesPerSecond !== undefined)
    .sort((a, b) => (b.imagesPerSecond ?? 0) - (a.imagesPerSecond ?? 0))
  const [best, second] = measured
  if (!best)
    return {
      chosen: 'onnx-cpu',
      reason: 'Nothing could be measured; ONNX Runtime on the CPU runs everywhere.',
    }
  const rate = (engine: EngineMeasurement) => `${formatRate(engine.imagesPerSecond ?? 0)} images/s`
  const reason = second
    ? `It trained fastest here: ${rate(best)}; next is ${second.name} with ${rate(second)}.`
    : `It is the only one that loads here: ${rate(best)}.`
  return { chosen: best.name, reason }
}

function formatRate(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : rate.toPrecision(3)
}

function machineKey(): string {
  return `${process.platform} ${process.arch}, ${cpus()[0]?.model.trim() ?? 'unknown processor'} × ${availableParallelism()}`
}

async function readReport(file: string): Promise<EngineReport | undefined> {
  try {
    const report = reportSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    if (report.machine !== machineKey()) return undefined
    const engines = report.engines.map(({ name, available, reason, imagesPerSecond }) => ({
      name,
      available,
      ...(reason === undefined ? {} : { reason }),
      ...(imagesPerSecond === undefined ? {} : { imagesPerSecond }),
    }))
    return { ...report, engines }
  } catch {
    // Not there, or not readable any more: it is only a memory, and is made anew.
    return undefined
  }
}

async function writeReport(file: string, report: EngineReport): Promise<void> {
  try {
    await writeFile(`${file}.tmp`, `${JSON.stringify(report, null, 2)}\n`)
    await rename(`${file}.tmp`, file)
  } catch {
    // Measured again next time; no reason to refuse the training that asked.
  }
}
