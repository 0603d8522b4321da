import { insertSql, type Query } from './connection.ts'
import { notFound, type StoreContext } from './context.ts'
import { StorageError } from './errors.ts'
import { newId } from './ids.ts'

/** One part type to inspect. */
export interface Project {
  readonly id: string
  readonly name: string
  readonly description: string
  /** Size of a pixel on the part, for areas in mm²; null if unknown. */
  readonly millimetresPerPixel: number | null
  readonly createdAt: string
  readonly updatedAt: string
  /** When it was put away; null while it is in use. */
  readonly archivedAt: string | null
}

export interface NewProject {
  readonly name: string
  readonly description?: string
  readonly millimetresPerPixel?: number | null
}

const columns = `id, name, description, millimetres_per_pixel AS millimetresPerPixel,
  created_at AS createdAt, updated_at AS updatedAt, archived_at AS archivedAt`

interface ProjectRow {
  id: string
  name: string
  name_key: string
  description: string
  millimetres_per_pixel: number | null
  created_at: string
  updated_at: string
}

/** Projects, by id and by name. Names are unique without regard to case. */
export class ProjectRepository {
  readonly #context: StoreContext
  readonly #insert: Query<[ProjectRow], never>
  readonly #update: Query<[Omit<ProjectRow, 'created_at'>], never>
  readonly #get: Query<[string], Project>
  readonly #find: Query<[string], Project>
  readonly #list: Query<[], Project>
  readonly #archive: Query<[string | null, string], never>
  readonly #delete: Query<[string], never>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    this.#insert = connection.prepare(
      insertSql('project', [
        'id',
        'name',
        'name_key',
        'description',
        'millimetres_per_pixel',
        'created_at',
        'updated_at',
      ]),
    )
    this.#update = connection.prepare(
      `UPDATE project SET name = @name, name_key = @name_key, description = @description,
         millimetres_per_pixel = @millimetres_per_pixel, updated_at = @updated_at WHERE id = @id`,
    )
    this.#get = connection.prepare(`SELECT ${columns} FROM project WHERE id = ?`)
    this.#find = connection.prepare(`SELECT ${columns} FROM project WHERE name_key = ?`)
    this.#list = connection.prepare(`SELECT ${columns} FROM project ORDER BY name_key`)
    this.#archive = connection.prepare('UPDATE project SET archived_at = ? WHERE id = ?')
    this.#delete = connection.prepare('DELETE FROM project WHERE id = ?')
  }

  /** @throws StorageError `conflict` if the name is taken */
  create(project: NewProject): Project {
    const { connection, now } = this.#context
    return connection.transaction(() => {
      this.#demandFreeName(project.name)
      const time = now()
      const id = newId()
      this.#insert.run({
        id,
        name: project.name,
        name_key: nameKey(project.name),
        description: project.description ?? '',
        millimetres_per_pixel: project.millimetresPerPixel ?? null,
        created_at: time,
        updated_at: time,
      })
      return this.get(id)
    })
  }

  /** @throws StorageError `not-found` */
  get(id: string): Project {
    const project = this.#get.get(id)
    if (project === undefined) throw notFound('project', id)
    return project
  }

  find(id: string): Project | undefined {
    return this.#get.get(id)
  }

  findByName(name: string): Project | undefined {
    return this.#find.get(nameKey(name))
  }

  /** All projects by name. */
  list(): Project[] {
    return this.#list.all()
  }

  /** @throws StorageError `conflict` if the new name is taken, `not-found` */
  update(id: string, change: Partial<NewProject>): Project {
    const { connection, now } = this.#context
    return connection.transaction(() => {
      const old = this.get(id)
      const name = change.name ?? old.name
      if (nameKey(name) !== nameKey(old.name)) this.#demandFreeName(name)
      this.#update.run({
        id,
        name,
        name_key: nameKey(name),
        description: change.description ?? old.description,
        millimetres_per_pixel:
          change.millimetresPerPixel === undefined ? old.millimetresPerPixel : change.millimetresPerPixel,
        updated_at: now(),
      })
      return this.get(id)
    })
  }

  /**
   * Puts a project away or takes it back; nothing of it is lost either way. What is archived already keeps its time.
   *
   * @throws StorageError `not-found`
   */
  archive(id: string, archived: boolean): Project {
    const { connection, now } = this.#context
    return connection.transaction(() => {
      const { archivedAt } = this.get(id)
      this.#archive.run(archived ? (archivedAt ?? now()) : null, id)
      return this.get(id)
    })
  }

  /**
   * Deletes the project and all that belongs to it; its files are noted for `store.collectGarbage()`.
   * Returns false if there was no such project.
   */
  delete(id: string): boolean {
    return this.#delete.run(id) > 0
  }

  #demandFreeName(name: string): void {
    const holder = this.findByName(name)
    if (holder === undefined) return
    throw new StorageError('conflict', name, `There is already a project "${holder.name}".`)
  }
}

/** What makes two names the same: case and Unicode spelling do not count. */
function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}
