/** The two that are compared, each measured in a process of its own that prints one line of JSON. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Configuration } from './configurations.ts'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '..')

/** Rates of one measurement. */
export interface Rates {
  readonly trainImagesPerSecond: number
  readonly inspectImagesPerSecond: number
  readonly inspectMillisecondsSingle: number
}

export interface OwnRates extends Rates {
  /** Rate of a 2048³ matrix product on the same engine, floating-point operations per second. */
  readonly matrixRate: number
}

export interface Peer {
  readonly title: string
  measure(configuration: Configuration, seconds: number, threads: number): Promise<Rates>
}

/** Where the peer is looked for: `FLAWLINE_PEER`, or a folder beside the checkout. */
function peerScript(): string {
  return process.env['FLAWLINE_PEER'] ?? path.resolve(root, '../shared/bench/torch_ganomaly.py')
}

const python = '/usr/bin/python3'

/** The PyTorch peer, or in words why there is none. */
export async function findPeer(): Promise<Peer | string> {
  const script = peerScript()
  if (!existsSync(script)) return `no peer: ${script} is not there (FLAWLINE_PEER names another)`
  let version: string
  try {
    version = (await run(python, ['-c', 'import torch; print(torch.__version__)'])).stdout.trim()
  } catch {
    return `no peer: ${python} cannot import torch (Debian: apt-get install python3-torch libopenblas0-pthread)`
  }
  return {
    title: `PyTorch ${version}`,
    async measure(configuration, seconds, threads) {
      const line = await lastLine(python, [script, ...flags(configuration, seconds, threads)])
      return {
        trainImagesPerSecond: numberOf(line, 'train_images_per_s'),
        inspectImagesPerSecond: numberOf(line, 'infer_images_per_s'),
        inspectMillisecondsSingle: numberOf(line, 'infer_ms_single'),
      }
    },
  }
}

/** Measures this code in a fresh process, so that neither contender inherits the other's memory or threads. */
export async function measureOwn(
  what: 'train' | 'inspect',
  configuration: Configuration,
  seconds: number,
  threads: number,
): Promise<OwnRates> {
  const script = path.join(import.meta.dirname, 'own.ts')
  const line = await lastLine(process.execPath, [
    script,
    '--what',
    what,
    ...flags(configuration, seconds, threads),
  ])
  return {
    trainImagesPerSecond: numberOf(line, 'trainImagesPerSecond'),
    inspectImagesPerSecond: numberOf(line, 'inspectImagesPerSecond'),
    inspectMillisecondsSingle: numberOf(line, 'inspectMillisecondsSingle'),
    matrixRate: numberOf(line, 'matrixRate'),
  }
}

function flags(
  { size, channels, width, latent, batch }: Configuration,
  seconds: number,
  threads: number,
): string[] {
  const values = { size, channels, width, latent, batch, threads, seconds }
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)])
}

async function lastLine(command: string, parameters: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(command, parameters, { cwd: root, maxBuffer: 1 << 24 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>
}

/** A rate that was not measured comes as null. */
function numberOf(line: Readonly<Record<string, unknown>>, name: string): number {
  const value = line[name]
  return typeof value === 'number' ? value : Number.NaN
}
