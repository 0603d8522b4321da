import { readFile, rename, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import type { EngineMeasurement } from '../compute/messages.ts'
import type { EngineChoice } from '../models/types.ts'
import type { Core } from './core.ts'
import { StoppedError } from './stopped.ts'

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

/** The engines that are measured. The reference in plain JavaScript is for tests: never the fastest, and slow to find out. */
export const measuredEngines = choices.filter((name) => name !== 'auto' && name !== 'tensorflow-plain')

/** A driver may hang; compiling for a GPU may take long. In ms. */
const MEASURING_LIMIT = 90_000

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

export interface MeasuringOptions {
  /** Measures even if it is known. */
  readonly again?: boolean
  onMeasured?(engine: EngineMeasurement): void
  readonly signal?: AbortSignal
}

/**
 * Which engines load here, how fast each trains, and which one `auto` takes. Measured the first time, then
 * remembered.
 */
export async function reportEngines(core: Core, options: MeasuringOptions = {}): Promise<EngineReport> {
  const file = path.join(core.store.folder, 'engines.json')
  const known = options.again ? undefined : await readReport(file)
  if (known) return known
  const engines: EngineMeasurement[] = []
  for (const name of measuredEngines) {
    if (options.signal?.aborted) throw new StoppedError('The measurement of engines was stopped.')
    const engine = await measure(core, name)
    engines.push(engine)
    options.onMeasured?.(engine)
  }
  const report: EngineReport = {
    machine: machineKey(),
    measuredAt: new Date().toISOString(),
    engines,
    ...choose(engines),
  }
  await writeReport(file, report)
  return report
}

/**
 * Measures one engine in a process of its own: a graphics driver that takes the process down is a reason not to
 * use it, and no reason to know nothing of the others.
 */
async function measure(core: Core, name: EngineChoice): Promise<EngineMeasurement> {
  const client = core.newCompute()
  let late = false
  const limit = setTimeout(() => {
    late = true
    client.kill()
  }, MEASURING_LIMIT)
  try {
    const [measured] = await client.run('measure-engines', { only: [name] })
    return measured ?? { name, available: false, reason: 'Nothing was measured.' }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    const reason = late ? `It did not answer within ${MEASURING_LIMIT / 1000} s.` : words
    return { name, available: false, reason }
  } finally {
    clearTimeout(limit)
    await client.close()
  }
}

/** What was measured on this machine; undefined if nothing was yet. */
export function knownEngines(core: Core): Promise<EngineReport | undefined> {
  return readReport(path.join(core.store.folder, 'engines.json'))
}

/** The engine to train on: `auto` becomes the fastest that was measured here. */
export async function resolveEngine(
  core: Core,
  wanted: EngineChoice,
  options: Omit<MeasuringOptions, 'again'> = {},
): Promise<EngineChoice> {
  return wanted === 'auto' ? (await reportEngines(core, options)).chosen : wanted
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

/** What measured speeds hold for. */
export function machineKey(): string {
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
