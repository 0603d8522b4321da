import path from 'node:path'
import type { InspectEvent, Inspected } from '../compute/messages.ts'
import { StorageError, type Lot, type NewInspection, type Project, type Store } from '../store/index.ts'
import type { ImageFile } from './files.ts'
import type { InspectionOutcome, KeepImages } from './inspection-outcome.ts'
import type { CalibratedModel } from './models.ts'

/** Judged images whose rows are not stored yet; more than this and the compute process is held back. */
const MOST_PENDING = 64

export interface CommitContext {
  readonly project: Project
  readonly model: CalibratedModel
  readonly lot: Lot | undefined
  readonly keepImages: KeepImages
  readonly images: ReadonlyMap<string, ImageFile>
}

type Prepared =
  | { readonly outcome: InspectionOutcome }
  | { readonly row: NewInspection; readonly event: Inspected; readonly image: ImageFile }

/**
 * Stores judged images as fast as they come: files are written at once, side by side; whatever is ready when the
 * last transaction is through goes into the next one. So a single image is stored without delay, and a thousand
 * need few syncs to disk.
 */
export class Committer {
  readonly #store: Store
  readonly #context: CommitContext
  readonly #report: (outcome: InspectionOutcome) => void
  #ready: Prepared[] = []
  #preparing = 0
  #committing: Promise<void> | undefined
  #failure: unknown
  #waiting: (() => void)[] = []

  constructor(store: Store, context: CommitContext, report: (outcome: InspectionOutcome) => void) {
    this.#store = store
    this.#context = context
    this.#report = report
  }

  /**
   * Takes an event; resolves when the next one may come.
   *
   * @throws what made storing fail, be it of an earlier event
   */
  async add(event: InspectEvent): Promise<void> {
    this.check()
    this.#preparing += 1
    void this.#prepare(event)
      .then((prepared) => this.#ready.push(prepared))
      .catch((error: unknown) => (this.#failure ??= error))
      .finally(() => {
        this.#preparing -= 1
        this.#commitSoon()
      })
    while (this.#preparing + this.#ready.length >= MOST_PENDING && this.#failure === undefined) {
      await this.#change()
    }
    this.check()
  }

  /** Resolves when nothing is under way any more; never rejects. */
  async settled(): Promise<void> {
    while (this.#preparing > 0 || this.#committing) await this.#change()
  }

  /** @throws what made storing fail, if it did */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  async #prepare(event: InspectEvent): Promise<Prepared> {
    const image = this.#context.images.get(event.id)
    if (!image) throw new Error(`The compute process reported ${event.id}, which nobody asked for.`)
    if (event.kind === 'rejected') {
      return { outcome: { kind: 'rejected', image, problem: event.problem, message: event.message } }
    }
    try {
      const { imageSha256, imageExtension } = await this.#keepImage(image, event.verdict)
      if (event.map) await this.#store.files.writeMap(event.id, event.map)
      return { row: this.#rowOf(event, image, imageSha256, imageExtension), event, image }
    } catch (error) {
      // The image vanished or changed between the verdict and its copy: its own trouble, not the data folder's.
      if (!(error instanceof StorageError) || error.path !== image.file) throw error
      return { outcome: { kind: 'rejected', image, problem: 'unreadable', message: error.message } }
    }
  }

  async #keepImage(
    image: ImageFile,
    verdict: 'ok' | 'ng',
  ): Promise<{ imageSha256: string; imageExtension: string | null }> {
    const { keepImages } = this.#context
    if (keepImages === 'all' || (keepImages === 'ng' && verdict === 'ng')) {
      const { sha256, extension } = await this.#store.files.addImage(image.file)
      return { imageSha256: sha256, imageExtension: extension }
    }
    return { imageSha256: (await this.#store.files.hash(image.file)).sha256, imageExtension: null }
  }

  #rowOf(
    event: Inspected,
    image: ImageFile,
    imageSha256: string,
    imageExtension: string | null,
  ): NewInspection {
    const { project, model, lot } = this.#context
    return {
      id: event.id,
      projectId: project.id,
      modelId: model.model.id,
      calibrationId: model.stored.id,
      lotId: lot?.id ?? null,
      fileName: path.basename(image.file),
      sourcePath: image.origin ?? image.file,
      imageSha256,
      imageExtension,
      width: event.width,
      height: event.height,
      scores: event.scores,
      score: event.score,
      normalisedScore: event.normalisedScore,
      threshold: model.calibration.threshold.value,
      verdict: event.verdict,
      milliseconds: event.milliseconds,
      hasMap: event.map !== null,
      regions: event.regions,
    }
  }

  #commitSoon(): void {
    this.#committing ??= this.#commitAll().finally(() => {
      this.#committing = undefined
      this.#changed()
    })
    this.#changed()
  }

  async #commitAll(): Promise<void> {
    while (this.#ready.length > 0 && this.#failure === undefined) {
      const batch = this.#ready
      this.#ready = []
      try {
        this.#commit(batch)
      } catch (error) {
        this.#failure ??= error
      }
      this.#changed()
      // Lets the files of the next batch come in.
      await new Promise(setImmediate)
    }
  }

  #commit(batch: readonly Prepared[]): void {
    const rows = batch.flatMap((prepared) => ('row' in prepared ? [prepared.row] : []))
    const stored = rows.length === 0 ? [] : this.#store.inspections.createMany(rows)
    const byId = new Map(stored.map((inspection) => [inspection.id, inspection]))
    for (const prepared of batch) {
      if ('outcome' in prepared) {
        this.#report(prepared.outcome)
        continue
      }
      const { event, image, row } = prepared
      const inspection = byId.get(event.id)
      if (!inspection) throw new Error(`The store lost the inspection ${event.id}.`)
      const { overlayFile } = event
      this.#report({ kind: 'inspected', image, inspection, regions: row.regions, overlayFile })
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  #changed(): void {
    const woken = this.#waiting
    this.#waiting = []
    for (const wake of woken) wake()
  }
}
