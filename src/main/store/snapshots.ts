import type { Query } from './connection.ts'
import { notFound, type StoreContext } from './context.ts'
import { newId } from './ids.ts'
import { sampleColumns, sampleOfRow, type Sample, type SampleRow } from './samples.ts'

/** The samples one training run learns from, fixed for good: what is imported later does not change it. */
export interface Snapshot {
  readonly id: string
  readonly projectId: string
  readonly seed: number
  readonly validationFraction: number
  readonly createdAt: string
}

export type SnapshotSplit = 'train' | 'validation'

export interface NewSnapshot {
  readonly projectId: string
  readonly seed: number
  readonly validationFraction: number
  readonly members: readonly { readonly sampleId: string; readonly split: SnapshotSplit }[]
}

/** A sample with the split it has in the snapshot, which may differ from the sample's own. */
export type SnapshotSample = Omit<Sample, 'split'> & { readonly split: SnapshotSplit }

export class SnapshotRepository {
  readonly #context: StoreContext
  readonly #insert: Query<[Snapshot], never>
  readonly #insertMember: Query<[string, string, SnapshotSplit], never>
  readonly #get: Query<[string], Snapshot>
  readonly #counts: Query<[string], { split: SnapshotSplit; count: number }>
  readonly #samples: Query<[string], SampleRow & { snapshotSplit: SnapshotSplit }>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    this.#insert = connection.prepare(
      'INSERT INTO snapshot VALUES (@id, @projectId, @seed, @validationFraction, @createdAt)',
    )
    this.#insertMember = connection.prepare('INSERT INTO snapshot_sample VALUES (?, ?, ?)')
    this.#get = connection.prepare(
      `SELECT id, project_id AS projectId, seed, validation_fraction AS validationFraction,
         created_at AS createdAt FROM snapshot WHERE id = ?`,
    )
    this.#counts = connection.prepare(
      'SELECT split, count(*) AS count FROM snapshot_sample WHERE snapshot_id = ? GROUP BY split',
    )
    this.#samples = connection.prepare(
      `SELECT ${sampleColumns}, snapshot_sample.split AS snapshotSplit FROM snapshot_sample
       JOIN sample ON sample.id = snapshot_sample.sample_id
       WHERE snapshot_sample.snapshot_id = ? ORDER BY sample.id`,
    )
  }

  create(snapshot: NewSnapshot): Snapshot {
    const { connection, now } = this.#context
    return connection.transaction(() => {
      const id = newId()
      const { projectId, seed, validationFraction } = snapshot
      this.#insert.run({ id, projectId, seed, validationFraction, createdAt: now() })
      for (const member of snapshot.members) this.#insertMember.run(id, member.sampleId, member.split)
      return this.get(id)
    })
  }

  /** @throws StorageError `not-found` */
  get(id: string): Snapshot {
    const snapshot = this.#get.get(id)
    if (snapshot === undefined) throw notFound('snapshot', id)
    return snapshot
  }

  /** How many samples it learns from, and how many are held out. */
  counts(id: string): Readonly<Record<SnapshotSplit, number>> {
    const counts = { train: 0, validation: 0 }
    for (const { split, count } of this.#counts.all(id)) counts[split] = count
    return counts
  }

  /** The snapshot's samples in the order of their import. */
  samples(id: string): SnapshotSample[] {
    return this.#samples
      .all(id)
      .map(({ snapshotSplit, ...row }) => ({ ...sampleOfRow(row), split: snapshotSplit }))
  }
}
