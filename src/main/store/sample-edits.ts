import type { Query } from './connection.ts'
import type { StoreContext } from './context.ts'
import type { Sample, SampleLabel, SampleSplit } from './samples.ts'

/** What can be changed of a sample, as it was or is to be. */
export type SampleMark = Pick<Sample, 'id' | 'label' | 'defectType' | 'split'>

export interface SampleChange {
  readonly label?: SampleLabel
  /** Null takes it away; only defects have one. */
  readonly defectType?: string | null
  readonly split?: SampleSplit
}

interface Change {
  readonly ids: string
  readonly label: string | null
  readonly defectType: string | null
  readonly setType: number
  readonly split: string | null
}

/** Changes to many samples at once: one statement each, so that fifty thousand take a moment and not a minute. */
export class SampleEdits {
  readonly #context: StoreContext
  readonly #marks: Query<[string], SampleMark & { projectId: string }>
  readonly #update: Query<[Change], never>
  readonly #restore: Query<[string], never>
  readonly #delete: Query<[string], never>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    const listed = 'id IN (SELECT value FROM json_each(?))'
    this.#marks = connection.prepare(
      `SELECT id, project_id AS projectId, label, defect_type AS defectType, split FROM sample
       WHERE ${listed} ORDER BY id`,
    )
    this.#update = connection.prepare(
      `UPDATE sample SET label = coalesce(@label, label), split = coalesce(@split, split),
         defect_type = CASE WHEN coalesce(@label, label) <> 'defect' THEN NULL
           WHEN @setType THEN @defectType ELSE defect_type END
       WHERE id IN (SELECT value FROM json_each(@ids))`,
    )
    this.#restore = connection.prepare(
      `UPDATE sample SET label = mark.value ->> 'label', defect_type = mark.value ->> 'defectType',
         split = mark.value ->> 'split'
       FROM json_each(?) AS mark WHERE sample.id = mark.value ->> 'id'`,
    )
    this.#delete = connection.prepare(
      `DELETE FROM sample WHERE ${listed}
         AND NOT EXISTS (SELECT 1 FROM snapshot_sample WHERE sample_id = sample.id)`,
    )
  }

  /** How samples are marked, and whose they are; ids that are not there (any more) are left out. */
  marks(ids: readonly string[]): { marks: SampleMark[]; projectIds: string[] } {
    const rows = this.#marks.all(JSON.stringify(ids))
    return {
      marks: rows.map(({ id, label, defectType, split }) => ({ id, label, defectType, split })),
      projectIds: [...new Set(rows.map(({ projectId }) => projectId))],
    }
  }

  /** Changes samples in one transaction; what is not given stays, but what is no defect has no defect type. */
  update(ids: readonly string[], change: SampleChange): void {
    this.#update.run({
      ids: JSON.stringify(ids),
      label: change.label ?? null,
      defectType: change.defectType ?? null,
      setType: change.defectType === undefined ? 0 : 1,
      split: change.split ?? null,
    })
  }

  /** Puts marks back; returns how many samples there were to mark. */
  restore(marks: readonly SampleMark[]): number {
    return this.#restore.run(JSON.stringify(marks))
  }

  /**
   * Deletes samples, but for those that a training run learned from; their files are noted for
   * `store.collectGarbage()`. Returns how many were deleted.
   */
  delete(ids: readonly string[]): number {
    return this.#context.connection.transaction(() => this.#delete.run(JSON.stringify(ids)))
  }
}
