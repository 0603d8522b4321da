/**
 * Measures the families by the literature's protocol on the literature's data; see README.md.
 *
 *     npm run bench:literature -- --set mnist --classes 0,1 --seeds 1 --epochs 5 --limit 2000
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { writeWhole } from '../src/main/models/checkpoint.ts'
import { TrainingError } from '../src/main/models/trainer.ts'
import { readArguments, type LiteratureArguments } from './literature/arguments.ts'
import type { Contender } from './literature/contenders.ts'
import { readDataSet } from './literature/data-sets.ts'
import { DataSetError, type LabelledImages } from './literature/images.ts'
import { PictureFiles } from './literature/picture-files.ts'
import { readResult, runName, splitFile, type RunKey, type RunResult } from './literature/result.ts'
import { runOnce } from './literature/run.ts'
import { splitOf, type Protocol } from './literature/split.ts'
import { markdown, summarise } from './literature/table.ts'

/** Runs in the making: kept by a stopped bench, removed when their result is written. */
const checkpointFolder = path.join(import.meta.dirname, '..', 'node_modules', '.cache', 'flawline-literature')

const tell = (message: string): void => void process.stderr.write(`${message}\n`)

async function main(given: readonly string[]): Promise<number> {
  const options = readArguments(given)
  const images = await readDataSet(options.set, options.dataFolder)
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  const pictures = await mkdtemp(path.join(os.tmpdir(), 'flawline-literature-'))
  try {
    await writeSplits(options, images)
    if (options.splitsOnly) return 0
    const files = new PictureFiles(images, pictures)
    const { results, failed } = await runAll(options, images, files, stop.signal)
    await writeTables(options, images, results, given)
    if (stop.signal.aborted) {
      tell('Stopped. The same command goes on where this one ended.')
      return 130
    }
    return failed > 0 ? 1 : 0
  } finally {
    await rm(pictures, { recursive: true, force: true })
  }
}

/** Classes first, so that a bench that is stopped early has whole seeds. */
function protocolsOf({ seeds, classes, mode, limit }: LiteratureArguments): Protocol[] {
  return seeds.flatMap((seed) => classes.map((number) => ({ mode, class: number, seed, limit })))
}

/** For peers, which must learn from the same images. */
async function writeSplits(options: LiteratureArguments, { labels }: LabelledImages): Promise<void> {
  const folder = path.join(options.outFolder, 'splits')
  await mkdir(folder, { recursive: true })
  for (const protocol of protocolsOf(options)) {
    const content = {
      set: options.set,
      ...protocol,
      imagesInSet: labels.length,
      ...splitOf(labels, protocol),
    }
    await writeWhole(
      path.join(folder, splitFile(options.set, protocol, labels.length)),
      JSON.stringify(content),
    )
  }
}

async function runAll(
  options: LiteratureArguments,
  images: LabelledImages,
  files: PictureFiles,
  signal: AbortSignal,
): Promise<{ readonly results: readonly RunResult[]; readonly failed: number }> {
  const runs = protocolsOf(options).flatMap((protocol) =>
    options.contenders.map((contender) => ({ protocol, contender })),
  )
  const results: RunResult[] = []
  let failed = 0
  for (const [index, { protocol, contender }] of runs.entries()) {
    if (signal.aborted) break
    const key: RunKey = { set: options.set, contender, protocol, imagesInSet: images.labels.length }
    try {
      const result = await resultOf(key, options.outFolder, images, files, signal, (message) =>
        tell(`[${index + 1}/${runs.length}] ${message}`),
      )
      if (result) results.push(result)
    } catch (error) {
      // A training that diverged is a finding about one run; the others go on.
      if (!(error instanceof TrainingError)) throw error
      failed += 1
      tell(`${runName(key)}: ${error.message}`)
    }
  }
  return { results, failed }
}

/** From its file where there is one; null when the signal stopped the run. */
async function resultOf(
  key: RunKey,
  outFolder: string,
  images: LabelledImages,
  files: PictureFiles,
  signal: AbortSignal,
  say: (message: string) => void,
): Promise<RunResult | null> {
  const name = runName(key)
  const runsFolder = path.join(outFolder, 'runs')
  const before = await readResult(runsFolder, name)
  if (before) {
    say(`${name}: already there`)
    return before
  }
  say(name)
  const folder = path.join(checkpointFolder, name)
  const result = await runOnce({
    key,
    images,
    files,
    split: splitOf(images.labels, key.protocol),
    folder,
    signal,
    tell: say,
  })
  if (!result) return null
  await writeWhole(path.join(runsFolder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
  await rm(folder, { recursive: true, force: true })
  say(`AUROC latent ${result.scores.latent.auroc.toFixed(3)}, map ${result.scores.map.auroc.toFixed(3)}`)
  return result
}

async function writeTables(
  options: LiteratureArguments,
  images: LabelledImages,
  results: readonly RunResult[],
  given: readonly string[],
): Promise<void> {
  const { set, mode, limit, outFolder, seeds } = options
  const summaries = options.contenders.map((contender: Contender) => summarise(contender, results))
  const heading = {
    set,
    mode,
    limit,
    imagesInSet: images.labels.length,
    seeds: seeds.length,
    command: ['npm run bench:literature --', ...given.map(quoted)].join(' '),
  }
  // Other families or another limit make another table.
  const families = [...new Set(options.contenders.map(({ family }) => family))].join('+')
  const cut = limit === null ? '' : `_limit${limit}`
  const name = path.join(outFolder, `${set}_${mode}_${families}${cut}`)
  const text = markdown(heading, summaries)
  await writeWhole(`${name}.md`, text)
  await writeWhole(`${name}.json`, `${JSON.stringify({ ...heading, summaries }, null, 2)}\n`)
  process.stdout.write(text)
}

/** As a shell takes it. */
function quoted(argument: string): string {
  return /^[\w./,:=+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Error)) throw error
  tell(
    error instanceof DataSetError || error.cause !== undefined
      ? error.message
      : (error.stack ?? error.message),
  )
  process.exitCode = 1
}
