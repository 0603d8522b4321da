import { join, resolve } from 'node:path'
import { CalibrationRepository } from './calibrations.ts'
import { checkStore, type CheckReport } from './check.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import type { StoreContext } from './context.ts'
import { translateError } from './errors.ts'
import { EvaluationRepository } from './evaluations.ts'
import { FileStore } from './files.ts'
import { makeFolder } from './folders.ts'
import { GarbageCollector } from './garbage.ts'
import { InspectionRepository } from './inspections.ts'
import { Lease } from './lease.ts'
import { LotRepository } from './lots.ts'
import { migrate, type Migration } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { ModelRepository } from './models.ts'
import { ProjectRepository } from './projects.ts'
import { ReviewRepository } from './reviews.ts'
import { RunRepository } from './runs.ts'
import { SampleEdits } from './sample-edits.ts'
import { SampleRepository } from './samples.ts'
import { AllowedFolderRepository, SettingRepository } from './settings.ts'
import { SessionRepository } from './sessions.ts'
import { SnapshotRepository } from './snapshots.ts'
import { StationRepository } from './stations.ts'
import { UserRepository } from './users.ts'

export interface StoreOptions extends Partial<ConnectionOptions> {
  /** The clock; for tests. */
  readonly now?: () => Date
  /** The schema's steps; for tests. */
  readonly migrations?: readonly Migration[]
}

/** An open data folder: the database's tables, the files, transactions. Several processes may open one folder. */
export interface Store {
  /** Absolute path of the data folder. */
  readonly folder: string
  readonly files: FileStore
  readonly projects: ProjectRepository
  readonly samples: SampleRepository
  readonly sampleEdits: SampleEdits
  readonly snapshots: SnapshotRepository
  readonly runs: RunRepository
  readonly models: ModelRepository
  readonly calibrations: CalibrationRepository
  readonly lots: LotRepository
  readonly inspections: InspectionRepository
  readonly reviews: ReviewRepository
  readonly evaluations: EvaluationRepository
  readonly settings: SettingRepository
  readonly allowedFolders: AllowedFolderRepository
  readonly users: UserRepository
  readonly sessions: SessionRepository
  readonly stations: StationRepository
  /** Tells what a living process still needs from what a dead one left. */
  readonly lease: Pick<Lease, 'owner' | 'isAlive'>
  /** For checks and tests; use cases go through the repositories. */
  readonly connection: Connection
  /** All of `work` or nothing of it. `work` must not be async: write the files before, the rows inside. */
  transaction<T>(work: () => T): T
  /** Removes the files of deleted rows; returns how many. */
  collectGarbage(): number
  /** The same with room for others in between: a hundred thousand files take their time. */
  collectGarbageInTurns(): Promise<number>
  check(): CheckReport
  close(): void
}

/**
 * Opens a data folder; makes it and its database if need be, brings an older database up to date, sets training
 * runs of dead processes to `interrupted` and removes what they left half written.
 *
 * @throws StorageError `read-only`, `disk-full`, `corrupt`, `newer-version`, `migration-failed`, `busy`
 */
export function openStore(dataFolder: string, options: StoreOptions = {}): Store {
  const folder = resolve(dataFolder)
  const clock = options.now ?? (() => new Date())
  const undo: (() => void)[] = []
  try {
    makeDataFolder(folder)
    const connection = new Connection(join(folder, 'flawline.db'), {
      slowQueryMilliseconds: options.slowQueryMilliseconds ?? 250,
      log: options.log ?? console.warn,
      busyMilliseconds: options.busyMilliseconds ?? 10_000,
    })
    undo.push(() => connection.close())
    migrate(connection, options.migrations ?? migrations)
    connection.useWriteAheadLog()
    const lease = Lease.take(join(folder, 'locks'))
    undo.push(() => lease.release())
    const files = new FileStore(folder, lease)
    const context: StoreContext = { connection, files, lease, now: () => clock().toISOString() }
    const store = assemble(context, () => {
      files.removeTemporary()
      for (const step of undo.reverse()) step()
    })
    files.sweepTemporary()
    store.runs.interruptDead()
    store.collectGarbage()
    return store
  } catch (error) {
    for (const step of undo.reverse()) step()
    throw error
  }
}

function assemble(context: StoreContext, close: () => void): Store {
  const { connection, files } = context
  const garbage = new GarbageCollector(context)
  return {
    folder: files.folder,
    files,
    projects: new ProjectRepository(context),
    samples: new SampleRepository(context),
    sampleEdits: new SampleEdits(context),
    snapshots: new SnapshotRepository(context),
    runs: new RunRepository(context),
    models: new ModelRepository(context),
    calibrations: new CalibrationRepository(context),
    lots: new LotRepository(context),
    inspections: new InspectionRepository(context),
    reviews: new ReviewRepository(context),
    evaluations: new EvaluationRepository(context),
    settings: new SettingRepository(context),
    allowedFolders: new AllowedFolderRepository(context),
    users: new UserRepository(context),
    sessions: new SessionRepository(context),
    stations: new StationRepository(context),
    lease: context.lease,
    connection,
    transaction: (work) => connection.transaction(work),
    collectGarbage: () => garbage.collect(),
    collectGarbageInTurns: () => garbage.collectInTurns(),
    check: () => checkStore(context),
    close,
  }
}

function makeDataFolder(folder: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    throw translateError(error, folder)
  }
}
