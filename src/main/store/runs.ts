import { insertSql, type Query, type SqlValue } from './connection.ts'
import { notFound, type StoreContext } from './context.ts'
import { StorageError } from './errors.ts'
import { newId } from './ids.ts'

export type RunState = 'queued' | 'running' | 'finished' | 'cancelled' | 'failed' | 'interrupted'

/** One training of one family on one snapshot. Its folder: `store.files.modelFolder(run.id)`. */
export interface TrainingRun {
  readonly id: string
  readonly projectId: string
  readonly snapshotId: string
  readonly family: string
  readonly config: Readonly<Record<string, unknown>>
  /** The engine asked for, e.g. `auto`. */
  readonly engine: string
  /** The engine that runs it; null until it has started. */
  readonly engineUsed: string | null
  readonly falseAlarmRate: number
  readonly state: RunState
  readonly epochsDone: number
  /** Why it failed; null otherwise. */
  readonly error: string | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export type NewRun = Pick<
  TrainingRun,
  'projectId' | 'snapshotId' | 'family' | 'config' | 'engine' | 'falseAlarmRate'
>

export interface RunFilter {
  readonly projectId?: string
  readonly state?: RunState
}

/** One value of one epoch; NaN if the loss was no number. */
export interface Metric {
  readonly epoch: number
  readonly name: string
  readonly value: number
}

type RunRow = Omit<TrainingRun, 'config'> & { config: string }

const columns = `id, project_id AS projectId, snapshot_id AS snapshotId, family, config, engine,
  engine_used AS engineUsed, false_alarm_rate AS falseAlarmRate, state, epochs_done AS epochsDone, error,
  created_at AS createdAt, started_at AS startedAt, ended_at AS endedAt`

const inserted = [
  'id',
  'project_id',
  'snapshot_id',
  'family',
  'config',
  'engine',
  'false_alarm_rate',
  'state',
  'epochs_done',
  'created_at',
] as const

/** Training runs and their metrics. A run that is `running` has a living process that owns it. */
export class RunRepository {
  readonly #context: StoreContext
  readonly #insert: Query<[Record<(typeof inserted)[number], SqlValue>], never>
  readonly #get: Query<[string], RunRow>
  readonly #list: Query<[Record<string, SqlValue>], RunRow>
  readonly #owners: Query<[], { id: string; owner: string }>
  readonly #ownerOf: Query<[string], { owner: string | null }>
  readonly #start: Query<[Record<string, SqlValue>], never>
  readonly #requeue: Query<[string], never>
  readonly #end: Query<[Record<string, SqlValue>], never>
  readonly #engineUsed: Query<[string, string], never>
  readonly #epochsDone: Query<[number, string], never>
  readonly #insertMetric: Query<[string, number, string, number | null], never>
  readonly #forget: Query<[string, number], never>
  readonly #best: Query<[string], { epoch: number; value: number }>
  readonly #metrics: Query<[string], { epoch: number; name: string; value: number | null }>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    this.#insert = connection.prepare(insertSql('training_run', inserted))
    this.#get = connection.prepare(`SELECT ${columns} FROM training_run WHERE id = ?`)
    this.#list = connection.prepare(
      `SELECT ${columns} FROM training_run WHERE (@projectId IS NULL OR project_id = @projectId)
         AND (@state IS NULL OR state = @state) ORDER BY created_at DESC, id DESC`,
    )
    this.#owners = connection.prepare(`SELECT id, owner FROM training_run WHERE state = 'running'`)
    this.#ownerOf = connection.prepare('SELECT owner FROM training_run WHERE id = ?')
    this.#start = connection.prepare(
      `UPDATE training_run SET state = 'running', owner = @owner, error = NULL, ended_at = NULL,
         started_at = coalesce(started_at, @time) WHERE id = @id`,
    )
    this.#requeue = connection.prepare(
      `UPDATE training_run SET state = 'queued', owner = NULL, error = NULL, ended_at = NULL
       WHERE id = ? AND state IN ('cancelled', 'failed', 'interrupted')`,
    )
    this.#end = connection.prepare(
      `UPDATE training_run SET state = @state, owner = NULL, error = @error, ended_at = @time WHERE id = @id`,
    )
    this.#engineUsed = connection.prepare('UPDATE training_run SET engine_used = ? WHERE id = ?')
    this.#epochsDone = connection.prepare('UPDATE training_run SET epochs_done = ? WHERE id = ?')
    this.#insertMetric = connection.prepare('INSERT OR REPLACE INTO metric VALUES (?, ?, ?, ?)')
    this.#forget = connection.prepare('DELETE FROM metric WHERE run_id = ? AND epoch > ?')
    this.#best = connection.prepare(
      `SELECT epoch, value FROM metric WHERE run_id = ? AND name = 'validation' AND value IS NOT NULL
       ORDER BY value, epoch LIMIT 1`,
    )
    this.#metrics = connection.prepare(
      'SELECT epoch, name, value FROM metric WHERE run_id = ? ORDER BY epoch, name',
    )
  }

  /** A new run in the state `queued`. */
  create(run: NewRun): TrainingRun {
    const id = newId()
    this.#insert.run({
      id,
      project_id: run.projectId,
      snapshot_id: run.snapshotId,
      family: run.family,
      config: JSON.stringify(run.config),
      engine: run.engine,
      false_alarm_rate: run.falseAlarmRate,
      state: 'queued',
      epochs_done: 0,
      created_at: this.#context.now(),
    })
    return this.get(id)
  }

  /** @throws StorageError `not-found` */
  get(id: string): TrainingRun {
    const run = this.find(id)
    if (run === undefined) throw notFound('training run', id)
    return run
  }

  find(id: string): TrainingRun | undefined {
    const row = this.#get.get(id)
    return row === undefined ? undefined : runOfRow(row)
  }

  /** Newest first. */
  list(filter: RunFilter = {}): TrainingRun[] {
    return this.#list.all({ projectId: filter.projectId ?? null, state: filter.state ?? null }).map(runOfRow)
  }

  /**
   * Makes this process the owner of a queued, cancelled, failed or interrupted run and sets it `running`.
   *
   * @throws StorageError `in-use` if it is running in a living process or has finished
   */
  start(id: string): TrainingRun {
    const { connection, lease, now } = this.#context
    return connection.transaction(() => {
      const run = this.get(id)
      const owner = this.#ownerOf.get(id)?.owner ?? ''
      if (run.state === 'finished') {
        throw new StorageError(
          'in-use',
          id,
          `The training run ${id} has finished; there is nothing to resume.`,
        )
      }
      if (run.state === 'running' && lease.isAlive(owner)) {
        throw new StorageError(
          'in-use',
          id,
          `The training run ${id} is already running. Wait for it, or stop it where it runs.`,
        )
      }
      this.#start.run({ id, owner: lease.owner, time: now() })
      return this.get(id)
    })
  }

  /**
   * Puts a cancelled, failed or interrupted run back into the queue; one that waits already stays as it is.
   *
   * @throws StorageError `in-use` if it is running in a living process or has finished
   */
  requeue(id: string): TrainingRun {
    return this.#context.connection.transaction(() => {
      this.interruptDead()
      const run = this.get(id)
      if (run.state === 'finished' || run.state === 'running') {
        const words =
          run.state === 'finished' ? 'has finished; there is nothing to resume' : 'is already running'
        throw new StorageError('in-use', id, `The training run ${id} ${words}.`)
      }
      this.#requeue.run(id)
      return this.get(id)
    })
  }

  setEngineUsed(id: string, engine: string): void {
    this.#engineUsed.run(engine, id)
  }

  /** Stores an epoch's losses and that it is done, together. An epoch repeated after a resume is overwritten. */
  recordEpoch(id: string, epoch: number, values: Readonly<Record<string, number>>): void {
    this.#context.connection.transaction(() => {
      for (const [name, value] of Object.entries(values)) {
        // SQLite has no NaN; null stands for it.
        this.#insertMetric.run(id, epoch, name, Number.isNaN(value) ? null : value)
      }
      this.#epochsDone.run(epoch, id)
    })
  }

  /**
   * Forgets epochs after `epoch`: a resumed run begins at its last checkpoint, which may be older. It may be newer
   * too, if the process died between the checkpoint and recordEpoch: then record that epoch from the checkpoint.
   */
  rewind(id: string, epoch: number): void {
    this.#context.connection.transaction(() => {
      this.#forget.run(id, epoch)
      this.#epochsDone.run(Math.min(epoch, this.get(id).epochsDone), id)
    })
  }

  /** The first epoch with the lowest `validation`; undefined before there is one. */
  best(id: string): { readonly epoch: number; readonly value: number } | undefined {
    return this.#best.get(id)
  }

  metrics(id: string): Metric[] {
    return this.#metrics.all(id).map((row) => ({ ...row, value: row.value ?? NaN }))
  }

  /** Ends a run. `error` says why it failed. */
  finish(
    id: string,
    state: 'finished' | 'cancelled' | 'failed' | 'interrupted',
    error: string | null = null,
  ): TrainingRun {
    this.#end.run({ id, state, error, time: this.#context.now() })
    return this.get(id)
  }

  /**
   * Sets runs whose process has died to `interrupted` and returns their ids. Done when a store is opened; a
   * process that stays open for long calls it again before it trusts `running`.
   */
  interruptDead(): string[] {
    const { connection, lease, now } = this.#context
    if (this.#owners.all().every((run) => lease.isAlive(run.owner))) return []
    return connection.transaction(() => {
      const dead = this.#owners.all().filter((run) => !lease.isAlive(run.owner))
      for (const run of dead) {
        this.#end.run({
          id: run.id,
          state: 'interrupted',
          error: 'The process that trained it ended.',
          time: now(),
        })
      }
      return dead.map((run) => run.id)
    })
  }
}

function runOfRow(row: RunRow): TrainingRun {
  return { ...row, config: JSON.parse(row.config) as Record<string, unknown> }
}
