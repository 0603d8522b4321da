import { join } from 'node:path'
import { existsSync } from 'node:fs'
import type { Query, SqlValue } from './connection.ts'
import { demandFile, notFound, type StoreContext } from './context.ts'

/** A trained model. Its file: `store.models.file(id)`; `metadata` is what the trainer wrote as model.json. */
export interface Model<Metadata = Readonly<Record<string, unknown>>> {
  readonly id: string
  readonly projectId: string
  /** The training run it comes from; null if it was imported. */
  readonly runId: string | null
  readonly metadata: Metadata
  /** Of model.onnx. */
  readonly sha256: string
  /** The project's model for inspections; at most one of a project. */
  readonly published: boolean
  readonly createdAt: string
}

export interface NewModel {
  /** The training run's id: model and run share a folder. */
  readonly id: string
  readonly projectId: string
  readonly runId: string | null
  /** Stored as JSON. */
  readonly metadata: object
  readonly sha256: string
  readonly published?: boolean
}

type ModelRow = Omit<Model, 'metadata' | 'published'> & { metadata: string; published: number }

const columns = `id, project_id AS projectId, run_id AS runId, metadata, sha256, published,
  created_at AS createdAt`

/** Models. Metadata is given back as stored; check it against its schema where it is used. */
export class ModelRepository {
  readonly #context: StoreContext
  readonly #insert: Query<[Record<string, SqlValue>], never>
  readonly #get: Query<[string], ModelRow>
  readonly #list: Query<[string], ModelRow>
  readonly #listAll: Query<[], ModelRow>
  readonly #current: Query<[string], ModelRow>
  readonly #withdraw: Query<[string], never>
  readonly #publish: Query<[string], never>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    this.#insert = connection.prepare(
      `INSERT INTO model (id, project_id, run_id, metadata, sha256, published, created_at)
       VALUES (@id, @projectId, @runId, @metadata, @sha256, 0, @createdAt)`,
    )
    this.#get = connection.prepare(`SELECT ${columns} FROM model WHERE id = ?`)
    this.#list = connection.prepare(
      `SELECT ${columns} FROM model WHERE project_id = ? ORDER BY created_at DESC, id DESC`,
    )
    this.#listAll = connection.prepare(`SELECT ${columns} FROM model ORDER BY created_at DESC, id DESC`)
    this.#current = connection.prepare(
      `SELECT ${columns} FROM model WHERE project_id = ? ORDER BY published DESC, created_at DESC, id DESC LIMIT 1`,
    )
    this.#withdraw = connection.prepare(
      'UPDATE model SET published = 0 WHERE project_id = ? AND published = 1',
    )
    this.#publish = connection.prepare('UPDATE model SET published = 1 WHERE id = ?')
  }

  /** @throws StorageError `missing-file` if the model's folder has no model.onnx */
  create(model: NewModel): Model {
    const { connection, now } = this.#context
    return connection.transaction(() => {
      const file = this.file(model.id)
      demandFile(existsSync(file), file)
      this.#insert.run({
        id: model.id,
        projectId: model.projectId,
        runId: model.runId,
        metadata: JSON.stringify(model.metadata),
        sha256: model.sha256,
        createdAt: now(),
      })
      if (model.published === true) this.publish(model.id)
      return this.get(model.id)
    })
  }

  /** Absolute path of the model's model.onnx. */
  file(id: string): string {
    return join(this.#context.files.modelFolder(id), 'model.onnx')
  }

  /** @throws StorageError `not-found` */
  get(id: string): Model {
    const model = this.find(id)
    if (model === undefined) throw notFound('model', id)
    return model
  }

  find(id: string): Model | undefined {
    const row = this.#get.get(id)
    return row === undefined ? undefined : modelOfRow(row)
  }

  /** Newest first; of all projects if none is given. */
  list(projectId?: string): Model[] {
    return (projectId === undefined ? this.#listAll.all() : this.#list.all(projectId)).map(modelOfRow)
  }

  /** The model that inspects: the published one, else the newest. */
  current(projectId: string): Model | undefined {
    const row = this.#current.get(projectId)
    return row === undefined ? undefined : modelOfRow(row)
  }

  /** Makes it the project's model for inspections, instead of the one before. */
  publish(id: string): Model {
    return this.#context.connection.transaction(() => {
      this.#withdraw.run(this.get(id).projectId)
      this.#publish.run(id)
      return this.get(id)
    })
  }
}

function modelOfRow(row: ModelRow): Model {
  return {
    ...row,
    metadata: JSON.parse(row.metadata) as Record<string, unknown>,
    published: row.published === 1,
  }
}
