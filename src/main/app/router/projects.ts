import { deleteProjectInTurns, createProject, updateProject } from '../projects.ts'
import { projectOverview } from '../overview.ts'
import { sampleProjectFolder } from '../demo.ts'
import { startImport } from '../jobs/import.ts'
import { ProblemError } from '../problems.ts'
import { packagedSource } from '../sources.ts'
import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

const sampleProject = {
  name: 'Sample project',
  description: 'A machined part with lighting and position variation; comes with Flawline.',
}

export function projectsRouter(os: Implementation, services: Services) {
  const { live, jobs, trainings } = services
  const { store } = services.core

  const activeJobs = (id: string) =>
    jobs.list().filter((job) => job.projectId === id && (job.state === 'queued' || job.state === 'running'))
  const overview = (id: string) => projectOverview(store, store.projects.get(id), activeJobs(id).length)

  return {
    list: os.projects.list.handler(() => store.projects.list().map(({ id }) => overview(id))),
    get: os.projects.get.handler(({ input }) => overview(input.id)),
    create: os.projects.create.handler(({ input }) => {
      const { name, description, millimetresPerPixel } = input
      const project = createProject(store, {
        name,
        ...(description === undefined ? {} : { description }),
        ...(millimetresPerPixel === undefined ? {} : { millimetresPerPixel }),
      })
      live.changed('projects', project.id)
      return project
    }),
    update: os.projects.update.handler(({ input }) => {
      const { id, name, description, millimetresPerPixel } = input
      const project = updateProject(store, id, {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        ...(millimetresPerPixel === undefined ? {} : { millimetresPerPixel }),
      })
      live.changed('projects', id)
      return project
    }),
    archive: os.projects.archive.handler(({ input }) => {
      const project = store.projects.archive(input.id, input.archived)
      live.changed('projects', input.id)
      return project
    }),
    delete: os.projects.delete.handler(async ({ input }) => {
      const { id, name } = store.projects.get(input.id)
      if (input.name.normalize('NFC').trim() !== name) {
        throw new ProblemError(
          'INVALID',
          'badName',
          `Type the project's name, "${name}", to confirm that all of it is to be deleted.`,
          { field: 'name' },
        )
      }
      for (const run of store.runs.list({ projectId: id, state: 'queued' })) trainings.cancel(run.id)
      const [busy] = activeJobs(id)
      if (busy) {
        throw new ProblemError(
          'BUSY',
          'projectBusy',
          `The project "${name}" is at work (${busy.kind} of ${busy.subject}). Wait until that has ended or stop it.`,
          { values: { name } },
        )
      }
      const filesRemoved = await deleteProjectInTurns(store, id)
      live.changed('projects', id)
      return { filesRemoved }
    }),
    createSample: os.projects.createSample.handler(() => {
      const folder = sampleProjectFolder()
      const found = store.projects.findByName(sampleProject.name) ?? createProject(store, sampleProject)
      const project = store.projects.archive(found.id, false)
      live.changed('projects', project.id)
      if (store.samples.count({ projectId: project.id }) > 0) return { project, jobId: null }
      const importing = activeJobs(project.id).find((job) => job.kind === 'import')
      const job = importing ?? startImport(services, project.id, packagedSource(folder, project.name))
      return { project, jobId: job.id }
    }),
  }
}
