/**
 * A process to be killed: `worker.ts DATA train|inspect PROJECT …`. Says on standard output, a line each, what has
 * been reported as done; the pipe is written synchronously, so what was said was said before the kill.
 */
import { writeSync } from 'node:fs'
import { createCore } from '../../../../src/main/app/core.ts'
import { collectImages } from '../../../../src/main/app/files.ts'
import { inspectImages } from '../../../../src/main/app/inspection.ts'
import { requireModel } from '../../../../src/main/app/models.ts'
import { requireProject } from '../../../../src/main/app/projects.ts'
import { resumeTraining } from '../../../../src/main/app/training.ts'

const [data = '', mode, projectName = '', ...rest] = process.argv.slice(2)
const say = (line: string) => writeSync(1, `${line}\n`)
const core = createCore(data, { log: () => undefined })
const project = requireProject(core.store, projectName)
say('open')

if (mode === 'train') {
  await resumeTraining(core, rest[0] ?? '', {
    onEvent: (event) => {
      if (event.kind === 'epoch' && !event.replayed) say(`epoch ${event.epoch}`)
    },
  })
} else {
  const model = requireModel(core.store, project)
  const images = await collectImages(rest)
  await inspectImages(
    core,
    { project, model, images, keepImages: 'all', minimumArea: 1 },
    {
      onReported: (outcome) => {
        if (outcome.kind === 'inspected') say(`inspected ${outcome.inspection.id}`)
      },
    },
  )
  say('finished')
}
await core.close()
