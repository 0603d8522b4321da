import { StorageError, type NewProject, type Project, type Store } from '../store/index.ts'

/** A request about projects that cannot be met; the message says why and what to do. */
export class ProjectError extends Error {
  readonly problem: 'unknown' | 'name-taken' | 'bad-name' | 'training'

  constructor(problem: ProjectError['problem'], message: string) {
    super(message)
    this.name = 'ProjectError'
    this.problem = problem
  }
}

/** A project with what it holds, for lists. */
export interface ProjectOverview extends Project {
  readonly good: number
  readonly defect: number
  readonly unlabelled: number
  readonly models: number
  readonly inspections: number
}

const longestName = 80

/**
 * Creates a project. Names are trimmed and unique without regard to case.
 *
 * @throws ProjectError `bad-name`, `name-taken`
 */
export function createProject(store: Store, project: NewProject): Project {
  const name = checkedName(project.name)
  return demandFreeName(() => store.projects.create({ ...project, name }))
}

/**
 * Renames or describes a project, or sets its scale; what is not given stays.
 *
 * @throws ProjectError `bad-name`, `name-taken`; StorageError `not-found`
 */
export function updateProject(store: Store, id: string, change: Partial<NewProject>): Project {
  const name = change.name === undefined ? {} : { name: checkedName(change.name) }
  return demandFreeName(() => store.projects.update(id, { ...change, ...name }))
}

function checkedName(given: string): string {
  const name = given.normalize('NFC').trim()
  if (name === '') throw new ProjectError('bad-name', 'A project needs a name.')
  if (name.length > longestName) {
    throw new ProjectError('bad-name', `A project's name has at most ${longestName} characters.`)
  }
  if (/\p{Cc}/u.test(name)) {
    throw new ProjectError(
      'bad-name',
      "A project's name must not hold line breaks or other control characters.",
    )
  }
  return name
}

function demandFreeName(work: () => Project): Project {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof StorageError) || error.problem !== 'conflict') throw error
    throw new ProjectError('name-taken', `${error.message} Choose another name.`)
  }
}

/** All projects by name, with the numbers of what they hold. */
export function listProjects(store: Store): ProjectOverview[] {
  return store.projects.list().map((project) => {
    const numbers = { good: 0, defect: 0, unlabelled: 0 }
    for (const { label, count } of store.samples.counts(project.id)) numbers[label] += count
    return {
      ...project,
      ...numbers,
      models: store.models.list(project.id).length,
      inspections: store.inspections.count({ projectId: project.id }),
    }
  })
}

/**
 * The project of that name, or else of that id.
 *
 * @throws ProjectError `unknown`, naming the projects there are
 */
export function requireProject(store: Store, nameOrId: string): Project {
  const found = store.projects.findByName(nameOrId.trim()) ?? store.projects.find(nameOrId)
  if (found !== undefined) return found
  const names = store.projects.list().map((project) => `"${project.name}"`)
  const others =
    names.length === 0
      ? 'There are none yet; create one with: flawline project create NAME'
      : `There is ${names.slice(0, 10).join(', ')}${names.length > 10 ? ' and more' : ''}.`
  throw new ProjectError('unknown', `There is no project "${nameOrId}". ${others}`)
}

/**
 * Deletes a project with its samples, models and inspections, then the files that nothing else needs. A process
 * that dies in between leaves no litter: the files are removed when the data folder is next opened.
 *
 * @returns the project and the number of files and model folders removed
 * @throws ProjectError `unknown`; `training` while a training of it runs
 */
export function deleteProject(store: Store, nameOrId: string): { project: Project; filesRemoved: number } {
  const project = deleteRows(store, () => requireProject(store, nameOrId))
  return { project, filesRemoved: store.collectGarbage() }
}

/**
 * The same by id, without holding up others while the files go.
 *
 * @throws ProjectError `training`; StorageError `not-found`
 */
export async function deleteProjectInTurns(store: Store, id: string): Promise<number> {
  deleteRows(store, () => store.projects.get(id))
  return store.collectGarbageInTurns()
}

function deleteRows(store: Store, find: () => Project): Project {
  store.runs.interruptDead()
  return store.transaction(() => {
    const found = find()
    const [running] = store.runs.list({ projectId: found.id, state: 'running' })
    if (running !== undefined) {
      throw new ProjectError(
        'training',
        `The project "${found.name}" is being trained (run ${running.id}). Wait until it has finished or stop it, then delete the project.`,
      )
    }
    store.projects.delete(found.id)
    return found
  })
}
