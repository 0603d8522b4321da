import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import {
  newId,
  openStore,
  type NewInspection,
  type NewSample,
  type Store,
  type StoreOptions,
} from '../../../src/main/store/index.ts'

const endings = new WeakMap<TestContext, (() => void)[]>()

/** Cleans up after the test, last thing first: a store is closed before its folder goes (`t.after` is in order). */
export function atEnd(t: TestContext, step: () => void): void {
  const steps = endings.get(t)
  if (steps !== undefined) {
    steps.unshift(step)
    return
  }
  const first = [step]
  endings.set(t, first)
  t.after(() => first.forEach((one) => one()))
}

/** A temporary folder that is removed after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'flawline-test-'))
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A clock that goes on by one second at each look. */
export function steppingClock(start = '2026-01-01T00:00:00.000Z'): () => Date {
  let time = Date.parse(start) - 1000
  return () => new Date((time += 1000))
}

/** A store in a temporary folder, with a clock of its own; closed after the test. */
export function temporaryStore(t: TestContext, options: StoreOptions = {}): Store {
  const store = openStore(temporaryFolder(t), { now: steppingClock(), log: silent, ...options })
  atEnd(t, () => store.close())
  return store
}

// On a machine that is busy, any statement may be slow.
const silent = (): void => undefined

export interface Bench {
  readonly projectId: string
  readonly modelId: string
  readonly calibrationId: string
}

/** A project with a finished run, a model and a calibration. */
export async function addModel(store: Store, name = 'tiles'): Promise<Bench> {
  const projectId = (store.projects.findByName(name) ?? store.projects.create({ name })).id
  const run = addRun(store, projectId)
  store.runs.start(run)
  await store.files.writeModelFile(run, 'model.onnx', 'graph')
  const calibrationId = store.transaction(() => {
    const model = store.models.create({
      id: run,
      projectId,
      runId: run,
      metadata: { family: 'ganomaly' },
      sha256: 'a'.repeat(64),
    })
    store.runs.finish(run, 'finished')
    return store.calibrations.create(aCalibration(model.id)).id
  })
  return { projectId, modelId: run, calibrationId }
}

export function addRun(store: Store, projectId: string): string {
  const snapshot = store.snapshots.create({ projectId, seed: 1, validationFraction: 0.2, members: [] })
  return store.runs.create({
    projectId,
    snapshotId: snapshot.id,
    family: 'ganomaly',
    config: { size: 64 },
    engine: 'auto',
    falseAlarmRate: 0.01,
  }).id
}

export function aCalibration(modelId: string, threshold = 1) {
  return {
    modelId,
    scoreName: 'map',
    threshold,
    low: 0.5,
    high: 1.5,
    mode: 'false-alarm-rate',
    falseAlarmRate: 0.01,
    pixelThreshold: 3,
    spread: 0.25,
  } as const
}

/** An inspection without a map unless `change` says otherwise. */
export function anInspection(bench: Bench, change: Partial<NewInspection> = {}): NewInspection {
  return {
    id: newId(),
    ...bench,
    lotId: null,
    fileName: 'part.png',
    sourcePath: '/line/part.png',
    imageSha256: 'b'.repeat(64),
    imageExtension: null,
    width: 640,
    height: 480,
    scores: { latent: 0.25, map: 2, combined: 1.5 },
    score: 2,
    normalisedScore: 0.75,
    threshold: 1,
    verdict: 'ng',
    milliseconds: 12.5,
    hasMap: false,
    regions: [],
    ...change,
  }
}

/** A repeatable generator of numbers in [0, 1): mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Stores bytes as an image file and describes a sample of it. */
export async function aSample(store: Store, projectId: string, content: string): Promise<NewSample> {
  const source = join(store.folder, `${content}.PNG`)
  writeFileSync(source, content)
  const stored = await store.files.addImage(source)
  return {
    projectId,
    ...stored,
    originalName: `${content}.PNG`,
    originalPath: source,
    width: 8,
    height: 6,
    channels: 3,
    bits: 8,
    label: 'good',
    defectType: null,
    split: 'train',
    groupKey: null,
    mask: null,
  }
}
