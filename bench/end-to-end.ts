/**
 * A folder of images through the whole inspection, as `flawline inspect --out` does it: decode, resize, model, map,
 * regions, database, heatmap. Its rate is set against the bare model's, measured before and after on ready tensors
 * in a process of its own.
 *
 *   npm run bench:end-to-end -- [--images 1000] [--size 256] [--width 32] [--channels 3] [--seconds 15] [--json]
 *   npm run bench:end-to-end -- --memory [--images 10000]      memory of both processes every 500 images
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { createCore, type Core } from '../src/main/app/core.ts'
import { collectImages } from '../src/main/app/files.ts'
import { inspectImages, type InspectionReport } from '../src/main/app/inspection.ts'
import { requireModel, type CalibratedModel } from '../src/main/app/models.ts'
import { createProject, requireProject } from '../src/main/app/projects.ts'
import { importSamples } from '../src/main/app/samples.ts'
import { startTraining } from '../src/main/app/training.ts'
import { writeImages } from './images.ts'

const { values } = parseArgs({
  options: {
    images: { type: 'string' },
    size: { type: 'string', default: '256' },
    width: { type: 'string', default: '32' },
    channels: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '15' },
    memory: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const imageCount = Number(values.images ?? (values.memory ? 10_000 : 1_000))
const projectName = 'bench'

const folder = await mkdtemp(path.join(os.tmpdir(), 'flawline-bench-'))
const core = createCore(path.join(folder, 'data'))
try {
  await writeImages(path.join(folder, 'images'), imageCount)
  const model = await trainBriefly(core)
  if (values.memory) await watchMemory(core, model)
  else await compareRates(core, model)
} finally {
  await core.close()
  await rm(folder, { recursive: true, force: true })
}

/** One epoch on the sample project: speed does not depend on how good the model is. */
async function trainBriefly(core: Core): Promise<CalibratedModel> {
  const { store } = core
  const { id } = createProject(store, {
    name: projectName,
    description: 'benchmark',
    millimetresPerPixel: null,
  })
  await importSamples(store, {
    projectId: id,
    source: path.resolve(import.meta.dirname, '../resources/sample-project'),
  })
  const project = requireProject(store, projectName)
  await startTraining(core, {
    project,
    family: 'ganomaly',
    config: {
      size: Number(values.size),
      width: Number(values.width),
      channels: Number(values.channels),
      epochs: 1,
      batch: 8,
    },
    engine: 'onnx-cpu',
    falseAlarmRate: 0.01,
    validationFraction: 0.5,
  })
  return requireModel(store, project)
}

async function inspectAll(
  core: Core,
  model: CalibratedModel,
  onReported: (count: number) => void = () => undefined,
): Promise<InspectionReport> {
  let count = 0
  return inspectImages(
    core,
    {
      project: requireProject(core.store, projectName),
      model,
      images: await collectImages([path.join(folder, 'images')]),
      lot: 'bench',
      overlays: { folder: path.join(folder, 'overlays'), opacity: 0.6 },
      keepImages: 'ng',
      minimumArea: 4,
    },
    { onReported: () => onReported(++count) },
  )
}

async function compareRates(core: Core, model: CalibratedModel): Promise<void> {
  const before = await bareRate(model)
  const started = performance.now()
  const report = await inspectAll(core, model)
  const seconds = (performance.now() - started) / 1000
  const after = await bareRate(model)
  const bare = (before + after) / 2
  const whole = report.inspected / seconds
  const result = {
    images: report.inspected,
    rejected: report.rejected,
    ng: report.ng,
    seconds,
    imagesPerSecond: whole,
    secondsInModel: report.modelSeconds,
    bareImagesPerSecond: { before, after },
    share: whole / bare,
  }
  if (values.json) {
    console.log(JSON.stringify(result, null, 2))
    return
  }
  console.log(
    [
      `${report.inspected} images of 256 px in ${seconds.toFixed(1)} s (${report.rejected} rejected, ${report.ng} NG)`,
      `whole inspection   ${whole.toFixed(1)} images/s; ${((100 * report.modelSeconds) / seconds).toFixed(0)} % of the time inside the model`,
      `bare model         ${before.toFixed(1)} images/s before, ${after.toFixed(1)} after`,
      `share of the bare model's rate: ${((100 * whole) / bare).toFixed(0)} %`,
    ].join('\n'),
  )
}

/** Images per second of the exported model on tensors that lie ready, in batches as the inspection uses them. */
async function bareRate(model: CalibratedModel): Promise<number> {
  const script = path.join(import.meta.dirname, 'bare.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, model.file, values.seconds])
  return Number(stdout)
}

async function watchMemory(core: Core, model: CalibratedModel): Promise<void> {
  const samples: { images: number; application: number; compute: number }[] = []
  let looking: Promise<void> = Promise.resolve()
  const look = async (images: number) => {
    const pid = core.compute.pid
    const sample = {
      images,
      application: process.memoryUsage.rss() / 2 ** 20,
      compute: pid === undefined ? Number.NaN : await residentMegabytes(pid),
    }
    samples.push(sample)
    if (!values.json) {
      console.log(
        `${String(images).padStart(6)} images   application ${sample.application.toFixed(0)} MB   compute ${sample.compute.toFixed(0)} MB`,
      )
    }
  }
  await inspectAll(core, model, (count) => {
    if (count % 500 === 0) looking = looking.then(() => look(count))
  })
  await looking
  if (values.json) console.log(JSON.stringify(samples, null, 2))
}

/** Resident memory of another process. */
async function residentMegabytes(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
  return Number(stdout) / 1024
}
