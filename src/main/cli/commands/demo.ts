import path from 'node:path'
import { Command } from 'commander'
import type { DemoOutcome } from '../../app/demo.ts'
import { exitCodes } from '../exit.ts'
import { examples } from '../options.ts'
import { duration, figure, type Output } from '../output.ts'
import type { Progress } from '../progress.ts'
import type { Run } from '../run.ts'
import { TrainingScreen } from '../training-screen.ts'

const titles = {
  import: 'Importing',
  train: 'Training',
  evaluate: 'Evaluating',
  inspect: 'Inspecting',
  report: 'Reporting',
} as const

export function demoCommand(run: Run): Command {
  return new Command('demo')
    .description('the whole way on the sample project: train, evaluate, inspect, report; about a minute')
    .option('-o, --out <dir>', 'folder for the results (default: demo in the data folder)')
    .addHelpText('after', examples('demo', 'demo --out ./demo'))
    .action((options: { out?: string }, command: Command) =>
      run(async (session) => {
        // Loaded when needed: the libraries behind it would slow down every other command.
        const { runDemo } = await import('../../app/demo.ts')
        const { core, output } = session
        const started = performance.now()
        let progress: Progress | undefined
        const interruption = session.interruptible('Stopping.')
        try {
          const outcome = await runDemo(core, options.out, {
            onStep: (step, words) => {
              progress?.stop()
              output.line(words)
              progress = session.progress(titles[step])
            },
            onProgress: (done, total) => progress?.update(done, total),
            training: new TrainingScreen({
              update: (...all) => progress?.update(...all),
              // Sixty lines of losses are for those who train; here the bar is enough.
              say: () => undefined,
              stop: () => undefined,
            }).hooks,
            signal: interruption.signal,
          })
          progress?.stop()
          if (!outcome) return exitCodes.interrupted
          output.json(documentOf(outcome))
          print(output, outcome, session.dataArgument, (performance.now() - started) / 1000)
          return undefined
        } finally {
          progress?.stop()
          interruption.dispose()
        }
      }, command),
    )
}

function documentOf({
  project,
  model,
  evaluation,
  pictures,
  inspection,
  report,
  folder,
}: DemoOutcome): object {
  return { project: project.name, model: model.model.id, evaluation, pictures, inspection, report, folder }
}

function print(output: Output, outcome: DemoOutcome, dataArgument: string, seconds: number): void {
  const { evaluation, inspection, folder, report, pictures } = outcome
  output.line()
  output.line(`Done in ${duration(seconds)}.`)
  output.line(
    `Defects told from good parts: image AUROC ${figure(evaluation.image_auroc)}; found where they are: pixel AUROC ${figure(evaluation.pixel_auroc)}.`,
  )
  output.table(
    ['defect', 'parts', 'image AUROC', 'pixel AUROC'],
    Object.entries(evaluation.per_type).map(([name, type]) => [
      name,
      type.count,
      figure(type.image_auroc),
      figure(type.pixel_auroc),
    ]),
  )
  const { confusion } = evaluation
  output.line(
    `${inspection.inspected} parts inspected: ${inspection.ng} NG, ${confusion.falsePositives} of them good ones; ${confusion.falseNegatives} defects missed.`,
  )
  output.line()
  output.line('Results:')
  output.line(`  report    ${report.file}`)
  output.line(`  heatmaps  ${path.join(folder, 'heatmaps')}`)
  output.line(`  curves    ${path.dirname(Object.values(pictures)[0] ?? folder)}`)
  output.line()
  output.line('What was inspected is in the history:')
  output.line(`  flawline history --project ${outcome.project.name} --verdict ng${dataArgument}`)
}
