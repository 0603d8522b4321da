/**
 * A process to be killed: `fault-worker.ts MODE DATA_FOLDER SOURCE_FOLDER`. It works in an endless loop and says on
 * standard output what is done, one line each, written synchronously so that no line is lost with the process.
 */
import { existsSync, readFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { deleteProject } from '../../../src/main/app/projects.ts'
import { importSamples } from '../../../src/main/app/samples.ts'
import { StorageError, newId, openStore, type Store } from '../../../src/main/store/index.ts'
import { aCalibration, addRun, anInspection } from './support.ts'

const [mode = '', folder = '', source = ''] = process.argv.slice(2)
const say = (...words: (string | number)[]): void => void writeSync(1, `${words.join(' ')}\n`)

/** The project of that name; the other worker may be making it at this very moment. */
function projectNamed(store: Store, name: string): string {
  return store.transaction(() => (store.projects.findByName(name) ?? store.projects.create({ name })).id)
}

/** Fills one project after the other with the same images. */
async function importForEver(store: Store): Promise<void> {
  for (let round = 0; ; round++) {
    const name = `import-${round}`
    const projectId = projectNamed(store, name)
    const onProgress = (_done: number, _total: number, file: string): void =>
      say('done', 'image', name, basename(file))
    const { problems } = await importSamples(store, { projectId, source, batchSize: 5, onProgress })
    if (problems.length > 0) throw new Error(problems[0]?.reason)
  }
}

/** Imports the same images and deletes them again, so that files vanish under the other worker's feet. */
async function churn(store: Store): Promise<void> {
  for (;;) {
    const name = `churn-${newId()}`
    const projectId = projectNamed(store, name)
    const stop = new AbortController()
    const onProgress = (done: number): void => {
      if (done >= 20) stop.abort()
    }
    await importSamples(store, { projectId, source, batchSize: 5, onProgress, signal: stop.signal })
    deleteProject(store, name)
  }
}

/** Inspects in batches of one to eight, each with a map and regions. */
async function inspectForEver(store: Store): Promise<void> {
  const [model] = store.models.list()
  if (model === undefined) throw new Error('the test has made no model')
  const calibrationId = store.calibrations.current(model.id).id
  const bench = { projectId: model.projectId, modelId: model.id, calibrationId }
  const region = {
    box: { x: 0, y: 0, width: 2, height: 2 },
    contour: [
      [0, 0],
      [2, 0],
      [2, 2],
    ] as [number, number][],
    areaPixels: 3,
    peak: 1,
    peakAt: [1, 1] as [number, number],
  }
  for (let round = 0; ; round++) {
    const ids = Array.from({ length: 1 + (round % 8) }, () => newId())
    await store.files.writeMaps(ids.map((id) => ({ id, png: Buffer.alloc(20_000, id) })))
    store.inspections.createMany(
      ids.map((id) => anInspection(bench, { id, hasMap: true, regions: [region, region] })),
    )
    for (const id of ids) say('done', 'inspection', id)
  }
}

const epochs = 12
const checkpointFile = 'checkpoint.json'

/** Trains runs of a few epochs; goes on with an interrupted one where there is one. */
async function trainForEver(store: Store): Promise<void> {
  const projectId = projectNamed(store, 'training')
  for (;;) {
    const interrupted = store.runs.list({ projectId, state: 'interrupted' })[0]?.id
    const id = interrupted ?? addRun(store, projectId)
    try {
      store.runs.start(id)
    } catch (error) {
      // The other worker was faster.
      if (error instanceof StorageError && error.problem === 'in-use') continue
      throw error
    }
    const last = lastCheckpoint(store, id)
    const recorded = store.runs.get(id).epochsDone
    if (last < recorded) throw new Error(`run ${id} lost its checkpoint`)
    // Killed between the checkpoint and its record.
    if (last > recorded) store.runs.recordEpoch(id, last, lossesOf(last))
    store.runs.rewind(id, last)
    for (let epoch = last + 1; epoch <= epochs; epoch++) {
      await store.files.writeModelFile(
        id,
        checkpointFile,
        JSON.stringify({ epoch, weights: 'w'.repeat(50_000) }),
      )
      store.runs.recordEpoch(id, epoch, lossesOf(epoch))
      say('done', 'epoch', id, epoch)
    }
    await store.files.writeModelFile(id, 'model.onnx', 'graph')
    store.transaction(() => {
      store.models.create({ id, projectId, runId: id, metadata: {}, sha256: 'a'.repeat(64) })
      store.calibrations.create(aCalibration(id))
      store.runs.finish(id, 'finished')
    })
    say('done', 'finished', id)
  }
}

function lossesOf(epoch: number): Record<string, number> {
  return { generator: 1 / epoch, discriminator: epoch, validation: epoch }
}

function lastCheckpoint(store: Store, runId: string): number {
  const file = join(store.files.modelFolder(runId), checkpointFile)
  if (!existsSync(file)) return 0
  return (JSON.parse(readFileSync(file, 'utf8')) as { epoch: number }).epoch
}

say('opening')
const store = openStore(folder)
say('ready')
if (mode === 'import') await importForEver(store)
else if (mode === 'churn') await churn(store)
else if (mode === 'inspect') await inspectForEver(store)
else if (mode === 'train') await trainForEver(store)
else throw new Error(`no mode ${mode}`)
