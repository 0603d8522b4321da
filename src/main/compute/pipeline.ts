/**
 * Judges a stream of images with everything overlapped: while the model holds the main thread and the cores
 * (ONNX Runtime's run is synchronous in effect), the next images are being read and decoded on libuv's threads
 * and the maps of the last ones are being encoded and written there. What is in flight is bounded in number and
 * in pixels, so that memory stays flat however many images there are.
 */
import { decodeImage, ImageError, probeImage } from '../imaging/decode.ts'
import type { Raster } from '../imaging/raster.ts'
import type { Judgement, ModelMetadata } from '../models/types.ts'
import type { InspectItem, PipelineLimits, Rejected } from './messages.ts'

/** What the pipeline needs of a model; models/inspector.ts has it. */
export interface Judge {
  readonly metadata: ModelMetadata
  judgeMany(rasters: readonly Raster[]): Promise<Judgement[]>
}

export interface Judged<Item extends InspectItem> {
  readonly item: Item
  readonly raster: Raster
  readonly judgement: Judgement
  /** Share of the batch's time inside the model. */
  readonly milliseconds: number
}

export interface PipelineHooks<Item extends InspectItem> {
  /** Deals with a judged image behind the model; a rejection of its promise rejects that image alone. */
  judged(judged: Judged<Item>): Promise<void>
  rejected(event: Rejected): Promise<void>
  readonly signal: AbortSignal
}

export interface PipelineSummary {
  readonly judged: number
  readonly rejected: number
  readonly cancelled: boolean
  readonly seconds: number
  readonly modelSeconds: number
}

const defaults = { ahead: 16, batch: 8, pixels: 64e6 } satisfies Required<PipelineLimits>

interface Decoded<Item> {
  readonly item: Item
  readonly raster: Raster
}

/** Runs all `items` through `judge`. Images of equal size are judged together, so results come in any order. */
export async function judgeImages<Item extends InspectItem>(
  judge: Judge,
  items: readonly Item[],
  hooks: PipelineHooks<Item>,
  limits: PipelineLimits = {},
): Promise<PipelineSummary> {
  const { ahead, batch, pixels } = { ...defaults, ...limits }
  const started = performance.now()
  const waiting: Decoded<Item>[] = []
  const behind = new Set<Promise<void>>()
  const changed = signalOfChange()
  let next = 0
  let decoding = 0
  let blocked = 0
  let pixelsInFlight = 0
  let modelMilliseconds = 0
  let judgedCount = 0
  let rejectedCount = 0

  const reject = async (item: Item, error: unknown) => {
    rejectedCount += 1
    await hooks.rejected({ kind: 'rejected', id: item.id, ...explain(item.file, error) })
  }

  const decode = async (item: Item) => {
    let reserved = 0
    try {
      const size = await probeImage(item.file)
      // One image may exceed the bound, but only when nothing else is in memory.
      while (pixelsInFlight > 0 && pixelsInFlight + size.width * size.height > pixels) {
        if (hooks.signal.aborted) return
        blocked += 1
        await changed.next()
        blocked -= 1
      }
      reserved = size.width * size.height
      pixelsInFlight += reserved
      const raster = await decodeImage(item.file, { channels: judge.metadata.input.channels })
      waiting.push({ item, raster })
    } catch (error) {
      pixelsInFlight -= reserved
      await reject(item, error)
    } finally {
      decoding -= 1
      changed.happened()
    }
  }

  const fill = () => {
    while (next < items.length && decoding + waiting.length < ahead && !hooks.signal.aborted) {
      const item = items[next++]
      if (!item) break
      decoding += 1
      void decode(item)
    }
  }

  const finish = async (judged: Judged<Item>) => {
    try {
      await hooks.judged(judged)
      judgedCount += 1
    } catch (error) {
      await reject(judged.item, error)
    } finally {
      pixelsInFlight -= judged.raster.width * judged.raster.height
      changed.happened()
    }
  }

  const run = async (group: readonly Decoded<Item>[]) => {
    const begin = performance.now()
    let judgements: readonly Judgement[]
    try {
      judgements = await judge.judgeMany(group.map(({ raster }) => raster))
      if (judgements.length !== group.length) throw new Error('The model left out images of its batch.')
    } catch (error) {
      // Which image of the batch it was shows when each is judged alone.
      if (group.length > 1) {
        for (const decoded of group) await run([decoded])
        return
      }
      for (const { item, raster } of group) {
        pixelsInFlight -= raster.width * raster.height
        await reject(item, error)
      }
      return
    }
    const milliseconds = performance.now() - begin
    modelMilliseconds += milliseconds
    for (const [index, { item, raster }] of group.entries()) {
      const judgement = judgements[index]
      if (!judgement) continue
      const task = finish({ item, raster, judgement, milliseconds: milliseconds / group.length })
      behind.add(task)
      void task.finally(() => behind.delete(task))
    }
  }

  for (;;) {
    fill()
    if (hooks.signal.aborted) break
    // Nothing more comes before something is judged: take what there is, even if it is less than a batch.
    const stalled = decoding === blocked || waiting.length >= ahead
    const group = takeGroup(waiting, batch, stalled)
    if (group.length > 0) {
      await run(group)
      fill()
      // Back-pressure of the writing side: not more images behind the model than ahead of it.
      while (behind.size > ahead) await Promise.race(behind)
    } else if (decoding > 0) {
      await changed.next()
    } else if (next >= items.length) {
      break
    }
  }
  while (decoding > 0) await changed.next()
  await Promise.all(behind)
  return {
    judged: judgedCount,
    rejected: rejectedCount,
    cancelled: hooks.signal.aborted,
    seconds: (performance.now() - started) / 1000,
    modelSeconds: modelMilliseconds / 1000,
  }
}

/**
 * Takes a group of equal-sized images out of `waiting`: a full batch, or, when `now` says that waiting longer
 * brings nothing, the largest there is.
 */
function takeGroup<Item>(waiting: Decoded<Item>[], batch: number, now: boolean): Decoded<Item>[] {
  const groups = new Map<string, Decoded<Item>[]>()
  for (const decoded of waiting) {
    const key = `${decoded.raster.width}x${decoded.raster.height}`
    const group = groups.get(key)
    if (group) group.push(decoded)
    else groups.set(key, [decoded])
  }
  const largest = [...groups.values()].reduce<Decoded<Item>[]>((a, b) => (b.length > a.length ? b : a), [])
  if (largest.length < batch && !now) return []
  const taken = largest.slice(0, batch)
  for (const decoded of taken) waiting.splice(waiting.indexOf(decoded), 1)
  return taken
}

function explain(file: string, error: unknown): Pick<Rejected, 'problem' | 'message'> {
  if (error instanceof ImageError) return { problem: error.problem, message: error.message }
  const reason = error instanceof Error ? error.message : String(error)
  return { problem: 'failed', message: reason.includes(file) ? reason : `${file}: ${reason}` }
}

/** Lets any number of waiters sleep until something has happened since they last looked. */
function signalOfChange(): { happened(): void; next(): Promise<void> } {
  let waiters: (() => void)[] = []
  return {
    happened: () => {
      const woken = waiters
      waiters = []
      for (const wake of woken) wake()
    },
    next: () =>
      new Promise((resolve) => {
        waiters.push(resolve)
      }),
  }
}
