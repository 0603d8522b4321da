import { Command } from 'commander'
import { evaluateModel, type EvaluationResults } from '../../app/evaluation.ts'
import { requireModel } from '../../app/models.ts'
import { examples, projectOption } from '../options.ts'
import { counted, duration, figure, type Output } from '../output.ts'
import type { Run } from '../run.ts'

interface EvaluateWords {
  readonly project: string
  readonly model?: string
  readonly out?: string
}

export function evaluateCommand(run: Run): Command {
  return new Command('evaluate')
    .description('measure a model on the labelled test samples of a project')
    .addOption(projectOption())
    .option('-m, --model <id>', 'the model, or the beginning of its id (default: the one that inspects)')
    .option('-o, --out <dir>', 'folder for the pictures: histogram, ROC and precision-recall curves')
    .addHelpText(
      'after',
      `
Prints image AUROC, average precision (AUPRC), the best F1 and the F1 at the stored threshold; where there are
masks also pixel AUROC and AUPRO (up to a false-positive rate of 0.3); and the same for each type of defect.`,
    )
    .addHelpText('after', examples('evaluate --project bracket', 'evaluate --project bracket --json'))
    .action((options: EvaluateWords, command: Command) =>
      run(async (session) => {
        const { core, output } = session
        const project = session.project(options.project)
        const model = requireModel(core.store, project, options.model)
        const progress = session.progress('Evaluating')
        const interruption = session.interruptible('Stopping; an evaluation is all or nothing.', progress)
        try {
          const outcome = await evaluateModel(
            core,
            { project, model },
            {
              onProgress: (done, total) => progress.update(done, total),
              onProblem: ({ message }) => progress.say(`Left out: ${message}`),
              onRestart: (death) => progress.say(`${death.message} Beginning again.`),
              signal: interruption.signal,
            },
          )
          progress.stop()
          // Loaded when needed: the chart library would slow down every other command.
          const { drawEvaluation } = await import('../../app/evaluation-pictures.ts')
          const pictures = await drawEvaluation(core, model, outcome, options.out)
          output.json({ project: project.name, ...outcome.results, pictures })
          print(output, outcome.results)
          output.line()
          for (const file of Object.values(pictures)) output.line(file)
          return undefined
        } finally {
          progress.stop()
          interruption.dispose()
        }
      }, command),
    )
}

function print(output: Output, results: EvaluationResults): void {
  output.line(
    `Model ${results.model} on ${counted(results.good, 'good image')} and ${counted(results.defects, 'defect')} (${duration(results.seconds)})`,
  )
  output.line()
  output.table(
    ['metric', 'value'],
    [
      ['image AUROC', figure(results.image_auroc)],
      ['AUPRC', figure(results.auprc)],
      ['best F1', `${figure(results.f1)} at ${figure(results.best_threshold)}`],
      ['F1 at the threshold', `${figure(results.f1_at_threshold)} at ${figure(results.threshold)}`],
      ['false alarms', `${results.confusion.falsePositives} of ${results.good}`],
      ['missed defects', `${results.confusion.falseNegatives} of ${results.defects}`],
      ['pixel AUROC', figure(results.pixel_auroc)],
      ['AUPRO (fpr ≤ 0.3)', figure(results.aupro)],
    ],
  )
  const types = Object.entries(results.per_type)
  if (types.length === 0) return
  output.line()
  output.table(
    ['type', 'images', 'image AUROC', 'pixel AUROC', 'AUPRO'],
    types.map(([name, type]) => [
      name,
      type.count,
      figure(type.image_auroc),
      figure(type.pixel_auroc),
      figure(type.aupro),
    ]),
  )
}
