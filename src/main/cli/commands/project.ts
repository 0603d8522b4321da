import { createInterface } from 'node:readline/promises'
import { Command } from 'commander'
import { createProject, deleteProject, listProjects } from '../../app/projects.ts'
import { UsageError } from '../exit.ts'
import { examples, number } from '../options.ts'
import { counted, localTime } from '../output.ts'
import type { Run } from '../run.ts'

export function projectCommand(run: Run): Command {
  const project = new Command('project').description('create, list and delete projects: one part type each')

  project
    .command('create <name>')
    .description('create a project')
    .option('--description <text>', 'what the part is')
    .option(
      '--scale <mm>',
      'size of a pixel on the part in millimetres, for areas in mm²',
      number({ from: 1e-6 }),
    )
    .addHelpText('after', examples('project create bracket --scale 0.05'))
    .action((name: string, options: { description?: string; scale?: number }, command: Command) =>
      run(async ({ core, output }) => {
        const created = createProject(core.store, {
          name,
          ...(options.description === undefined ? {} : { description: options.description }),
          ...(options.scale === undefined ? {} : { millimetresPerPixel: options.scale }),
        })
        output.json(created)
        output.line(`Created the project "${created.name}".`)
        output.line(`Next: flawline samples import FOLDER --project "${created.name}"`)
        return undefined
      }, command),
    )

  project
    .command('list')
    .description('list the projects')
    .addHelpText('after', examples('project list', 'project list --json'))
    .action((_: object, command: Command) =>
      run(async ({ core, output }) => {
        const projects = listProjects(core.store)
        output.json(projects)
        if (projects.length === 0)
          output.line('There are no projects yet. Create one: flawline project create NAME')
        else {
          output.table(
            ['name', 'good', 'defect', 'unlabelled', 'models', 'inspections', 'created'],
            projects.map((one) => [
              one.name,
              one.good,
              one.defect,
              one.unlabelled,
              one.models,
              one.inspections,
              localTime(one.createdAt),
            ]),
          )
        }
        return undefined
      }, command),
    )

  project
    .command('delete <name>')
    .description('delete a project with its samples, models and inspections')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('project delete bracket --yes'))
    .action((name: string, options: { yes?: boolean }, command: Command) =>
      run(async (session) => {
        const { core, output } = session
        const found = session.project(name).name
        if (!options.yes && !(await confirmed(`Delete the project "${found}" with everything in it?`))) {
          output.note('Nothing was deleted.')
          return 1
        }
        const { project: deleted, filesRemoved } = deleteProject(core.store, name)
        output.json({ deleted: deleted.name, filesRemoved })
        output.line(`Deleted the project "${deleted.name}" and ${counted(filesRemoved, 'file')}.`)
        return undefined
      }, command),
    )

  return project
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(`${question} Nobody is here to answer; add --yes.`)
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim())
  } finally {
    reader.close()
  }
}
